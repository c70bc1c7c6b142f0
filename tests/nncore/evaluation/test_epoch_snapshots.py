from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.epoch_snapshots import MAX_SNAPSHOTS, EpochSnapshots
from nncore.model.network import Network, NetworkSpec

SPEC = NetworkSpec.dense((784, 10))
BYTES = 4 * SPEC.parameter_count


def network_of(epoch: float) -> Network:
    """A network all of whose parameters are `epoch`."""
    network = Network(SPEC)
    network.parameters.values[:] = epoch
    return network


def snapshots_of(epochs: int, kept: int) -> EpochSnapshots:
    snapshots = EpochSnapshots(SPEC, max_bytes=kept * BYTES)
    for epoch in range(epochs + 1):
        snapshots.add(epoch, network_of(epoch))
    return snapshots


@pytest.mark.parametrize("epochs", [1, 2, 7, 8, 9, 30, 100, 1001])
@pytest.mark.parametrize("kept", [2, 3, 8, 20])
def test_first_and_last_epoch_are_kept_and_others_at_even_distances(epochs: int, kept: int) -> None:
    snapshots = snapshots_of(epochs, kept)
    assert (snapshots.epochs[0], snapshots.epochs[-1]) == (0, epochs)
    assert min(epochs + 1, (kept + 1) // 2) <= len(snapshots.epochs) <= kept
    gaps = np.diff(snapshots.epochs[:-1])
    assert len(set(gaps.tolist())) <= 1  # all distances but the last are equal
    for epoch in snapshots.epochs:
        assert (snapshots.values(epoch) == epoch).all()


def test_a_snapshot_is_a_read_only_copy() -> None:
    snapshots, network = EpochSnapshots(SPEC), network_of(3)
    snapshots.add(0, network)
    network.parameters.values[:] = 9
    assert (snapshots.values(0) == 3).all()
    with pytest.raises(ValueError, match="read-only"):
        snapshots.values(0)[0] = 1


def test_the_number_of_snapshots_is_limited_even_for_a_small_network() -> None:
    snapshots = EpochSnapshots(NetworkSpec.dense((784, 10)))
    for epoch in range(2 * MAX_SNAPSHOTS):
        snapshots.add(epoch, network_of(epoch))
    assert len(snapshots.epochs) <= MAX_SNAPSHOTS


@pytest.mark.parametrize("max_bytes", [0, BYTES, 2 * BYTES - 1])
def test_only_the_last_epoch_is_kept_if_memory_is_too_small_for_two(max_bytes: int) -> None:
    snapshots = EpochSnapshots(SPEC, max_bytes=max_bytes)
    for epoch in range(5):
        snapshots.add(epoch, network_of(epoch))
    assert snapshots.epochs == (4,)


def test_adding_an_earlier_epoch_raises_an_error() -> None:
    snapshots = snapshots_of(3, 10)
    with pytest.raises(ValueError, match="An epoch after 3 is expected; got 3"):
        snapshots.add(3, network_of(3))


def test_snapshots_of_a_float64_network_are_float32() -> None:
    snapshots = EpochSnapshots(SPEC)
    snapshots.add(0, Network(SPEC, np.float64))
    assert snapshots.values(0).dtype == np.float32


def test_each_snapshot_predicts_like_the_network_after_its_epoch() -> None:
    snapshots, networks = EpochSnapshots(SPEC), []
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:15] = 255
    for epoch in range(3):
        networks.append(Network(SPEC))
        networks[-1].initialize(np.random.default_rng(epoch))
        snapshots.add(epoch, networks[-1])
    for epoch in (2, 0, 1):
        expected = networks[epoch].predict(image.reshape(1, -1).astype(np.float32) / 255)[0]
        assert snapshots.read(epoch, image).probabilities == pytest.approx(expected, abs=1e-6)
        assert (snapshots.network(epoch).parameters.values == networks[epoch].parameters.values).all()


def test_reading_with_an_epoch_that_is_not_kept_raises_key_error() -> None:
    snapshots = snapshots_of(100, 4)
    with pytest.raises(KeyError):
        snapshots.read(1, np.zeros((28, 28), np.uint8))
    assert EpochSnapshots(SPEC).epochs == ()


def test_a_network_that_is_not_for_digits_raises_an_error() -> None:
    spec = NetworkSpec.dense((4, 3), input_shape=(4,))
    snapshots = EpochSnapshots(spec)
    snapshots.add(0, Network(spec))
    with pytest.raises(DataError, match="Open or train one for digits"):
        snapshots.read(0, np.zeros((28, 28), np.uint8))
