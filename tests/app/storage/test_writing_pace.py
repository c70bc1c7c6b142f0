"""Writing during a run takes at most its fraction of the time, and is never put off for too long."""

from __future__ import annotations

import pytest

from app.background import work_pace
from app.storage.writing_pace import MAX_WRITE_INTERVAL_SECONDS, WritingPace


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(work_pace, "perf_counter", clock)
    return clock


def write(pace: WritingPace, clock: Clock, seconds: float) -> None:
    with pace.working():
        clock.now += seconds


def test_every_epoch_is_written_unless_writing_takes_more_than_its_fraction(clock: Clock) -> None:
    pace, epoch, written = WritingPace(0.1), 0.05, 0
    for _ in range(20):
        clock.now += epoch
        if pace.is_due:
            write(pace, clock, 0.004)
            written += 1
    assert written == 20
    clock.now += 0.039
    write(pace, clock, 0.004)
    clock.now += 0.039
    assert not pace.is_due
    clock.now += 0.002
    assert pace.is_due


def test_on_a_slow_disk_at_most_the_epochs_of_a_quarter_of_a_second_are_lost(clock: Clock) -> None:
    pace = WritingPace(0.1)
    write(pace, clock, 3.0)
    clock.now += MAX_WRITE_INTERVAL_SECONDS / 2
    assert not pace.is_due
    clock.now += MAX_WRITE_INTERVAL_SECONDS
    assert pace.is_due


def test_writing_that_fails_counts_too(clock: Clock) -> None:
    pace = WritingPace(0.1)
    clock.now += 1.0

    def fail() -> None:
        clock.now += 0.01
        raise OSError("full")

    with pytest.raises(OSError, match="full"), pace.working():
        fail()
    assert not pace.is_due
