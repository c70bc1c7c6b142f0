"""Short forms of the long tests in tests/endurance, always with the same seed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.endurance.report import Limits, Report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc"),
]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return Report("short form", 1, tmp_path / "kept")


def test_mutated_files_are_read_or_rejected_with_one_sentence(report: Report) -> None:
    from tests.endurance import fuzz

    fuzz.run(Limits(count=240), report.seed, report)
    assert report.failures == []


def test_random_events_raise_nothing_and_leave_nothing(report: Report) -> None:
    from tests.endurance import monkey

    monkey.run(Limits(count=500), report.seed, report)
    assert report.failures == []


def test_a_killed_program_loses_nothing_that_it_saved_and_leaves_no_process(report: Report) -> None:
    from tests.endurance import kill

    kill.run(Limits(count=4), report.seed, report)
    assert report.failures == []


def test_rounds_of_usual_work_leave_nothing(report: Report) -> None:
    from tests.endurance import soak

    soak.run(Limits(count=1), report.seed, report)
    assert report.failures == []


@pytest.mark.parametrize("journal", [[], ["saving drawing 1 0123456789abcdef"]])
def test_a_window_that_is_killed_before_its_first_save_has_lost_nothing(tmp_path: Path, journal: list[str]) -> None:
    from tests.endurance import kill

    lines = [(0.0, line) for line in journal]
    assert kill.ROUNDS["window"][1](kill.Round("1", tmp_path, tmp_path, lines)) == 0
