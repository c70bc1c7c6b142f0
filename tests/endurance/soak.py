"""Hours of usual work leave neither memory nor threads nor open files behind."""

from __future__ import annotations

from tests.endurance.report import Limits, Report
from tests.endurance.window_rounds import watch

MAX_SLOPE = 5.0
"""The largest growth of memory in MiB for 100 rounds."""


def run(limits: Limits, seed: int, report: Report) -> None:
    """Train, evaluate, teach and open files until the limits."""
    watch("worker", limits, seed, report, unit=100, max_slope=MAX_SLOPE)
