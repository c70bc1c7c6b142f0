"""The gradient of a batch does not depend on halves, passes and cores, and its memory does not grow with the batch."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.losses import make_loss
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig, train
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel import batch_gradients
from nncore.training.parallel.batch_gradients import (
    MAX_ROWS_PER_PART,
    MAX_WORKSPACE_VALUES,
    MIN_ROWS_PER_HALF,
    BatchGradients,
    rows_per_part,
)
from nncore.training.random_streams import RandomStreams
from tests.nncore.example_data import mnist, small_mnist
from tests.nncore.runs import CONVOLUTIONAL, SMALL, few_digits, fresh_network, values_of

CONFIG = TrainingConfig()

WITHOUT_NORM = NetworkSpec(
    (28, 28), (Conv2D(3, stride=(3, 3)), Activation("relu"), Flatten(), Dense(12), Activation("tanh"), Dense(10))
)


@pytest.fixture(params=[1, 2], ids=["one core", "two cores"])
def cores(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split every batch that has enough rows into halves."""
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", 0)


def train_batches(
    network: Network,
    batches: list[NDArray[np.intp]],
    cores: int = 1,
    config: TrainingConfig = CONFIG,
    data: Dataset | None = None,
) -> list[tuple[float, int | None]]:
    """The loss and the number of correct answers of each batch."""
    size, figures = max(map(len, batches)), []
    data = small_mnist().training if data is None else data
    with BatchGradients(network, data, config, RandomStreams.from_seed(0), size, cores, lambda: False) as gradients:
        for rows in batches:
            result = gradients.compute(rows)
            assert result is not None
            figures.append(result)
    return figures


def loss_and_gradient_of(network: Network, rows: NDArray[np.intp], data: Dataset) -> tuple[float, NDArray[np.floating]]:
    """The loss and the gradient of a whole batch, in one pass of one network."""
    twin, loss = network.copy(), make_loss(None, network.spec.output, 0.0)
    loss.allocate(len(rows), network.spec.outputs, network.dtype)
    value = loss.forward(twin.forward(data.inputs(rows)), data.targets(rows))
    twin.backward(loss.backward())
    return value, twin.parameters.gradients


@pytest.mark.parametrize("spec", [SMALL, WITHOUT_NORM], ids=["dense", "conv"])
@pytest.mark.parametrize("count", [1, MIN_ROWS_PER_HALF, 31, 32, 33, 47, 100, 1001])
@pytest.mark.usefixtures("split")
def test_the_gradients_of_both_halves_sum_to_that_of_the_batch(spec: NetworkSpec, count: int, cores: int) -> None:
    data, network = small_mnist().training, fresh_network(spec)
    rows = np.random.default_rng(0).permutation(len(data))[:count]
    ((loss, correct),) = train_batches(network, [rows], cores)
    whole_loss, gradients = loss_and_gradient_of(network, rows, data)
    assert loss == pytest.approx(whole_loss, rel=1e-5)
    answers = network.logits(data.inputs(rows)).argmax(axis=1)
    assert correct == np.count_nonzero(answers == data.targets(rows))
    np.testing.assert_allclose(network.parameters.gradients, gradients, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("rest", range(1, 70, 4))
@pytest.mark.usefixtures("split")
def test_a_small_last_batch_of_an_epoch_has_its_own_full_gradient(rest: int, cores: int) -> None:
    data, network = small_mnist().training, fresh_network()
    first, last = np.arange(70), np.arange(70, 70 + rest)
    train_batches(network, [first, last], cores)
    np.testing.assert_allclose(
        network.parameters.gradients, loss_and_gradient_of(network, last, data)[1], rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize("size", [32, 33, 40, 61])
@pytest.mark.usefixtures("split")
def test_a_last_batch_that_is_not_split_has_its_own_full_gradient(size: int, cores: int) -> None:
    data, network = small_mnist().training, fresh_network()
    first, last = np.arange(size), np.arange(100, 131)
    train_batches(network, [first, last], cores)
    np.testing.assert_allclose(
        network.parameters.gradients, loss_and_gradient_of(network, last, data)[1], rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize("max_rows", [7, 50, 64])
@pytest.mark.parametrize("min_multiplications", [0, 10**9], ids=["replicas", "one network"])
def test_the_gradients_of_several_passes_sum_to_that_of_the_batch(
    monkeypatch: pytest.MonkeyPatch, max_rows: int, min_multiplications: int, cores: int
) -> None:
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", min_multiplications)
    monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", max_rows)
    data, network = small_mnist().training, fresh_network()
    batches = [np.arange(150), np.arange(200, 350), np.arange(400, 433)]
    figures = train_batches(network, batches, cores)
    for rows, (loss, _) in zip(batches, figures, strict=True):
        assert loss == pytest.approx(loss_and_gradient_of(network, rows, data)[0], rel=1e-5)
    np.testing.assert_allclose(
        network.parameters.gradients, loss_and_gradient_of(network, batches[-1], data)[1], rtol=1e-3, atol=1e-6
    )


@pytest.mark.usefixtures("split")
@pytest.mark.parametrize("spec", [SMALL, CONVOLUTIONAL], ids=["dense", "conv"])
def test_the_bits_do_not_depend_on_the_number_of_cores(spec: NetworkSpec) -> None:
    config = TrainingConfig(epochs=2, batch_size=61, augmentation=Augmentation(shift=2, elastic=1))

    def trained(cores: int) -> NDArray[np.floating]:
        network = fresh_network(spec)
        list(train(network, few_digits(), config, cores=cores))
        return values_of(network)

    np.testing.assert_array_equal(trained(1), trained(2))


def test_batches_are_split_for_a_large_network_but_not_for_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each half has its own random generator for dropout, so the gradients show whether the batch was split."""
    large = NetworkSpec((28, 28), (Dense(600), Dropout(0.5), Dense(10)))
    small = NetworkSpec((28, 28), (Dense(60), Dropout(0.5), Dense(10)))
    rows = np.arange(128)
    for spec, replicas in ((large, 2), (small, 1)):
        network = fresh_network(spec)
        train_batches(network, [rows])
        found = network.parameters.gradients.copy()
        monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", 0 if replicas == 2 else 10**9)
        train_batches(network, [rows])
        np.testing.assert_array_equal(network.parameters.gradients, found)
        monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", 10**9 if replicas == 2 else 0)
        train_batches(network, [rows])
        assert not np.array_equal(network.parameters.gradients, found)
        monkeypatch.undo()


@pytest.mark.usefixtures("split")
def test_running_statistics_are_the_weighted_mean_of_both_halves(cores: int) -> None:
    data = small_mnist().training
    network = fresh_network(NetworkSpec((28, 28), (Flatten(), BatchNorm(momentum=0.4), Dense(10))))
    halves = [np.arange(23), np.arange(23, 45)]
    states = []
    for rows in halves:
        twin = network.copy()
        twin.forward(data.inputs(rows))
        states.append(twin.parameters.state.copy())
    train_batches(network, [np.arange(45)], cores)
    np.testing.assert_allclose(network.parameters.state, (23 * states[0] + 22 * states[1]) / 45, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("split")
def test_both_halves_start_from_the_same_running_statistics(cores: int) -> None:
    """The first batch is too small to be split."""
    data = small_mnist().training
    spec = NetworkSpec((28, 28), (Flatten(), BatchNorm(momentum=0.4), Dense(10)))
    network = fresh_network(spec)
    small, large = np.arange(20), np.arange(20, 60)
    expected = network.copy()
    expected.forward(data.inputs(small))
    states = []
    for rows in (large[:20], large[20:]):
        twin = expected.copy()
        twin.forward(data.inputs(rows))
        states.append(twin.parameters.state.copy())
    train_batches(network, [small, large], cores)
    np.testing.assert_allclose(network.parameters.state, (states[0] + states[1]) / 2, rtol=1e-5, atol=1e-7)


def test_a_stop_takes_effect_before_a_batch_and_between_its_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", 40)
    network, asked = fresh_network(CONVOLUTIONAL), 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    streams, before = RandomStreams.from_seed(0), network.parameters.state.copy()
    states = streams.states()
    config = replace(CONFIG, augmentation=Augmentation(shift=1))
    with BatchGradients(network, small_mnist().training, config, streams, 200, 1, stopped) as gradients:
        assert gradients.compute(np.arange(200)) is None
        assert asked == 3
        np.testing.assert_array_equal(network.parameters.state, before)
        assert streams.states() == states
        assert gradients.compute(np.arange(200)) is None
        assert asked == 4


def test_workspaces_are_bounded_for_a_dense_and_for_a_large_convolutional_network() -> None:
    assert rows_per_part(SMALL) == MAX_ROWS_PER_PART
    wide = NetworkSpec((28, 28), (Conv2D(64, stride=(1, 1)), Conv2D(64, stride=(1, 1)), Flatten(), Dense(10)))
    assert 1 <= rows_per_part(wide) < 200
    assert rows_per_part(wide) * wide.numbers_per_row <= MAX_WORKSPACE_VALUES


FEW, MANY = 2048, 4096
"""Rows of a batch. With fewer rows, the buffers that NumPy uses to convert types would still grow."""

FLOAT32 = 4


@pytest.mark.parametrize("min_multiplications", [0, 10**9], ids=["replicas", "one network"])
@pytest.mark.parametrize("kind", ["bytes", pytest.param("augmented", marks=pytest.mark.slow), "floats"])
@pytest.mark.parametrize("spec", [SMALL, CONVOLUTIONAL], ids=["dense", "conv"])
def test_a_step_allocates_nothing_that_grows_with_the_batch(
    monkeypatch: pytest.MonkeyPatch, spec: NetworkSpec, kind: str, min_multiplications: int
) -> None:
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", min_multiplications)
    data = mnist().training.take(slice(0, MANY))
    if kind == "floats":
        data = Dataset.from_floats(data.inputs(slice(None)), np.eye(10)[data.labels])
    spec = replace(spec, output="linear") if kind == "floats" else spec
    augmentation = Augmentation(1, 5, 0.1, 0.1, 1, 0.5, 0.1) if kind == "augmented" else None
    config = replace(CONFIG, augmentation=augmentation)

    def peak(batch_size: int) -> int:
        """The largest number of bytes allocated during the second step."""
        network, rows = fresh_network(spec), np.arange(batch_size)
        optimizer = OPTIMIZERS["adam"](network.parameters, 0.01)
        with BatchGradients(
            network, data, config, RandomStreams.from_seed(0), batch_size, 1, lambda: False
        ) as gradients:
            for number in range(2):
                if number == 1:
                    tracemalloc.start()
                    before = tracemalloc.get_traced_memory()[0]
                assert gradients.compute(rows) is not None
                optimizer.step(0.001)
            taken = tracemalloc.get_traced_memory()[1] - before
            tracemalloc.stop()
        return taken

    assert peak(MANY) - peak(FEW) < FLOAT32 * (MANY - FEW)  # less than one number per row
