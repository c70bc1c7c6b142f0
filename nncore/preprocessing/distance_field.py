"""How much of each pixel of the 28x28 frame is ink, by the distance of its middle to the nearest stroke.

A few points along the strokes are compared with all pixels. Very many, a scribble, are first put on a fine grid, whose
distances cost the same however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

SIDE = 28
"""Pixels each way of the picture, the frame. In frame units the pixel in row r, column c covers x from c to c + 1 and
y from r to r + 1."""

PEN = 2.5
"""Thickness of the line in pixels, measured where it is half grey: digits of real pens, drawn so, have MNIST's share of
ink, 13.1 %."""

SOFT = 1.1
"""Pixels over which the edge of the line fades from ink to paper: as soft an edge as MNIST's, where 19 % of the pixels
are not paper and half of those are all ink."""

STEP = 0.25
"""Strokes are drawn as points at most this many pixels apart: closer than the eye, or a grey value, can tell."""

LONGEST_STEP = 1.0
"""The most that STEP grows to when the strokes are so long that it would take more than MOST_POINTS."""

MOST_POINTS = 2**17
MANY_POINTS = 2048
"""More points than this go through the grid."""

FINEST = 32
"""Squares of the grid a pixel, each way."""

ACROSS = SIDE * FINEST + 1
"""Squares of the grid, each way: the frame's far border is part of it."""

SEGMENTS_AT_ONCE = 4096
POINTS_AT_ONCE = 64
"""Small enough for the cache, and for BLAS to stay on one thread: a second one would fight a running training."""

_middles = np.arange(SIDE, dtype=np.float32) + 0.5 - SIDE / 2
_X, _Y = np.tile(_middles, SIDE), np.repeat(_middles, SIDE)
_PIXEL_SQUARES = _X**2 + _Y**2
_PIXEL_TERMS = np.stack([-2 * _X, -2 * _Y, np.ones_like(_X)])


@dataclass(frozen=True, eq=False)
class Trace:
    """Where a pen went in the frame.

    points: (n, 2) float32, one or more, of all strokes, x and y in frame units. ends: where in it the last point of
    each stroke is.
    """

    points: NDArray[np.float32]
    ends: NDArray[np.intp]

    def coverage(self, pen: float = PEN, move: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """How much of each pixel (28, 28) is ink, 0 to 1, under a pen `pen` pixels thick.

        move: the way (x, y) that the strokes are moved first. Raises DataError for points outside the frame.
        """
        points = self.points if move is None else self.points + move
        if points.min() < 0 or points.max() > SIDE:
            raise DataError(
                f"Ink reaches from {points.min():g} to {points.max():g}; expected frame units, 0 to {SIDE}."
            )
        if self._grid is None:
            squares = _nearest_of(_points_on(points, *_segments(points, self.ends)))
        else:
            squares = _nearest_on_grid(self._grid, np.zeros(2, np.float32) if move is None else move)
        inked: NDArray[np.float32] = np.clip(((pen + SOFT) / 2 - np.sqrt(squares).reshape(SIDE, SIDE)) / SOFT, 0, 1)
        return inked

    @cached_property
    def _grid(self) -> NDArray[np.bool_] | None:
        """Which squares of the fine grid (rows, columns) the strokes go through; None for a few short strokes."""
        ways, lengths = _segments(self.points, self.ends)
        needed = len(lengths) + float(lengths.sum(dtype=np.float64)) / STEP
        if needed <= MANY_POINTS:
            return None
        step = min(max(STEP, STEP * needed / MOST_POINTS), LONGEST_STEP)
        return _taken(self.points, ways, np.ceil(lengths / step))


def _segments(points: NDArray[np.float32], ends: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """From each point the way (n, 2) to the next, and how long (n,) it is; none while the pen is up."""
    ways = np.diff(points, axis=0, append=points[-1:])
    ways[ends] = 0
    return ways, np.hypot(ways[:, 0], ways[:, 1])


def _points_on(
    starts: NDArray[np.float32], ways: NDArray[np.float32], lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Points (2, n), STEP apart or less, on the segments that go from `starts` (s, 2) along `ways`, ends left out."""
    counts = np.maximum(1, np.ceil(lengths / STEP)).astype(np.intp)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (number / np.repeat(counts, counts)).astype(np.float32)
    points: NDArray[np.float32] = np.repeat(starts.T, counts, axis=1) + share * np.repeat(ways.T, counts, axis=1)
    return points


def _nearest_of(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The square of each pixel's (784,) distance to the nearest of `points` (2, n)."""
    points = points - SIDE / 2
    # |pixel - point|^2 = |pixel|^2 - 2 pixel . point + |point|^2: all distances from one matrix product, whose float32
    # error is far below a grey value because both are counted from the middle of the frame.
    points = np.vstack([points, np.square(points).sum(axis=0)])
    nearest = np.full(SIDE * SIDE, np.inf, np.float32)
    for start in range(0, points.shape[1], POINTS_AT_ONCE):
        distances = points[:, start : start + POINTS_AT_ONCE].T @ _PIXEL_TERMS
        np.minimum(nearest, distances.min(axis=0), out=nearest)
    squares: NDArray[np.float32] = np.maximum(nearest + _PIXEL_SQUARES, 0)
    return squares


def _taken(starts: NDArray[np.float32], ways: NDArray[np.float32], counts: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which squares of the grid (rows, columns) hold one of `counts` points, 1 at least, on each segment."""
    taken = np.zeros((ACROSS, ACROSS), bool)
    for first in range(0, len(starts), SEGMENTS_AT_ONCE):
        part = slice(first, first + SEGMENTS_AT_ONCE)
        x, y = starts[part].T * np.float32(FINEST)
        dx, dy = ways[part].T * np.float32(FINEST)
        left, number = counts[part], 0
        while len(left):  # the first point of all segments, the second of those that have one, ...
            share = np.float32(number) / np.maximum(left, 1)
            taken[(y + share * dy).astype(np.intp), (x + share * dx).astype(np.intp)] = True
            number += 1
            more = left > number
            x, y, dx, dy, left = x[more], y[more], dx[more], dy[more], left[more]
    return taken


def _nearest_on_grid(taken: NDArray[np.bool_], move: NDArray[np.float32]) -> NDArray[np.float32]:
    """The square of each pixel's (784,) distance to the middle of the nearest square taken, once moved by `move`.

    By axes: in each row of the grid the nearest across, then of all rows the nearest (P. F. Felzenszwalb and D. P.
    Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012).
    """
    x, y = (np.arange(SIDE, dtype=np.float32) + 0.5 - move[:, None]) * FINEST - 0.5  # squares count from their middles
    rows = np.flatnonzero(taken.any(axis=1))
    columns = np.flatnonzero(taken[rows])  # counted on through the rows
    row_starts = np.arange(len(rows))[:, None] * ACROSS
    after = np.searchsorted(columns, row_starts + np.clip(np.ceil(x), 0, ACROSS).astype(np.intp))
    across = np.full((len(rows), SIDE), np.inf, np.float32)
    for neighbour in (after - 1, after):
        column = columns[np.clip(neighbour, 0, len(columns) - 1)] - row_starts
        is_there = (column >= 0) & (column < ACROSS)  # else it lies in another row
        np.minimum(across, np.where(is_there, np.abs(column - x), np.inf), out=across)
    down = rows - y[:, None]
    nearest: NDArray[np.float32] = (np.square(across) + np.square(down)[:, :, None]).min(axis=1)
    return (nearest / FINEST**2).astype(np.float32).reshape(-1)
