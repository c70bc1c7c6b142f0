"""How the learning rate changes over a run: a factor of the rate that was set, as a function of progress.

Each schedule maps progress in [0, 1] (share of the run's steps already taken) to a factor in [0, 1]. The rate that is
set may be changed while the run goes on; the factor then applies to the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

WARM_UP = 0.3
"""Share of the run in which `one_cycle` rises."""


def constant(progress: float) -> float:
    """Always the rate that was set."""
    return 1.0


def step(progress: float) -> float:
    """A tenth of the rate after one half of the run, a hundredth after three quarters.

    (As He et al., "Deep Residual Learning", CVPR 2016, section 4.2, divide it by 10 twice.)
    """
    if progress < 0.5:
        return 1.0
    return 0.1 if progress < 0.75 else 0.01


def exponential(progress: float) -> float:
    """The same factor from each step to the next, down to a hundredth of the rate at the end."""
    return float(0.01**progress)


def cosine(progress: float) -> float:
    """From the full rate to zero along half a cosine (Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts)."""
    return 0.5 * (1 + cos(pi * progress))


def one_cycle(progress: float) -> float:
    """A warm-up from 1/25 to the full rate, then down to 1/250,000 of it, both along half a cosine.

    (Smith and Topin, "Super-Convergence", 2018, with the proportions that PyTorch's OneCycleLR has.)
    """
    start, end = 1 / 25, 1 / 250_000
    if progress < WARM_UP:
        return 1 + (start - 1) * cosine(progress / WARM_UP)
    return end + (1 - end) * cosine((progress - WARM_UP) / (1 - WARM_UP))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "cosine": cosine,
    "one_cycle": one_cycle,
    "step": step,
    "exponential": exponential,
}
