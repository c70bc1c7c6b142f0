"""The temperature that is found minimizes the loss, and verdicts follow from calibrated probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import SettingError
from nncore.evaluation.calibration import (
    apply_temperature,
    best_temperature,
    logits_of,
    verdict_rates,
    verdict_rates_of,
)
from nncore.model.layers import Activation, Dense
from nncore.model.layers.parameters import Array
from nncore.model.losses import cross_entropy
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import softmax
from tests.nncore.example_data import small_mnist

RNG = np.random.default_rng(0)


def labels_drawn_from(logits: Array) -> NDArray[np.intp]:
    """Labels drawn with the probabilities of the logits, so that the logits are calibrated."""
    return np.array([RNG.choice(len(p), p=p) for p in softmax(logits)])


LOGITS = 3 * RNG.standard_normal((4000, 5))
LABELS = labels_drawn_from(LOGITS)


def test_doubling_the_logits_doubles_the_best_temperature() -> None:
    assert best_temperature(LOGITS, LABELS) == pytest.approx(1, abs=0.06)
    assert best_temperature(2 * LOGITS, LABELS) == pytest.approx(2 * best_temperature(LOGITS, LABELS))


def test_the_best_temperature_has_the_lowest_loss() -> None:
    best = best_temperature(LOGITS, LABELS)
    losses = [cross_entropy(LOGITS / t, LABELS).mean() for t in (0.98 * best, best, 1.02 * best)]
    assert losses[1] < min(losses[0], losses[2])


def test_examples_without_a_class_do_not_change_the_temperature() -> None:
    without_class = np.full(1000, NO_CLASS)
    more, labels = np.concatenate([LOGITS, LOGITS[:1000]]), np.concatenate([LABELS, without_class])
    assert best_temperature(more, labels) == best_temperature(LOGITS, LABELS)


def test_predictions_that_are_all_correct_get_the_minimum_temperature() -> None:
    assert best_temperature(LOGITS, LOGITS.argmax(axis=1)) == pytest.approx(1 / 20)


def test_applying_a_temperature_divides_the_logits() -> None:
    network = Network(NetworkSpec.dense((784, 16, 10)))
    network.initialize(np.random.default_rng(0))
    network.parameters.value("3.b")[:] = np.arange(10)
    before = logits_of(network, small_mnist().training)
    apply_temperature(network, 2.5)
    np.testing.assert_allclose(logits_of(network, small_mnist().training), before / 2.5, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_an_invalid_temperature_raises_an_error(temperature: float) -> None:
    with pytest.raises(SettingError, match="above 0"):
        apply_temperature(Network(NetworkSpec.dense((784, 10))), temperature)


def test_a_network_whose_last_layer_is_not_dense_raises_an_error() -> None:
    spec = NetworkSpec((784,), (Dense(10), Activation("relu")), output="linear")
    with pytest.raises(SettingError, match="the last layer must be dense"):
        apply_temperature(Network(spec), 2)


def test_verdict_rates_count_all_examples_but_the_calibration_error_only_those_with_a_class() -> None:
    P = np.array([[0.96, 0.01, 0.01, 0.01, 0.01], [0.48, 0.48, 0.02, 0.01, 0.01], [0.2] * 5, [0.2] * 5])
    found = verdict_rates_of(np.log(P), np.array([0, 1, NO_CLASS, NO_CLASS]))
    assert (found.rejected, found.unsure) == (0.5, 0.25)
    assert found.calibration_error == pytest.approx((0.04 + 0.48) / 2)
    assert verdict_rates_of(np.log(P[2:]), np.array([NO_CLASS, NO_CLASS])).calibration_error is None


def test_verdict_rates_of_a_data_set_are_those_of_its_logits() -> None:
    network, data = Network(NetworkSpec.dense((784, 10))), small_mnist().training
    network.initialize(np.random.default_rng(0))
    assert verdict_rates(network, data) == verdict_rates_of(logits_of(network, data), data.labels)


def test_regression_diverged_weights_and_no_examples_have_no_verdict_rates() -> None:
    data = small_mnist().training.take(slice(0, 20))
    broken = Network(NetworkSpec.dense((784, 10)))
    broken.parameters.values[:] = np.nan
    assert verdict_rates(broken, data) is None
    assert verdict_rates(Network(NetworkSpec((784,), (Dense(1),), output="linear")), data) is None
    assert verdict_rates(Network(NetworkSpec.dense((784, 10))), Dataset(data.images[:0], data.labels[:0])) is None
