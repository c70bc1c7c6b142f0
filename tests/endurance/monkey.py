"""Random events on the window raise no exception, no warning of Qt, and leave neither memory nor threads behind."""

from __future__ import annotations

from tests.endurance.report import Limits, Report
from tests.endurance.window_rounds import watch

MAX_SLOPE = 2.0
"""The largest growth of memory in MiB for 10,000 events."""


def run(limits: Limits, seed: int, report: Report) -> None:
    """Send events until the limits, in rounds that are complete."""
    watch("monkey", limits, seed, report, unit=10_000, max_slope=MAX_SLOPE)
