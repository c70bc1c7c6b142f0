"""From strokes to the 28x28 picture that a network reads: the one path for canvas, files, tests and training.

    fit       scale the strokes so that their larger side spans 20 pixels, pen included
    centre    move them so that the centre of ink lies where MNIST has it
    draw      give every pixel a grey value by its distance to the nearest stroke

The strokes are scaled BEFORE they are drawn, so the line is as thick as MNIST's however small the digit was written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

SIDE = 28
"""Pixels each way of the picture, the frame. In frame units the pixel in row r, column c covers x from c to c + 1 and
y from r to r + 1."""

BOX = 20.0
"""Pixels that the larger side of a digit spans, as in MNIST."""

CENTRE = 14.5
"""Where the centre of ink goes, x and y: the mean over MNIST's 60,000 training images. It is not 14, because MNIST was
centred by whole pixels, on the pixel in row 14, column 14."""

PEN = 2.5
"""Thickness of the line in pixels, measured where it is half grey: digits of real pens, drawn so, have MNIST's share of
ink, 13.1 %."""

SOFT = 1.1
"""Pixels over which the edge of the line fades from ink to paper: as soft an edge as MNIST's, where 19 % of the pixels
are not paper and half of those are all ink."""

STEP = 0.25
"""Strokes are drawn as points at most this many pixels apart: closer than the eye, or a grey value, can tell."""

MANY_POINTS = 4096
FINEST = 1 / 16
"""Of more than MANY_POINTS points, those that share a square of FINEST pixels are drawn as one."""

SEGMENTS_AT_ONCE = 4096
POINTS_AT_ONCE = 64
"""Small enough for the cache, and for BLAS to stay on one thread: a second one would fight a running training."""

_middles = np.arange(SIDE, dtype=np.float32) + 0.5 - SIDE / 2
_X, _Y = np.tile(_middles, SIDE), np.repeat(_middles, SIDE)
_PIXEL_SQUARES = _X**2 + _Y**2
_PIXEL_TERMS = np.stack([-2 * _X, -2 * _Y, np.ones_like(_X)])


@dataclass(frozen=True, eq=False)
class Ink:
    """What a pen wrote: strokes, each (points, 2) float32 of x (to the right) and y (DOWN) in any unit; read-only.

    Strokes without a point are dropped. Raises DataError for another shape, or a coordinate that is no finite float32.
    """

    strokes: tuple[NDArray[np.float32], ...]

    def __post_init__(self) -> None:
        checked = (_checked(stroke, number) for number, stroke in enumerate(self.strokes, start=1))
        object.__setattr__(self, "strokes", tuple(stroke for stroke in checked if len(stroke)))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written."""
        return not self.strokes


def _checked(stroke: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    """A read-only float32 copy of a stroke; no points at all, whatever their shape, are (0, 2)."""
    try:
        with np.errstate(over="ignore"):  # becomes infinite, and is refused below
            points = np.array(stroke, np.float32)
    except (TypeError, ValueError):
        raise DataError(f"Stroke {number} is not made of numbers; expected x and y for each point.") from None
    if points.size == 0:
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise DataError(f"Stroke {number} has the shape {points.shape}; expected (points, 2), x and y for each point.")
    wrong = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if wrong.size:
        x, y = np.asarray(stroke)[wrong[0]]
        raise DataError(f"Stroke {number}, point {wrong[0] + 1} is ({x}, {y}); expected finite coordinates below 3e38.")
    points.flags.writeable = False
    return points


def rasterize(ink: Ink) -> NDArray[np.uint8]:
    """The picture (28, 28) of what was written, 0 for paper to 255 for ink; all 0 if it is blank.

    The same whatever the size and place of the writing and however often the pen was sampled. A dot comes out as
    a dot as wide as the pen.
    """
    return draw(centre(fit(ink)))


def fit(ink: Ink) -> Ink:
    """The ink in frame units: its box, pen included, is 20 pixels at its larger side and lies around CENTRE."""
    if ink.is_blank:
        return ink
    points = np.concatenate(ink.strokes)
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    larger_side = (high - low).max()
    scale = (BOX - PEN) / larger_side if larger_side > 0 else 1.0
    middle = low + (high - low) / 2
    return Ink(tuple(((stroke - middle) * scale + CENTRE).astype(np.float32) for stroke in ink.strokes))


def centre(ink: Ink) -> Ink:
    """Move ink in frame units so that its centre of ink lies at CENTRE, or as near as the frame allows."""
    if ink.is_blank:
        return ink
    coverage = _coverage(ink)
    total, places = coverage.sum(), np.arange(SIDE) + 0.5
    centre_of_ink = np.array([coverage.sum(axis=0) @ places, coverage.sum(axis=1) @ places]) / total
    points, margin = np.concatenate(ink.strokes), (PEN + SOFT) / 2
    leftmost, rightmost = margin - points.min(axis=0), SIDE - margin - points.max(axis=0)
    move = np.clip(CENTRE - centre_of_ink, leftmost, rightmost).astype(np.float32)
    return Ink(tuple(stroke + move for stroke in ink.strokes))


def draw(ink: Ink) -> NDArray[np.uint8]:
    """The picture (28, 28) of ink in frame units, 0 for paper to 255 for ink.

    Each pixel is inked by the distance d of its middle to the nearest stroke: fully up to (PEN - SOFT) / 2, not at all
    from (PEN + SOFT) / 2 on. Raises DataError for ink outside the frame.
    """
    if ink.is_blank:
        return np.zeros((SIDE, SIDE), np.uint8)
    return np.rint(255 * _coverage(ink)).astype(np.uint8)


def _coverage(ink: Ink) -> NDArray[np.float32]:
    """How much of each pixel (28, 28) is ink, 0 to 1."""
    points = _points_along(ink) - SIDE / 2
    # |pixel - point|^2 = |pixel|^2 - 2 pixel . point + |point|^2: all distances from one matrix product, whose float32
    # error is far below a grey value because both are counted from the middle of the frame.
    points = np.vstack([points, np.square(points).sum(axis=0)])
    nearest = np.full(SIDE * SIDE, np.inf, np.float32)
    for start in range(0, points.shape[1], POINTS_AT_ONCE):
        distances = points[:, start : start + POINTS_AT_ONCE].T @ _PIXEL_TERMS
        np.minimum(nearest, distances.min(axis=0), out=nearest)
    distance = np.sqrt(np.maximum(nearest + _PIXEL_SQUARES, 0)).reshape(SIDE, SIDE)
    coverage: NDArray[np.float32] = np.clip(((PEN + SOFT) / 2 - distance) / SOFT, 0, 1)
    return coverage


def _points_along(ink: Ink) -> NDArray[np.float32]:
    """Points (2, n) along all strokes, at most STEP apart, their number bounded however long the strokes are."""
    starts = np.concatenate(ink.strokes)
    if starts.min() < 0 or starts.max() > SIDE:
        raise DataError(f"Ink reaches from {starts.min():g} to {starts.max():g}; expected frame units, 0 to {SIDE}.")
    ways = np.diff(starts, axis=0, append=starts[-1:])
    ways[np.cumsum([len(stroke) for stroke in ink.strokes]) - 1] = 0  # the pen is up between two strokes
    points = np.empty((2, 0), np.float32)
    for first in range(0, len(starts), SEGMENTS_AT_ONCE):
        part = slice(first, first + SEGMENTS_AT_ONCE)
        points = np.concatenate([points, _points_on(starts[part], ways[part])], axis=1)
        if points.shape[1] > MANY_POINTS:
            points = _thin(points)
    return points


def _points_on(starts: NDArray[np.float32], ways: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points (2, n) on the segments that go from `starts` (s, 2) along `ways` (s, 2), their ends left out."""
    counts = np.maximum(1, np.ceil(np.hypot(ways[:, 0], ways[:, 1]) / STEP)).astype(np.intp)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (number / np.repeat(counts, counts)).astype(np.float32)
    return np.repeat(starts.T, counts, axis=1) + share * np.repeat(ways.T, counts, axis=1)


def _thin(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most one of all points (2, n) that share a square of FINEST pixels, put into its middle."""
    across = round(SIDE / FINEST) + 1
    column, row = (points / np.float32(FINEST)).astype(np.intp)
    taken = np.zeros((across, across), bool)
    taken[row, column] = True
    row, column = np.nonzero(taken)
    return (np.stack([column, row]).astype(np.float32) + np.float32(0.5)) * np.float32(FINEST)
