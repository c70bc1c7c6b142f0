"""Steps are sent in batches at a limited rate, with their speed, and none is lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.session.run_events import EVENT_INTERVAL_SECONDS, StepBatcher
from nncore.training.events import EpochDone, StepDone


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def step_done(step: int) -> StepDone:
    """A step on 7 samples; the second epoch begins with step 3."""
    return StepDone(step=step, epoch=1 + step // 3, loss=1.0 / step, accuracy=0.5, learning_rate=0.1 * step, samples=7)


EPOCH = EpochDone(1, 2, 0.7, 0.5, 0.6, 0.6, 1e4, 0.2)


def test_events_within_an_interval_are_returned_together_in_order(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    assert batcher.add(step_done(1)) is None
    clock.now += EVENT_INTERVAL_SECONDS / 2
    assert batcher.add(step_done(2)) is None
    assert batcher.add(EPOCH) is None
    clock.now += EVENT_INTERVAL_SECONDS / 2
    steps_done = batcher.add(step_done(3))
    assert steps_done is not None
    assert list(steps_done.steps) == [1, 2, 3]
    assert list(steps_done.losses) == [1, 1 / 2, 1 / 3]
    assert list(steps_done.accuracies) == [0.5] * 3
    assert (steps_done.epoch, steps_done.samples) == (2, 21)
    assert steps_done.learning_rate == pytest.approx(0.3)
    assert steps_done.epochs == (EPOCH,)
    assert batcher.flush() is None


def test_events_are_returned_after_exactly_one_interval(clock: Clock) -> None:
    clock.now = 0.0
    batcher = StepBatcher(clock)
    clock.now = EVENT_INTERVAL_SECONDS
    assert batcher.add(step_done(1)) is not None


def test_speed_counts_neither_validation_nor_pauses(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 0.01
    batcher.add(step_done(1))
    clock.now += 0.02  # validation
    batcher.add(EPOCH)
    clock.now += 0.01
    batcher.add(step_done(2))
    clock.now += 60  # a pause
    batcher.restart_clock()
    clock.now += 0.01
    steps_done = batcher.add(step_done(3))
    assert steps_done is not None
    assert steps_done.samples_per_second == pytest.approx(21 / 0.03)


def test_an_epoch_is_returned_at_once_if_the_interval_has_passed(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 1
    assert batcher.add(step_done(1)) is not None
    assert batcher.add(step_done(2)) is None
    clock.now += 1
    steps_done = batcher.add(EPOCH)
    assert steps_done is not None
    assert steps_done.epochs == (EPOCH,)


def test_flush_returns_an_epoch_whose_steps_were_returned_before(clock: Clock) -> None:
    batcher = StepBatcher(clock)
    clock.now += 1
    assert batcher.add(step_done(2)) is not None
    assert batcher.add(EPOCH) is None
    steps_done = batcher.flush()
    assert steps_done is not None
    assert (len(steps_done.steps), steps_done.epochs, steps_done.samples) == (0, (EPOCH,), 0)
    assert steps_done.learning_rate == pytest.approx(0.2)
    assert batcher.flush() is None


def test_run_events_imports_no_qt() -> None:
    probe = "import sys, app.session.run_events, app.tabs.train.run_clock; print('PySide6' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"
