from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.epoch_snapshots import MAX_SNAPSHOTS, EpochSnapshots
from nncore.model.network import Network, NetworkSpec

SPEC = NetworkSpec.dense((784, 10))
BYTES = 4 * SPEC.parameter_count


def network_of(epoch: float) -> Network:
    """One whose parameters tell which it is."""
    network = Network(SPEC)
    network.parameters.values[:] = epoch
    return network


def trained(epochs: int, kept: int) -> EpochSnapshots:
    rewind = EpochSnapshots(SPEC, most_bytes=kept * BYTES)
    for epoch in range(epochs + 1):
        rewind.add(epoch, network_of(epoch))
    return rewind


@pytest.mark.parametrize("epochs", [1, 2, 7, 8, 9, 30, 100, 1001])
@pytest.mark.parametrize("kept", [2, 3, 8, 20])
def test_first_and_last_are_kept_and_others_evenly_between(epochs: int, kept: int) -> None:
    rewind = trained(epochs, kept)
    assert (rewind.epochs[0], rewind.epochs[-1]) == (0, epochs)
    assert min(epochs + 1, (kept + 1) // 2) <= len(rewind.epochs) <= kept
    gaps = np.diff(rewind.epochs[:-1])
    assert len(set(gaps.tolist())) <= 1  # all strides are one, but for the last
    for epoch in rewind.epochs:
        assert (rewind.values(epoch) == epoch).all()


def test_what_is_kept_is_a_copy() -> None:
    rewind, network = EpochSnapshots(SPEC), network_of(3)
    rewind.add(0, network)
    network.parameters.values[:] = 9
    assert (rewind.values(0) == 3).all()
    with pytest.raises(ValueError, match="read-only"):
        rewind.values(0)[0] = 1


def test_there_is_an_end_to_memory_however_small_the_network() -> None:
    rewind = EpochSnapshots(NetworkSpec.dense((784, 10)))
    for epoch in range(2 * MAX_SNAPSHOTS):
        rewind.add(epoch, network_of(epoch))
    assert len(rewind.epochs) <= MAX_SNAPSHOTS


@pytest.mark.parametrize("most_bytes", [0, BYTES, 2 * BYTES - 1])
def test_without_room_for_two_the_last_is_kept(most_bytes: int) -> None:
    rewind = EpochSnapshots(SPEC, most_bytes=most_bytes)
    for epoch in range(5):
        rewind.add(epoch, network_of(epoch))
    assert rewind.epochs == (4,)


def test_epochs_come_in_order() -> None:
    rewind = trained(3, 10)
    with pytest.raises(ValueError, match="An epoch after 3 is expected; got 3"):
        rewind.add(3, network_of(3))


def test_a_training_of_double_precision_is_kept_in_single() -> None:
    rewind = EpochSnapshots(SPEC)
    rewind.add(0, Network(SPEC, np.float64))
    assert rewind.values(0).dtype == np.float32


def test_each_epoch_reads_what_it_would_have_read_then() -> None:
    rewind, networks = EpochSnapshots(SPEC), []
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:15] = 255
    for epoch in range(3):
        networks.append(Network(SPEC))
        networks[-1].initialize(np.random.default_rng(epoch))
        rewind.add(epoch, networks[-1])
    for epoch in (2, 0, 1):
        expected = networks[epoch].predict(image.reshape(1, -1).astype(np.float32) / 255)[0]
        assert rewind.read(epoch, image).probabilities == pytest.approx(expected, abs=1e-6)
        assert (rewind.network(epoch).parameters.values == networks[epoch].parameters.values).all()


def test_what_is_not_kept_is_said() -> None:
    rewind = trained(100, 4)
    with pytest.raises(KeyError):
        rewind.read(1, np.zeros((28, 28), np.uint8))
    assert EpochSnapshots(SPEC).epochs == ()


def test_a_network_for_something_else_reads_no_digit() -> None:
    spec = NetworkSpec.dense((4, 3), input_shape=(4,))
    rewind = EpochSnapshots(spec)
    rewind.add(0, Network(spec))
    with pytest.raises(DataError, match="Open or train one for digits"):
        rewind.read(0, np.zeros((28, 28), np.uint8))
