"""Combinations of network, data and settings: valid ones learn, invalid ones raise an error before the first step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.errors import DataError, SettingError
from nncore.evaluation.metrics import evaluate
from nncore.model.layers import BatchNorm, Dense
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig, train
from tests.nncore.example_data import small_mnist
from tests.nncore.runs import SMALL, epochs, few_digits, finished_event, fresh_network, steps, values_of

CONFIG = TrainingConfig(epochs=1, batch_size=64)


def waves(count: int = 400) -> Dataset:
    x = np.linspace(-2 * np.pi, 2 * np.pi, count)
    return Dataset.from_floats(x / x.std(), np.sin(x), source="a sine")


def numbers(outputs: str, *widths: int, activation: str = "tanh") -> NetworkSpec:
    """A dense network with this output function."""
    return replace(NetworkSpec.dense(widths, activation), output=outputs)


def test_a_network_learns_a_sine() -> None:
    data, network = waves(), fresh_network(numbers("linear", 1, 32, 32, 1))
    config = TrainingConfig(learning_rate=0.01, batch_size=32, epochs=120, schedule="cosine")
    events = list(train(network, Splits(data, data, data), config))
    assert epochs(events)[0].training_loss > 20 * epochs(events)[-1].training_loss
    assert {step.accuracy for step in steps(events)} == {None}
    done = epochs(events)[-1]
    assert (done.training_accuracy, done.validation_accuracy, done.confusion) == (None, None, None)
    test = finished_event(events).test
    assert test is not None
    assert (test.accuracy, test.confusion, test.per_class, test.count) == (None, None, [], 400)
    found = network.predict(data.inputs(slice(None)))
    np.testing.assert_allclose(found, data.targets(slice(None)), atol=0.2)
    assert test.loss == pytest.approx(0.5 * float(((found - data.targets(slice(None))) ** 2).mean()), rel=1e-4)
    assert test.loss < 2e-3


def test_a_single_sigmoid_learns_two_classes() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((600, 2))
    labels = (np.hypot(*points.T) < 1.1).astype(int)
    data = Dataset.from_floats(points, labels, ("outside", "inside"))
    network = fresh_network(numbers("sigmoid", 2, 24, 1))
    events = list(train(network, Splits(data, test=data), TrainingConfig(learning_rate=0.02, epochs=60, batch_size=32)))
    test = finished_event(events).test
    assert test is not None
    assert test.accuracy is not None
    assert test.accuracy > 0.96
    inside = network.predict(data.inputs(slice(None)))[:, 0] > 0.5
    assert test.accuracy == np.mean(inside == labels)
    assert test.confusion is not None
    assert test.confusion[1, 1] == np.sum(inside & (labels == 1))
    assert epochs(events)[-1].training_accuracy == pytest.approx(test.accuracy, abs=0.05)
    assert finished_event(events).test.loss < 0.15  # type: ignore[union-attr]


def test_a_sigmoid_for_each_class_learns_digits() -> None:
    network = fresh_network(replace(SMALL, output="sigmoid"))
    events = list(train(network, small_mnist(), TrainingConfig(learning_rate=0.01, epochs=6)))
    assert epochs(events)[-1].validation_accuracy > 0.8  # type: ignore[operator]


def test_probabilities_as_targets_are_learned_with_binary_cross_entropy() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((300, 3))
    data = Dataset.from_floats(inputs, 1 / (1 + np.exp(-inputs[:, :2])))
    network = fresh_network(numbers("sigmoid", 3, 2))
    list(train(network, Splits(data), TrainingConfig(learning_rate=0.05, epochs=60, batch_size=32)))
    np.testing.assert_allclose(network.parameters.value("1.W"), np.eye(3, 2), atol=0.15)


@pytest.mark.parametrize("loss", ["cross_entropy", "mean_squared_error"])
def test_every_loss_for_softmax_learns_digits(loss: str) -> None:
    config = TrainingConfig(learning_rate=0.01, epochs=3, loss=loss)
    events = list(train(fresh_network(), small_mnist(), config))
    assert epochs(events)[-1].validation_accuracy > 0.8  # type: ignore[operator]


def test_data_of_a_single_class_is_learned() -> None:
    data = few_digits().training
    sevens = Splits(data.take(np.flatnonzero(data.labels == 7)))
    network = fresh_network()
    events = list(train(network, sevens, TrainingConfig(epochs=20, learning_rate=0.01)))
    assert epochs(events)[-1].training_accuracy == 1
    assert (network.predict(data.inputs(slice(None))).argmax(axis=1) == 7).mean() > 0.9


def test_a_network_learns_a_single_example() -> None:
    network, one = fresh_network(), few_digits().training.take(slice(0, 1))
    events = list(train(network, Splits(one), TrainingConfig(epochs=30, learning_rate=0.01)))
    assert finished_event(events).step == 30
    evaluation = evaluate(network, one)
    assert evaluation is not None
    assert evaluation.accuracy == 1


def test_a_batch_size_above_the_number_of_examples_is_a_full_batch() -> None:
    def trained(batch_size: int | None) -> NDArray[np.floating]:
        network = fresh_network()
        events = list(train(network, few_digits(), replace(CONFIG, batch_size=batch_size)))
        assert [step.samples for step in steps(events)] == [190]
        return values_of(network)

    np.testing.assert_array_equal(trained(191), trained(None))
    np.testing.assert_array_equal(trained(10**12), trained(190))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_inputs_and_targets_that_are_not_finite_raise_an_error(value: float) -> None:
    for inputs, targets in (([0.0, value], [1.0, 2.0]), ([0.0, 1.0], [value, 2.0])):
        with pytest.raises(DataError, match="expected a finite number"):
            Dataset.from_floats(inputs, targets)


def splits(kind: str) -> Splits:
    images, plain = few_digits().training, waves()
    none = images.take(slice(0, 0))
    return {
        "digits": Splits(images),
        "empty": Splits(none),
        "empty validation": Splits(images, none),
        "empty test": Splits(images, None, none),
        "another validation": Splits(images, plain),
        "numbers": Splits(plain),
        "two classes": Splits(Dataset.from_floats(np.zeros((4, 2)), np.array([0, 1, 1, 0]), ("no", "yes"))),
    }[kind]


@pytest.mark.parametrize(
    ("spec", "data", "settings", "field", "sentence"),
    [
        (SMALL, "empty", {}, "data", "has no examples"),
        (SMALL, "empty validation", {}, "data", "has no examples"),
        (SMALL, "empty test", {}, "data", "has no examples"),
        (SMALL, "another validation", {}, "layers", "784 inputs; the images have 1 pixel"),
        (NetworkSpec.dense((100, 10)), "digits", {}, "layers", "100 inputs; the images have 784 pixels"),
        (NetworkSpec.dense((784, 4)), "digits", {}, "layers", "4 outputs; the data has 10 classes"),
        (numbers("linear", 1, 3), "numbers", {}, "layers", "3 outputs; the data has 1 targets"),
        (numbers("linear", 2, 1), "two classes", {}, "layers", "1 outputs; the data has 2 classes"),
        (numbers("softmax", 2, 1), "two classes", {}, "layers", "1 outputs; the data has 2 classes"),
        (numbers("softmax", 1, 1), "numbers", {}, "loss", "Cross-entropy needs classes as targets"),
        (numbers("sigmoid", 1, 1), "numbers", {}, "loss", "targets from 0 to 1; this data has targets outside"),
        (numbers("linear", 1, 1), "numbers", {"loss": "cross_entropy"}, "loss", "needs the output softmax"),
        (numbers("linear", 784, 10), "digits", {"loss": "binary_cross_entropy"}, "loss", "needs the output sigmoid"),
        (numbers("linear", 1, 1), "numbers", {"label_smoothing": 0.1}, "label_smoothing", "moothing"),
        (
            numbers("linear", 1, 1),
            "numbers",
            {"augmentation": Augmentation(1)},
            "augmentation",
            "has no such images",
        ),
    ],
)
def test_network_data_and_settings_that_do_not_fit_raise_an_error(
    spec: NetworkSpec, data: str, settings: dict[str, object], field: str, sentence: str
) -> None:
    config = replace(CONFIG, **settings)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=sentence) as raised:
        train(fresh_network(spec), splits(data), config)
    assert raised.value.field == field


def first_step(**settings: object) -> tuple[float, NDArray[np.floating], NDArray[np.floating]]:
    """The loss of the first step, and the parameters before and after it."""
    network = fresh_network()
    before = values_of(network)
    config = TrainingConfig(optimizer="sgd", learning_rate=1.0, batch_size=None, epochs=1, **settings)  # type: ignore[arg-type]
    (step,) = steps(list(train(network, few_digits(), config)))
    return step.loss, before, values_of(network)


def test_label_smoothing_changes_the_loss_of_a_step() -> None:
    data = few_digits().training
    P = fresh_network().predict(data.inputs(slice(None))).astype(float)
    wanted = 0.8 * np.eye(10)[data.labels] + 0.02
    assert first_step(label_smoothing=0.2)[0] == pytest.approx(-(wanted * np.log(P)).sum(axis=1).mean(), rel=1e-5)


def test_a_network_trained_with_label_smoothing_is_less_confident() -> None:
    def mean_confidence(smoothing: float) -> float:
        network = fresh_network()
        list(train(network, few_digits(), TrainingConfig(epochs=40, learning_rate=0.01, label_smoothing=smoothing)))
        return float(network.predict(few_digits().training.inputs(slice(None))).max(axis=1).mean())

    assert mean_confidence(0.3) < 0.85 < 0.95 < mean_confidence(0)


def test_weight_decay_changes_weights_but_not_biases() -> None:
    _, before, plain = first_step()
    _, _, decayed = first_step(weight_decay=0.1)
    start = 0
    for name, shape in SMALL.parameter_shapes.items():
        part = slice(start, start := start + prod(shape))
        decay = 0.1 * before[part] if name.endswith("W") else 0
        np.testing.assert_allclose(plain[part] - decayed[part], decay, atol=1e-6)


def test_a_gradient_is_clipped_to_the_given_norm() -> None:
    length: Callable[[NDArray[np.floating]], float] = lambda vector: float(np.linalg.norm(vector))  # noqa: E731
    _, before, after = first_step()
    whole = length(after - before)
    _, _, cut = first_step(clip_norm=whole / 3)
    assert length(cut - before) == pytest.approx(whole / 3, rel=1e-4)
    np.testing.assert_allclose(cut - before, (after - before) / 3, atol=1e-6)
    _, _, left = first_step(clip_norm=whole * 3)
    np.testing.assert_array_equal(left, after)


def test_a_data_set_with_one_class_name_raises_an_error() -> None:
    with pytest.raises(DataError, match="found one class, 'seven'; expected at least two"):
        Dataset(few_digits().training.images, np.zeros(len(few_digits().training), np.intp), ("seven",), "ours")


def test_batch_normalization_with_batch_size_one_raises_an_error() -> None:
    spec = NetworkSpec((784,), (Dense(8), BatchNorm(), Dense(10)))
    with pytest.raises(SettingError, match="A batch norm layer needs batches of 2 or more; got 1") as raised:
        train(fresh_network(spec), few_digits(), replace(CONFIG, batch_size=1))
    assert raised.value.field == "batch_size"


@pytest.mark.parametrize("seed", range(4))
def test_rare_large_targets_are_not_a_divergence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets = np.where(rng.random(200) < 0.1, 1000.0, 0.0)
    data = Splits(Dataset.from_floats(rng.random((200, 3)), targets, source="rare"))
    config = TrainingConfig(learning_rate=0.01, batch_size=8, epochs=3, seed=seed)
    assert finished_event(list(train(fresh_network(numbers("linear", 3, 8, 1), seed), data, config))).reason == "epochs"
