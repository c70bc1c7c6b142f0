"""Early steps and epochs at even distances are kept, the last one always, within the limit of memory."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.snapshots import EARLY_STEPS, MAX_SNAPSHOTS, Snapshots, TrainingPoint
from nncore.model.network import Network, NetworkSpec

SPEC = NetworkSpec.dense((784, 10))
BYTES = 4 * SPEC.parameter_count


def network_of(value: float) -> Network:
    """A network all of whose parameters are `value`."""
    network = Network(SPEC)
    network.parameters.values[:] = value
    return network


def snapshots_of(epochs: int, kept: int) -> Snapshots:
    snapshots = Snapshots(SPEC, max_bytes=kept * BYTES)
    for epoch in range(epochs + 1):
        snapshots.add(TrainingPoint(epoch), network_of(epoch))
    return snapshots


def training_of(epochs: int, steps_per_epoch: int, kept: int) -> Snapshots:
    """The snapshots of a whole training, whose parameters are the number of steps."""
    snapshots = Snapshots(SPEC, max_bytes=kept * BYTES)
    snapshots.add(TrainingPoint(0, 0), network_of(0))
    for step in range(1, epochs * steps_per_epoch + 1):
        epoch = 1 + (step - 1) // steps_per_epoch
        if snapshots.wants_step(step):
            snapshots.add(TrainingPoint(epoch, step, ends_epoch=False), network_of(step))
        if step == epoch * steps_per_epoch:
            snapshots.add(TrainingPoint(epoch, step), network_of(step))
    return snapshots


def labels(snapshots: Snapshots) -> list[str]:
    return [point.label for point in snapshots.points]


@pytest.mark.parametrize("epochs", [1, 2, 7, 8, 9, 30, 100, 1001])
@pytest.mark.parametrize("kept", [2, 3, 8, 20])
def test_first_and_last_epoch_are_kept_and_others_at_even_distances(epochs: int, kept: int) -> None:
    snapshots = snapshots_of(epochs, kept)
    points = snapshots.points
    assert (points[0], points[-1]) == (TrainingPoint(0), TrainingPoint(epochs))
    assert min(epochs + 1, (kept + 1) // 2) <= len(points) <= kept
    gaps = np.diff([point.epoch for point in points[:-1]])
    assert len(set(gaps.tolist())) <= 1  # all distances but the last are equal
    for point in points:
        assert (snapshots.values(point) == point.epoch).all()


def test_the_early_steps_are_kept_and_then_each_epoch() -> None:
    snapshots = training_of(epochs=3, steps_per_epoch=400, kept=99)
    early = ["step 0", "step 1", "step 3", "step 10", "step 30", "step 100", "step 300"]
    assert labels(snapshots) == [*early, "epoch 1", "epoch 2", "epoch 3"]
    assert [point.step for point in snapshots.points] == [*EARLY_STEPS, 400, 800, 1200]
    for point in snapshots.points:
        assert (snapshots.values(point) == point.step).all()


def test_an_early_step_that_ends_an_epoch_is_that_epoch() -> None:
    assert labels(training_of(epochs=4, steps_per_epoch=3, kept=99)) == [
        "step 0", "step 1", "epoch 1", "epoch 2", "epoch 3", "step 10", "epoch 4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "early"),
    [(1, []), (2, [0]), (3, [0]), (4, [0, 30]), (7, [0, 30]), (8, [0, 3, 30, 300]), (14, list(EARLY_STEPS))],
)
@pytest.mark.parametrize("epochs", [1, 5, 40])
def test_early_steps_take_at_most_half_of_the_places(kept: int, early: list[int], epochs: int) -> None:
    snapshots = training_of(epochs, 400, kept)
    points = snapshots.points
    assert [point.step for point in points if point.step in EARLY_STEPS] == early
    assert len(points) <= kept
    assert points[-1] == TrainingPoint(epochs, 400 * epochs)


def test_thinning_the_epochs_keeps_the_early_steps() -> None:
    snapshots = training_of(epochs=9, steps_per_epoch=400, kept=14)
    assert [point.step for point in snapshots.points[:7]] == list(EARLY_STEPS)
    assert labels(snapshots)[7:] == ["epoch 2", "epoch 4", "epoch 6", "epoch 8", "epoch 9"]


def test_a_continued_training_starts_with_the_point_at_which_it_was_stopped() -> None:
    snapshots = Snapshots(SPEC, max_bytes=4 * BYTES)
    snapshots.add(TrainingPoint(3, 1234, ends_epoch=False), network_of(1))
    for epoch in range(3, 20):
        snapshots.add(TrainingPoint(epoch, 500 * epoch), network_of(epoch))
    assert (snapshots.points[0].label, snapshots.points[-1].label) == ("step 1,234", "epoch 19")
    assert len(snapshots.points) <= 4


def test_points_are_in_the_order_of_their_steps_and_an_epoch_ends_after_its_steps() -> None:
    in_order = [
        TrainingPoint(0, 0), TrainingPoint(1, 3, ends_epoch=False), TrainingPoint(1, 10, ends_epoch=False),
        TrainingPoint(1, 12), TrainingPoint(2, 13, ends_epoch=False), TrainingPoint(2, 24),
    ]  # fmt: skip
    for index, point in enumerate(in_order):
        assert [point.is_after(other) for other in in_order] == [place < index for place in range(6)]
    # The file of an earlier version does not know the step.
    assert not TrainingPoint(2, 24).is_after(TrainingPoint(2))
    assert TrainingPoint(2, 13, ends_epoch=False).is_after(TrainingPoint(1))


def test_a_snapshot_is_a_read_only_copy() -> None:
    snapshots, network = Snapshots(SPEC), network_of(3)
    snapshots.add(TrainingPoint(0), network)
    network.parameters.values[:] = 9
    assert (snapshots.values(TrainingPoint(0)) == 3).all()
    with pytest.raises(ValueError, match="read-only"):
        snapshots.values(TrainingPoint(0))[0] = 1


def test_the_number_of_snapshots_is_limited_even_for_a_small_network() -> None:
    snapshots = snapshots_of(2 * MAX_SNAPSHOTS, kept=3 * MAX_SNAPSHOTS)
    assert len(snapshots.points) <= MAX_SNAPSHOTS


@pytest.mark.parametrize("max_bytes", [0, BYTES, 2 * BYTES - 1])
def test_only_the_last_snapshot_is_kept_if_memory_is_too_small_for_two(max_bytes: int) -> None:
    snapshots = Snapshots(SPEC, max_bytes=max_bytes)
    for epoch in range(5):
        snapshots.add(TrainingPoint(epoch), network_of(epoch))
    assert snapshots.points == (TrainingPoint(4),)


def test_adding_an_earlier_point_raises_an_error() -> None:
    snapshots = snapshots_of(3, 10)
    with pytest.raises(ValueError, match="A point after epoch 3 is expected; got epoch 3"):
        snapshots.add(TrainingPoint(3), network_of(3))


def test_a_network_that_has_diverged_is_left_out() -> None:
    snapshots = snapshots_of(1, 10)
    snapshots.add(TrainingPoint(2), network_of(np.nan))
    assert snapshots.points == (TrainingPoint(0), TrainingPoint(1))


def test_snapshots_of_a_float64_network_are_float32() -> None:
    snapshots = Snapshots(SPEC)
    snapshots.add(TrainingPoint(0), Network(SPEC, np.float64))
    assert snapshots.values(TrainingPoint(0)).dtype == np.float32


def test_each_snapshot_predicts_like_the_network_at_its_point() -> None:
    snapshots, networks = Snapshots(SPEC), []
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:15] = 255
    for epoch in range(3):
        networks.append(Network(SPEC))
        networks[-1].initialize(np.random.default_rng(epoch))
        snapshots.add(TrainingPoint(epoch), networks[-1])
    for epoch in (2, 0, 1):
        point, expected = TrainingPoint(epoch), networks[epoch].predict(image.reshape(1, -1).astype(np.float32) / 255)
        assert snapshots.read(point, image).probabilities == pytest.approx(expected[0], abs=1e-6)
        assert (snapshots.network(point).parameters.values == networks[epoch].parameters.values).all()


def test_reading_with_a_snapshot_that_is_not_kept_raises_key_error() -> None:
    snapshots = snapshots_of(100, 4)
    with pytest.raises(KeyError):
        snapshots.read(TrainingPoint(1), np.zeros((28, 28), np.uint8))
    assert Snapshots(SPEC).points == ()


def test_a_network_that_is_not_for_digits_raises_an_error() -> None:
    spec = NetworkSpec.dense((4, 3), input_shape=(4,))
    snapshots = Snapshots(spec)
    snapshots.add(TrainingPoint(0), Network(spec))
    with pytest.raises(DataError, match="Open or train one for digits"):
        snapshots.read(TrainingPoint(0), np.zeros((28, 28), np.uint8))
