from __future__ import annotations

import subprocess
import sys

import pytest

from app.session.run_events import EVENT_INTERVAL_SECONDS, StepBatcher
from nncore.training.events import EpochDone, StepDone


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def step(number: int) -> StepDone:
    return StepDone(number, 1 + number // 3, 1.0 / number, 0.5, 0.1 * number, 7)


EPOCH = EpochDone(1, 2, 0.7, 0.5, 0.6, 0.6, 1e4, 0.2)


def test_nothing_is_given_until_it_is_time_and_then_all_in_order(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    assert batcher.add(step(1)) is None
    clock.now += EVENT_INTERVAL_SECONDS / 2
    assert batcher.add(step(2)) is None
    assert batcher.add(EPOCH) is None
    clock.now += EVENT_INTERVAL_SECONDS / 2
    told = batcher.add(step(3))
    assert told is not None
    assert list(told.steps) == [1, 2, 3]
    assert list(told.losses) == [1, 1 / 2, 1 / 3]
    assert list(told.accuracies) == [0.5] * 3
    assert (told.epoch, told.samples) == (2, 21)
    assert told.learning_rate == pytest.approx(0.3)
    assert told.epochs == (EPOCH,)
    assert batcher.flush() is None


def test_events_are_given_when_exactly_the_time_between_two_has_passed(clock: Clock) -> None:
    clock.now = 0.0
    batcher = StepBatcher(clock)
    clock.now = EVENT_INTERVAL_SECONDS
    assert batcher.add(step(1)) is not None


def test_speed_counts_neither_validation_nor_pauses(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 0.01
    batcher.add(step(1))
    clock.now += 0.02  # validation
    batcher.add(EPOCH)
    clock.now += 0.01
    batcher.add(step(2))
    clock.now += 60  # a pause
    batcher.restart_clock()
    clock.now += 0.01
    told = batcher.add(step(3))
    assert told is not None
    assert told.samples_per_second == pytest.approx(21 / 0.03)


def test_the_end_of_an_epoch_is_told_at_once_when_steps_are_slow(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 1
    assert batcher.add(step(1)) is not None
    assert batcher.add(step(2)) is None
    clock.now += 1
    told = batcher.add(EPOCH)
    assert told is not None
    assert told.epochs == (EPOCH,)


def test_the_end_of_an_epoch_is_told_also_when_its_steps_have_been(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 1
    assert batcher.add(step(2)) is not None
    assert batcher.add(EPOCH) is None
    told = batcher.flush()
    assert told is not None
    assert (len(told.steps), told.epochs, told.samples) == (0, (EPOCH,), 0)
    assert told.learning_rate == pytest.approx(0.2)
    assert batcher.flush() is None


def test_it_loads_no_qt() -> None:
    probe = "import sys, app.session.run_events, app.tabs.train.run_clock; print('PySide6' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"
