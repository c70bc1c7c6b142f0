"""Background work keeps to its fraction of the time."""

from __future__ import annotations

import pytest

from app.background import work_pace
from app.background.work_pace import WorkPace


def test_work_is_due_again_after_its_share_of_the_time_and_the_shortest_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(work_pace, "perf_counter", lambda: now)
    pace = WorkPace(0.02, min_seconds=0.125)
    assert pace.is_due
    with pace.working():
        now += 0.001  # a share of 2 % would allow it again after 0.05 seconds
    now += 0.12
    assert not pace.is_due
    now += 0.01
    assert pace.is_due
    with pace.working():
        now += 0.01
    now += 0.49
    assert not pace.is_due
    now += 0.02
    assert pace.is_due
