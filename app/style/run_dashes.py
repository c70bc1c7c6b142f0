"""The dashes that distinguish the curves of several runs."""

from __future__ import annotations

RUN_DASHES: tuple[tuple[float, ...], ...] = ((8, 4), (2, 3), (10, 3, 2, 3), (16, 4), (4, 6), (10, 3, 2, 3, 2, 3))
"""Dash patterns in pixels, one per earlier run; live curves are solid."""

MAX_EARLIER_RUNS = len(RUN_DASHES)
"""Maximum number of earlier runs behind the live curves; more are hard to distinguish."""
