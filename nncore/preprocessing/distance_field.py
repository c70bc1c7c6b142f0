"""Compute how much of each pixel of the 28x28 frame is ink, from the distance of its middle to the nearest stroke.

Two methods: a short drawing is sampled as points, and each pixel is compared with each point. A scribble has too many
points for that, so they are marked on a fine grid first; the cost of the grid does not depend on their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.reporting.number_text import decimal_text

SIDE = 28
"""Height and width of the image (the frame) in pixels. In frame units, the pixel in row r and column c covers x from c
to c + 1 and y from r to r + 1."""

PEN_WIDTH = 2.5
"""Thickness of a line in pixels, measured at half grey. With it, digits of real pens have the same fraction of ink as
MNIST, 13.1 %."""

EDGE_SOFTNESS = 1.1
"""Pixels over which the edge of a line fades from ink to paper. It is as soft as in MNIST, where 19 % of the pixels are
not paper and half of those are full ink."""

MAX_POINT_SPACING = 0.25
"""Largest distance in pixels between the points that a stroke is drawn as; it is too small to see in the image."""

MAX_LONG_STROKE_SPACING = 1.0
"""Largest step in pixels for strokes that are so long that MAX_POINT_SPACING would need more than MAX_GRID_POINTS."""

MAX_GRID_POINTS = 2**17
"""Most points of a drawing on the grid; a longer stroke gets points that are farther apart."""

MAX_DIRECT_POINTS = 2048
"""With more points than this, the grid is used."""

CELLS_PER_PIXEL = 32
"""Grid cells per pixel, in each direction."""

GRID_SIDE = SIDE * CELLS_PER_PIXEL + 1
"""Grid cells in each direction; the last one holds points exactly on the right or lower border of the frame."""

SEGMENTS_PER_BLOCK = 4096
POINTS_PER_BLOCK = 64
"""Small enough for the cache, and for BLAS to stay on one thread: a second one would slow down a running training."""

_middles = np.arange(SIDE, dtype=np.float32) + 0.5 - SIDE / 2
_X, _Y = np.tile(_middles, SIDE), np.repeat(_middles, SIDE)
_PIXEL_SQUARES = _X**2 + _Y**2
_PIXEL_TERMS = np.stack([-2 * _X, -2 * _Y, np.ones_like(_X)])


@dataclass(frozen=True, eq=False)
class PenPath:
    """The strokes of a pen in the frame.

    Attributes:
        points: (n, 2) float32, n at least 1, the points of all strokes, x and y in frame units.
        ends: index in `points` of the last point of each stroke.
    """

    points: NDArray[np.float32]
    ends: NDArray[np.intp]

    def coverage(self, pen: float = PEN_WIDTH, offset: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return how much of each pixel is ink, (28, 28), 0 to 1, for a pen `pen` pixels thick.

        offset: (x, y) added to all points first. Raises DataError for points outside the frame.
        """
        points = self.points if offset is None else self.points + offset
        if points.min() < 0 or points.max() > SIDE:
            raise DataError(
                f"The ink reaches from {decimal_text(points.min(), 6)} to {decimal_text(points.max(), 6)}; "
                f"expected frame units, 0 to {SIDE}."
            )
        if self._grid is None:
            squares = _squared_distances(_points_on(points, *_segments(points, self.ends)))
        else:
            squares = _squared_distances_on_grid(self._grid, np.zeros(2, np.float32) if offset is None else offset)
        return _coverage_at(squares, pen).reshape(SIDE, SIDE)

    @cached_property
    def _grid(self) -> NDArray[np.bool_] | None:
        """The cells of the fine grid (rows, columns) that the strokes go through; None if the grid is not needed."""
        vectors, lengths = _segments(self.points, self.ends)
        needed = len(lengths) + float(lengths.sum(dtype=np.float64)) / MAX_POINT_SPACING
        if needed <= MAX_DIRECT_POINTS:
            return None
        step = min(max(MAX_POINT_SPACING, MAX_POINT_SPACING * needed / MAX_GRID_POINTS), MAX_LONG_STROKE_SPACING)
        return _marked_cells(self.points, vectors, np.ceil(lengths / step))


def coverage_of_lines(lines: NDArray[np.float32], pen: float = PEN_WIDTH) -> NDArray[np.float32]:
    """Return how much of each pixel is ink, (n, 784), 0 to 1, for n drawings of one line each.

    lines: (n, points, 2), points at least 2, x and y in frame units. The coverage is exact; that of a `PenPath` differs
    by up to 0.07, because a `PenPath` is drawn as points MAX_POINT_SPACING apart.
    """
    centred = lines - np.float32(SIDE / 2)
    nearest = np.full((len(lines), SIDE * SIDE), np.inf, np.float32)
    for start, end in zip(centred.transpose(1, 0, 2), centred.transpose(1, 0, 2)[1:], strict=False):
        np.minimum(nearest, _squared_distances_to_segments(start, end - start), out=nearest)
    return _coverage_at(np.maximum(nearest, 0, out=nearest), pen)


def _squared_distances_to_segments(start: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distance (n, 784) from each pixel's middle to segments from start (n, 2) along vector (n, 2).

    With p = pixel - start, the nearest point of the segment is at t = p.v / v.v, limited to 0 to 1, and the squared
    distance to it is p.p - 2 t p.v + t^2 v.v.
    """
    pixels = np.stack([_X, _Y])
    length = np.maximum(np.square(vector).sum(axis=1, keepdims=True), np.float32(1e-12))
    along = vector @ pixels
    along -= (start * vector).sum(axis=1, keepdims=True)
    squares: NDArray[np.float32] = -2 * (start @ pixels)
    squares += _PIXEL_SQUARES + np.square(start).sum(axis=1, keepdims=True)
    t = np.clip(along / length, 0, 1)
    squares += t * (t * length - 2 * along)
    return squares


def _coverage_at(squares: NDArray[np.float32], pen: float) -> NDArray[np.float32]:
    """Return the coverage of pixels from their squared distances to the nearest line: linear over EDGE_SOFTNESS.

    It is 1 within the line, 0 outside, and 1/2 at a distance of pen / 2.
    """
    coverage: NDArray[np.float32] = np.clip(((pen + EDGE_SOFTNESS) / 2 - np.sqrt(squares)) / EDGE_SOFTNESS, 0, 1)
    return coverage


def _segments(points: NDArray[np.float32], ends: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the vector (n, 2) from each point to the next and its length (n,); 0 where the pen is up."""
    vectors = np.diff(points, axis=0, append=points[-1:])
    vectors[ends] = 0
    return vectors, np.hypot(vectors[:, 0], vectors[:, 1])


def _points_on(
    starts: NDArray[np.float32], vectors: NDArray[np.float32], lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return points (2, n) on segments from `starts` (s, 2) along `vectors` (s, 2), without the far ends.

    The points of a segment are evenly spaced, at most MAX_POINT_SPACING apart.
    """
    counts = np.maximum(1, np.ceil(lengths / MAX_POINT_SPACING)).astype(np.intp)
    # number: 0, 1, ... within each segment. It is the running index less the index of the segment's first point.
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    fraction = (number / np.repeat(counts, counts)).astype(np.float32)
    points: NDArray[np.float32] = np.repeat(starts.T, counts, axis=1) + fraction * np.repeat(vectors.T, counts, axis=1)
    return points


def _squared_distances(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distance (784,) from each pixel's middle to the nearest of `points` (2, n)."""
    points = points - SIDE / 2
    # |pixel - point|^2 = |pixel|^2 - 2 pixel . point + |point|^2, so one matrix product gives all distances. Its
    # float32 error is far below a grey value, because both are measured from the middle of the frame and stay small.
    # |pixel|^2 is the same for all points and is added after the minimum.
    points = np.vstack([points, np.square(points).sum(axis=0)])
    nearest = np.full(SIDE * SIDE, np.inf, np.float32)
    for start in range(0, points.shape[1], POINTS_PER_BLOCK):
        distances = points[:, start : start + POINTS_PER_BLOCK].T @ _PIXEL_TERMS
        np.minimum(nearest, distances.min(axis=0), out=nearest)
    squares: NDArray[np.float32] = np.maximum(nearest + _PIXEL_SQUARES, 0)
    return squares


def _marked_cells(
    starts: NDArray[np.float32], vectors: NDArray[np.float32], counts: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Mark the grid cells (rows, columns) that hold one of the `counts` points (at least 1) of each segment."""
    marked = np.zeros((GRID_SIDE, GRID_SIDE), bool)
    for first in range(0, len(starts), SEGMENTS_PER_BLOCK):
        part = slice(first, first + SEGMENTS_PER_BLOCK)
        x, y = starts[part].T * np.float32(CELLS_PER_PIXEL)
        dx, dy = vectors[part].T * np.float32(CELLS_PER_PIXEL)
        left, number = counts[part], 0
        while len(left):  # first point of all segments, then second point of the segments that have one, ...
            fraction = np.float32(number) / np.maximum(left, 1)
            marked[(y + fraction * dy).astype(np.intp), (x + fraction * dx).astype(np.intp)] = True
            number += 1
            more = left > number
            x, y, dx, dy, left = x[more], y[more], dx[more], dy[more], left[more]
    return marked


def _squared_distances_on_grid(marked: NDArray[np.bool_], offset: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distance (784,) from each pixel's middle to the nearest marked cell, moved by `offset`.

    The squared distance is a sum over the axes, so the minimum is found axis by axis: the nearest marked cell within
    each grid row, then the best of all rows (P. F. Felzenszwalb and D. P. Huttenlocher, "Distance transforms of sampled
    functions", Theory of Computing 8, 2012).
    """
    # Pixel middles in cells. Moving the pixels by -offset is the same as moving the cells, and the grid can be reused.
    # Cell i covers i to i + 1, so its middle is at i + 0.5; the -0.5 lets whole numbers stand for the middles of cells.
    x, y = (np.arange(SIDE, dtype=np.float32) + 0.5 - offset[:, None]) * CELLS_PER_PIXEL - 0.5
    rows = np.flatnonzero(marked.any(axis=1))
    # Flat indices over all rows rise from row to row, so one binary search finds the neighbours in every row at once.
    columns = np.flatnonzero(marked[rows])
    row_starts = np.arange(len(rows))[:, None] * GRID_SIDE
    after = np.searchsorted(columns, row_starts + np.clip(np.ceil(x), 0, GRID_SIDE).astype(np.intp))
    across = np.full((len(rows), SIDE), np.inf, np.float32)
    for neighbour in (after - 1, after):
        column = columns[np.clip(neighbour, 0, len(columns) - 1)] - row_starts
        is_in_row = (column >= 0) & (column < GRID_SIDE)
        np.minimum(across, np.where(is_in_row, np.abs(column - x), np.inf), out=across)
    down = rows - y[:, None]
    nearest: NDArray[np.float32] = (np.square(across) + np.square(down)[:, :, None]).min(axis=1)
    return (nearest / CELLS_PER_PIXEL**2).astype(np.float32).reshape(-1)
