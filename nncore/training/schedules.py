"""The schedules: how the learning rate changes over a run.

Each maps progress, the fraction of the run that is done (0 to 1), to a factor of the learning rate (0 to 1). If
the learning rate is changed during the run, the factor applies to the new one. A new schedule is a function and a row
of SCHEDULES.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi
from typing import NamedTuple

WARM_UP_FRACTION = 0.3
"""Fraction of the run in which `one_cycle` increases the rate."""


def constant(progress: float) -> float:
    """The rate never changes."""
    return 1.0


def step_decay(progress: float) -> float:
    """A tenth of the rate after one half of the run, a hundredth after three quarters.

    (Division by 10 twice is from He et al., "Deep Residual Learning", CVPR 2016, section 4.2.)
    """
    if progress < 0.5:
        return 1.0
    return 0.1 if progress < 0.75 else 0.01


def exponential(progress: float) -> float:
    """Each step multiplies the rate by the same factor, down to a hundredth of the rate at the end."""
    return float(0.01**progress)  # n steps multiply by 0.01^(1/n) each


def cosine(progress: float) -> float:
    """From the full rate to zero along half a cosine (Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts)."""
    return 0.5 * (1 + cos(pi * progress))


def one_cycle(progress: float) -> float:
    """A warm-up from 1/25 to the full rate, then a decay to 1/250,000 of it, both along half a cosine.

    (Smith and Topin, "Super-Convergence", 2018, with the proportions of PyTorch's OneCycleLR.)
    """
    # cosine falls from 1 to 0. From `start` to 1, 1 - (1 - start) cosine rises; from 1 to `end`, end + (1 - end) cosine
    # falls.
    start, end = 1 / 25, 1 / 250_000
    if progress < WARM_UP_FRACTION:
        return 1 + (start - 1) * cosine(progress / WARM_UP_FRACTION)
    return end + (1 - end) * cosine((progress - WARM_UP_FRACTION) / (1 - WARM_UP_FRACTION))


class Schedule(NamedTuple):
    """A row of SCHEDULES: its name in the window, what it does to the rate in a few words, and the function."""

    label: str
    help: str
    factor: Callable[[float], float]


SCHEDULES = {
    "constant": Schedule("constant", "never changes it", constant),
    "cosine": Schedule("cosine", "lowers it to 0", cosine),
    "one_cycle": Schedule("one cycle", "raises it first", one_cycle),
    "step": Schedule("step", "divides it by 10 twice", step_decay),
    "exponential": Schedule("exponential", "lowers it evenly to a hundredth", exponential),
}
"""The schedules, by their names in settings and files, in the order of the window's list."""
