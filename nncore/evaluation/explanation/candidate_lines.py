"""The lines that the search for a changed answer tries: a bank to start with, and variations of the best ones.

A line is given by three control points of a quadratic Bezier curve, (3, 2), x and y in frame units, 0 to 28.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nncore.preprocessing.distance_field import coverage_of_lines
from nncore.preprocessing.ink import SIDE

Lines = NDArray[np.float32]
"""Control points (n, 3, 2)."""

BANK_SPACING = 2.0
"""Pixels between the ends of the straight lines in the bank, along rows and columns."""
BANK_RANGE = (3.0, 25.0)
"""Smallest and largest coordinate of these ends. The ink of MNIST and of drawings lies within it."""
MAX_BANK_LENGTH = 9.0
"""Length in pixels of the longest line in the bank: about half of a digit."""

POINTS_PER_LINE = 6
"""Points that a line is drawn through."""
_t = np.linspace(0, 1, POINTS_PER_LINE, dtype=np.float32)
_BERNSTEIN = np.stack([(1 - _t) ** 2, 2 * _t * (1 - _t), _t**2], axis=1)


def curves(lines: Lines) -> NDArray[np.float32]:
    """Return the points (n, POINTS_PER_LINE, 2) that lines (n, 3, 2) are drawn through."""
    points: NDArray[np.float32] = np.einsum("pc,ncd->npd", _BERNSTEIN, lines)
    return points


@cache
def bank() -> Lines:
    """Return straight lines, and dots, between all points of a grid that are near enough to each other; read-only."""
    low, high = BANK_RANGE
    side = np.arange(low, high + BANK_SPACING / 2, BANK_SPACING, dtype=np.float32)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    first, last = np.triu_indices(len(grid))
    near = np.hypot(*(grid[last] - grid[first]).T) <= MAX_BANK_LENGTH
    starts, ends = grid[first[near]], grid[last[near]]
    lines = np.stack([starts, (starts + ends) / 2, ends], axis=1)
    lines.flags.writeable = False
    return lines


@cache
def bank_coverages(pen: float) -> NDArray[np.uint8]:
    """Return the coverage (n, 784), 0 to 255, of each line of the bank for a pen `pen` pixels thick; read-only."""
    grey = np.rint(255 * coverage_of_lines(bank()[:, ::2], pen)).astype(np.uint8)
    grey.flags.writeable = False
    return grey


def variations(parents: Lines, count: int, spread: float, rng: np.random.Generator) -> Lines:
    """Return `count` variations of each of the parents (n, 3, 2), (n * count, 3, 2), within the frame.

    spread: standard deviation, in pixels, of the movement of a control point. A third of the variations are moved as a
    whole, a third at each point; the others are shortened towards one end, and moved a little.
    """
    lines = np.repeat(parents, count, axis=0)
    way = rng.integers(3, size=len(lines))[:, None, None]
    whole = rng.normal(0, spread, (len(lines), 1, 2))
    single = rng.normal(0, spread, lines.shape)
    kept_end = lines[np.arange(len(lines)), 2 * rng.integers(2, size=len(lines))][:, None]
    shortened = kept_end + (lines - kept_end) * rng.uniform(0.4, 1, (len(lines), 1, 1)) + single / 4
    varied = np.where(way == 0, lines + whole, np.where(way == 1, lines + single, shortened))
    return np.clip(varied, 0, SIDE).astype(np.float32)
