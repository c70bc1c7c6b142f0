"""A prediction has the network's numbers and a verdict; a network that cannot read drawings is rejected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.recognition import REJECTED_BELOW, UNSURE_BELOW, read_digit, recognize, verdicts, why_cannot_read
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import Ink, rasterize
from tests.nncore.example_data import mnist


def seeded_network(widths: tuple[int, ...] = (784, 16, 10)) -> Network:
    network = Network(NetworkSpec.dense(widths))
    network.initialize(np.random.default_rng(0))
    return network


def network_with_probabilities(probabilities: list[float]) -> Network:
    """A network that gives these probabilities for every image."""
    network = Network(NetworkSpec.dense((784, len(probabilities))))
    network.parameters.value("1.b")[:] = np.log(probabilities)
    return network


def digit_image() -> NDArray[np.uint8]:
    image: NDArray[np.uint8] = mnist().training.images[0]
    return image


def test_recognize_returns_the_prediction_of_the_network() -> None:
    network = seeded_network()
    prediction = recognize(network, digit_image())
    expected = network.predict(mnist().training.inputs(slice(0, 1)))[0]
    assert prediction.probabilities == pytest.approx(expected, rel=1e-5)
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.digit == expected.argmax()
    assert prediction.confidence == pytest.approx(expected.max())


def test_a_prediction_contains_the_image_and_all_activations() -> None:
    prediction = recognize(seeded_network((784, 16, 12, 10)), digit_image())
    assert (prediction.image == digit_image()).all()
    assert [a.shape for a in prediction.activations] == [(16,), (16,), (12,), (12,), (10,)]
    assert prediction.activations[1].min() >= 0 > prediction.activations[0].min()
    assert prediction.activations[-1].argmax() == prediction.digit


def test_a_prediction_is_read_only_and_independent_of_later_calls() -> None:
    image, network = digit_image().copy(), seeded_network()
    prediction = recognize(network, image)
    before = prediction.probabilities.copy()
    image[:] = 7
    recognize(network, image)
    assert (prediction.image == digit_image()).all()
    assert (prediction.probabilities == before).all()
    arrays: list[NDArray[Any]] = [prediction.image, prediction.probabilities, *prediction.activations]
    assert not any(array.flags.writeable for array in arrays)


def test_a_confident_prediction_has_the_verdict_digit() -> None:
    prediction = recognize(network_with_probabilities([0.05, 0.1, 0.85]), digit_image())
    assert (prediction.verdict, prediction.digit) == ("digit", 2)


@pytest.mark.parametrize(("best", "verdict"), [(UNSURE_BELOW - 0.01, "unsure"), (UNSURE_BELOW + 0.01, "digit")])
def test_the_verdict_is_unsure_below_the_threshold(best: float, verdict: str) -> None:
    assert recognize(network_with_probabilities([best, 1 - best - 0.01, 0.01]), digit_image()).verdict == verdict


def ten_probabilities(*best: float) -> list[float]:
    """The probabilities of ten classes: those of `best`, and equal ones for the others, with the sum 1."""
    return [*best, *[(1 - sum(best)) / (10 - len(best))] * (10 - len(best))]


def test_two_likely_classes_are_unsure_and_ten_equal_ones_are_not_a_digit() -> None:
    assert verdicts(np.array([ten_probabilities(0.49, 0.49), ten_probabilities(0.1), ten_probabilities(0.97)])) == [
        "unsure",
        "not a digit",
        "digit",
    ]
    assert recognize(network_with_probabilities(ten_probabilities(0.1)), digit_image()).verdict == "not a digit"


def test_the_verdict_is_not_a_digit_if_the_best_two_sum_to_less_than_the_threshold() -> None:
    half = REJECTED_BELOW / 2
    assert verdicts(np.array(ten_probabilities(half + 0.04, half - 0.05))) == ["not a digit"]
    assert verdicts(np.array(ten_probabilities(half + 0.06, half - 0.05))) == ["unsure"]


def test_a_network_for_two_classes_never_rejects() -> None:
    assert verdicts(np.array([[0.5, 0.5], [0.98, 0.02]])) == ["unsure", "digit"]


def test_a_single_probability_has_a_verdict() -> None:
    assert verdicts(np.array([[0.99]])) == ["digit"]


def test_a_blank_image_is_not_a_digit_even_if_the_network_is_confident() -> None:
    prediction = recognize(network_with_probabilities([0.99, 0.01]), np.zeros((28, 28), np.uint8))
    assert prediction.verdict == "not a digit"


def test_a_dot_is_not_a_digit_but_a_short_stroke_can_be_one() -> None:
    sure, dot = network_with_probabilities([0.99, 0.01]), rasterize(Ink((np.array([[7, 7]], np.float32),)))
    assert dot.any()
    assert recognize(sure, dot).verdict == "not a digit"
    stroke = rasterize(Ink((np.array([[7, 7], [7, 7.1]], np.float32),)))
    assert recognize(sure, stroke).verdict == "digit"
    assert recognize(sure, np.ascontiguousarray(stroke.T)).verdict == "digit"


def test_invalid_weights_have_the_verdict_unsure() -> None:
    network = seeded_network()
    network.parameters.values[:] = np.nan
    assert recognize(network, digit_image()).verdict == "unsure"


def test_a_float64_network_computes_in_float64() -> None:
    network = Network(NetworkSpec.dense((784, 10)), np.float64)
    prediction = recognize(network, digit_image())
    assert prediction.activations[0].dtype == np.float64
    assert prediction.probabilities.dtype == np.float32


@pytest.mark.parametrize("bad", [np.zeros((27, 28), np.uint8), np.zeros((28, 28), np.float32)])
def test_an_image_of_another_size_or_type_raises_an_error(bad: NDArray[np.uint8]) -> None:
    with pytest.raises(DataError, match="expected uint8 with 784 pixels"):
        recognize(seeded_network(), bad)


def test_read_digit_returns_the_same_as_recognize() -> None:
    network = seeded_network()
    assert why_cannot_read(network) is None
    assert (read_digit(network, digit_image()).probabilities == recognize(network, digit_image()).probabilities).all()


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        ((1, 10, 10), "takes inputs of 1, but a drawing is 28 × 28"),
        ((784, 8, 3), "has 3 classes, but there are 10 digits"),
    ],
)
def test_a_network_that_is_not_for_digits_raises_an_error_with_a_reason(widths: tuple[int, ...], words: str) -> None:
    reason = why_cannot_read(seeded_network(widths))
    assert reason is not None
    assert words in reason
    with pytest.raises(DataError, match=r"Open or train one for digits\.$"):
        read_digit(seeded_network(widths), digit_image())


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_read_digit_raises_an_error_for_diverged_weights(value: float) -> None:
    network = seeded_network()
    network.parameters.values[:] = value
    with pytest.raises(DataError, match="diverged"):
        read_digit(network, digit_image())
