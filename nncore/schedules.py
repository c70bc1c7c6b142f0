"""How the learning rate changes over a run: a factor of the rate that was set, as a function of progress.

Each schedule maps progress in [0, 1] (share of the run's steps already taken) to a factor in [0, 1]. The rate that is
set may be changed while the run goes on; the factor then applies to the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi


def constant(progress: float) -> float:
    """Always the rate that was set."""
    return 1.0


def cosine(progress: float) -> float:
    """From the full rate to zero along half a cosine (Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts)."""
    return 0.5 * (1 + cos(pi * progress))


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine}
