"""Fine-tuning on a few drawings improves the reading of new ones and forgets no other digit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.metrics import evaluate
from nncore.files.model_file import bundled_model_path, load_model
from nncore.handwriting.fine_tuning import FrozenNorm, fine_tune
from nncore.handwriting.synthetic import non_digits
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.layers.batch_norm import BatchNormLayer
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import softmax
from nncore.preprocessing.ink import rasterize
from nncore.training.optimizers import Adam
from tests.nncore.example_data import mnist, small_mnist


@cache
def bundled_network() -> Network:
    return load_model(bundled_model_path()).network()


@cache
def replay() -> Dataset:
    return mnist().training.take(slice(0, 2000))


@cache
def evaluation_digits() -> Dataset:
    test = mnist().test
    assert test is not None
    return test.take(slice(0, 1000))


def mirrored(digit: int, count: int, start: int = 0) -> Dataset:
    """Digits of a person with unusual writing: mirrored digits of MNIST."""
    rows = np.flatnonzero(evaluation_digits().labels == digit)[start : start + count]
    return Dataset(evaluation_digits().images[rows][:, :, ::-1], np.full(count, digit))


def together(*sets: Dataset) -> Dataset:
    return Dataset(np.concatenate([each.images for each in sets]), np.concatenate([each.labels for each in sets]))


def accuracy(network: Network, dataset: Dataset) -> float:
    found = evaluate(network, dataset)
    assert found is not None
    assert found.accuracy is not None
    return found.accuracy


def learned(network: Network, own: Dataset, others: Dataset | None = None, seed: int = 0) -> Network:
    tuned = fine_tune(network, own, others or replay(), seed)
    assert tuned is not None
    return tuned


@pytest.mark.slow  # fine-tunes the bundled network on 2,000 images
def test_a_few_drawings_improve_the_reading_of_new_drawings() -> None:
    own, unseen = (together(*(mirrored(d, count, start) for d in (2, 3, 7))) for start, count in ((0, 3), (10, 40)))
    tuned = learned(bundled_network(), own)
    assert accuracy(bundled_network(), unseen) < 0.4
    assert accuracy(tuned, unseen) > accuracy(bundled_network(), unseen) + 0.2
    assert accuracy(tuned, evaluation_digits()) > accuracy(bundled_network(), evaluation_digits()) - 0.02


def test_one_drawing_is_learned_without_forgetting_other_digits() -> None:
    seven = mirrored(7, 1)
    tuned = learned(bundled_network(), seven)
    assert accuracy(bundled_network(), seven) == 0
    assert accuracy(tuned, seven) == 1
    evaluation = evaluate(tuned, evaluation_digits())
    assert evaluation is not None
    assert min(each for each in evaluation.per_class if each is not None) > 0.93


@pytest.mark.slow  # fine-tunes the bundled network on 2,000 images
def test_contradicting_drawings_lower_the_probability_and_do_no_harm() -> None:
    image = mirrored(7, 1).images
    tuned = learned(bundled_network(), Dataset(np.concatenate([image, image]), np.array([2, 7])))
    two, seven = tuned.predict((image.reshape(1, -1) / 255).astype(np.float32))[0][[2, 7]]
    assert two > 0.2
    assert seven > 0.2
    assert accuracy(tuned, evaluation_digits()) > accuracy(bundled_network(), evaluation_digits()) - 0.01


def test_the_same_seed_gives_the_same_bits_and_the_given_network_does_not_change() -> None:
    before = bundled_network().parameters.values.copy()
    own, few = mirrored(7, 2), replay().take(slice(0, 200))
    first, again, other = (learned(bundled_network(), own, few, seed).parameters.values for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(bundled_network().parameters.values, before)


def test_convolutions_and_running_statistics_do_not_change() -> None:
    tuned = learned(bundled_network(), mirrored(7, 2), replay().take(slice(0, 200)))
    spec = bundled_network().spec
    dense = next(number for number, layer in enumerate(spec.layers, start=1) if isinstance(layer, Dense))
    for name in (*spec.parameter_shapes, *spec.state_shapes):
        layer = spec.layers[int(name.split(".")[0]) - 1]
        same = np.array_equal(tuned.parameters.value(name), bundled_network().parameters.value(name))
        assert same == (int(name.split(".")[0]) < dense or isinstance(layer, BatchNorm)), name


@pytest.mark.slow  # fine-tunes the bundled network on 2,000 images, twice
def test_the_outputs_for_images_of_no_digit_stay_about_the_same() -> None:
    rng = np.random.default_rng(0)
    scrawls, others_scrawls = (np.stack([rasterize(ink) for ink in non_digits(count, rng)]) for count in (300, 200))
    others = Dataset(
        np.concatenate([replay().images, scrawls]),
        np.concatenate([replay().labels, np.full(300, NO_CLASS)]),
        open_set=True,
    )
    X = (others_scrawls.reshape(200, -1) / 255).astype(np.float32)
    own = mirrored(7, 3)
    before, with_scrawls, without = (
        network.predict(X)
        for network in (bundled_network(), learned(bundled_network(), own, others), learned(bundled_network(), own))
    )
    assert np.abs(with_scrawls - before).mean() < np.abs(without - before).mean()


@pytest.mark.parametrize(
    "spec",
    [
        NetworkSpec.dense((784, 32, 10)),
        NetworkSpec((28, 28), (Dense(32), BatchNorm(), Activation("relu"), Dropout(0.2), Dense(10))),
        NetworkSpec((28, 28), (BatchNorm(), Conv2D(4), Activation("relu"), Flatten(), Dense(10))),
        NetworkSpec((28, 28), (Conv2D(10, kernel=28, stride=1, padding=0), BatchNorm(), Flatten())),
        NetworkSpec.dense((784, 32, 10), "sigmoid", input_shape=(28, 28)),
        NetworkSpec((28, 28), (Dense(32), Activation("relu"), Dense(10)), output="sigmoid"),
    ],
    ids=lambda spec: f"{spec.summary} {spec.output}",
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_network_that_reads_digits_can_be_fine_tuned(spec: NetworkSpec, dtype: type[np.floating]) -> None:
    network = Network(spec, dtype)
    network.initialize(np.random.default_rng(1))
    own = small_mnist().training.take(np.arange(3))
    tuned = learned(network, own)
    assert tuned.dtype == dtype
    X = own.inputs(slice(None))
    rows = np.arange(3)
    assert (tuned.predict(X)[rows, own.labels] > network.predict(X)[rows, own.labels]).all()


def test_fine_tuning_stops_when_it_is_cancelled() -> None:
    asked = 0

    def at_the_third() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    assert fine_tune(bundled_network(), mirrored(7, 1), replay(), 0, cancelled=at_the_third) is None
    assert asked == 3


def nothing(shape: tuple[int, ...] = (0, 28, 28)) -> Dataset:
    return Dataset(np.zeros(shape, np.uint8), np.zeros(shape[0], np.intp))


def classifier(*widths: int) -> Network:
    network = Network(NetworkSpec.dense(widths))
    network.initialize(np.random.default_rng(0))
    return network


def diverged() -> Network:
    network = classifier(784, 10)
    network.parameters.values[0] = np.nan
    return network


@pytest.mark.parametrize(
    ("network", "own", "others", "message"),
    [
        (classifier(784, 10), nothing(), nothing((5, 28, 28)), "There are no drawings to learn; expected at least 1"),
        (classifier(784, 10), nothing((5, 28, 28)), nothing(), "There are no images to replay"),
        (
            classifier(784, 10),
            nothing((5, 14, 56)),
            nothing((5, 28, 28)),
            r"have the shape \(14, 56\); expected .* 28 x 28",
        ),
        (classifier(784, 3), nothing((5, 28, 28)), nothing((5, 28, 28)), "This model has 3 classes"),
        (diverged(), nothing((5, 28, 28)), nothing((5, 28, 28)), "weights of this model have diverged"),
    ],
)
def test_invalid_networks_and_data_are_rejected(network: Network, own: Dataset, others: Dataset, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fine_tune(network, own, others)


def test_a_frozen_norm_equals_the_prediction_of_batch_norm_and_its_derivative() -> None:
    network = Network(NetworkSpec((3, 4), (BatchNorm(), Conv2D(2), Flatten())), np.float64)
    rng = np.random.default_rng(0)
    network.initialize(rng)
    layer = network.layers[0]
    assert isinstance(layer, BatchNormLayer)
    layer.mean[...], layer.variance[...], layer.gamma[...] = 0.3, 4.0, 1.5
    frozen = FrozenNorm(layer)
    frozen.allocate(5)
    X, dY = rng.normal(size=(2, 5, 1, 3, 4))
    np.testing.assert_allclose(frozen.forward(X), layer.predict(X))
    step = 1e-6 * rng.normal(size=X.shape)
    slope = ((layer.predict(X + step) - layer.predict(X - step)) * dY).sum() / 2
    dX = frozen.backward(dY.copy())
    assert dX is not None
    assert slope == pytest.approx((dX * step).sum(), rel=1e-6)


def test_adam_does_not_change_weights_without_gradient() -> None:
    """The layers before the dense ones have no gradient, so Adam must not change them."""
    network = classifier(784, 10)
    before = network.parameters.values.copy()
    optimizer = Adam(network.parameters)
    for _ in range(3):
        optimizer.step(0.1)
    np.testing.assert_array_equal(network.parameters.values, before)
    assert softmax(network.logits(np.zeros((1, 784), np.float32))).shape == (1, 10)
