"""From strokes to the 28x28 picture that a network reads: the one path for canvas, files, tests and training.

    fit       scale the strokes so that their larger side spans 20 pixels, pen included
    centre    move them so that the centre of ink lies where MNIST has it
    draw      give every pixel a grey value by its distance to the nearest stroke

The strokes are scaled BEFORE they are drawn, so the line is as thick as MNIST's however small the digit was written.
A `Preparation` switches steps off, to see what each of them is for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.distance_field import PEN, SIDE, SOFT, Trace

__all__ = [
    "AS_TRAINED", "BOX", "CANVAS_PEN", "CENTRE", "PEN", "SIDE", "SOFT",
    "Ink", "Preparation", "Stages", "centre", "draw", "fit", "rasterize", "stages",
]  # fmt: skip

BOX = 20.0
"""Pixels that the larger side of a digit spans, as in MNIST."""

CENTRE = 14.5
"""Where the centre of ink goes, x and y: the mean over MNIST's 60,000 training images. It is not 14, because MNIST was
centred by whole pixels, on the pixel in row 14, column 14."""

CANVAS_PEN = 0.042
"""Thickness of the line on the canvas, as a share of the canvas's side."""


@dataclass(frozen=True)
class Preparation:
    """Which steps the way from strokes to picture has; with all of them it is the way the networks were trained on.

    fit: scale the strokes to the box of 20 pixels; else the whole canvas becomes the frame. fixed_pen: draw with a pen
    of PEN pixels; else the line that is on the canvas is scaled with the strokes, as an enlarged photo would be.
    centre: move the centre of ink to CENTRE; else the box, or the canvas, stays in the middle. bright_ink: ink is 255
    on paper of 0; else ink is 0 on paper of 255, as on a white page.

    Without `fit` or `fixed_pen` the ink has to lie on a canvas: the unit square.
    """

    fit: bool = True
    fixed_pen: bool = True
    centre: bool = True
    bright_ink: bool = True


AS_TRAINED = Preparation()
"""All steps."""


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

    @property
    def points(self) -> NDArray[np.float32]:
        """The points (n, 2) of all strokes, one after the other."""
        return np.concatenate(self.strokes) if self.strokes else np.zeros((0, 2), np.float32)

    @property
    def ends(self) -> NDArray[np.intp]:
        """Where in `points` the last point of each stroke is."""
        return np.cumsum([len(stroke) for stroke in self.strokes], dtype=np.intp) - 1


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
    if not np.isfinite(points).all():
        wrong = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        x, y = np.asarray(stroke)[wrong]
        raise DataError(f"Stroke {number}, point {wrong + 1} is ({x}, {y}); expected finite coordinates below 3e38.")
    points.flags.writeable = False
    return points


@dataclass(frozen=True, eq=False)
class Stages:
    """Every stage on the way from strokes to picture; a step that is switched off leaves what it is given.

    written: the strokes as they are. fitted: in frame units, 0 to 28. drawn: (28, 28) uint8, 0 for paper to 255 for
    ink, where `fitted` lies; centred: the same, moved. seen: what the network gets.
    """

    written: Ink
    fitted: Ink
    drawn: NDArray[np.uint8]
    centred: NDArray[np.uint8]
    seen: NDArray[np.uint8]


def rasterize(ink: Ink, preparation: Preparation = AS_TRAINED) -> NDArray[np.uint8]:
    """The picture (28, 28) of what was written, 0 for paper to 255 for ink; all paper if it is blank.

    With all steps it is the same whatever the size and place of the writing and however often the pen was sampled.
    A dot comes out as a dot as wide as the pen. Takes 0.2 ms for a digit, some 10 ms for 100,000 points of scribble.
    Raises DataError for ink that is not on the canvas, if a step that needs one is switched off.
    """
    if ink.is_blank:
        return _seen(_paper(), preparation)
    points, pen = _fitted(ink.points, preparation)
    trace = Trace(points, ink.ends)
    inked = trace.coverage(pen)
    if preparation.centre:
        inked = trace.coverage(pen, _move_to_centre(points, inked, pen))
    return _seen(_grey(inked), preparation)


def stages(ink: Ink, preparation: Preparation = AS_TRAINED) -> Stages:
    """What `rasterize` goes through: its last stage is what `rasterize` gives. Raises DataError as it does."""
    if ink.is_blank:
        return Stages(ink, ink, _paper(), _paper(), _seen(_paper(), preparation))
    points, pen = _fitted(ink.points, preparation)
    trace = Trace(points, ink.ends)
    inked = trace.coverage(pen)
    drawn = centred = _grey(inked)
    if preparation.centre:
        centred = _grey(trace.coverage(pen, _move_to_centre(points, inked, pen)))
    return Stages(ink, _ink_of(points, ink.ends), drawn, centred, _seen(centred, preparation))


def fit(ink: Ink) -> Ink:
    """The ink in frame units: its box, pen included, is 20 pixels at its larger side and lies around CENTRE."""
    return ink if ink.is_blank else _ink_of(_fitted(ink.points, AS_TRAINED)[0], ink.ends)


def centre(ink: Ink) -> Ink:
    """Move ink in frame units so that its centre of ink lies at CENTRE, or as near as the frame allows."""
    if ink.is_blank:
        return ink
    trace = Trace(ink.points, ink.ends)
    return _ink_of(trace.points + _move_to_centre(trace.points, trace.coverage(), PEN), trace.ends)


def draw(ink: Ink) -> NDArray[np.uint8]:
    """The picture (28, 28) of ink in frame units, 0 for paper to 255 for ink.

    Each pixel is inked by the distance d of its middle to the nearest stroke: fully up to (PEN - SOFT) / 2, not at all
    from (PEN + SOFT) / 2 on. Raises DataError for ink outside the frame.
    """
    return _paper() if ink.is_blank else _grey(Trace(ink.points, ink.ends).coverage())


def _fitted(points: NDArray[np.float32], preparation: Preparation) -> tuple[NDArray[np.float32], float]:
    """Points (n, 2) in frame units, and the thickness of the pen there."""
    low, high = _box(points)
    if not (preparation.fit and preparation.fixed_pen) and (low.min() < 0 or high.max() > 1):
        raise DataError(
            f"The ink reaches from {low.min():g} to {high.max():g}; expected a canvas from 0 to 1, "
            "which only fitting with a fixed pen can do without."
        )
    if not preparation.fit:
        return points * np.float32(SIDE), PEN if preparation.fixed_pen else CANVAS_PEN * SIDE
    larger_side = float((high - low).max())
    if preparation.fixed_pen:
        pen = PEN
        scale = (BOX - PEN) / larger_side if larger_side > 0 else 1.0
    else:
        scale = BOX / (larger_side + CANVAS_PEN)
        pen = CANVAS_PEN * scale
    middle = low + (high - low) / 2
    return ((points - middle) * scale + CENTRE).astype(np.float32), pen


def _box(points: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The upper left and the lower right corner of points (n, 2)."""
    x, y = points.T  # each by itself: many times as fast as along axis 0
    return np.array([x.min(), y.min()], np.float64), np.array([x.max(), y.max()], np.float64)


def _move_to_centre(points: NDArray[np.float32], inked: NDArray[np.float32], pen: float) -> NDArray[np.float32]:
    """The way (x, y) from the centre of what is inked to CENTRE, or as far as no ink is pushed out of the frame."""
    total, places = inked.sum(), np.arange(SIDE) + 0.5
    centre_of_ink = np.array([inked.sum(axis=0) @ places, inked.sum(axis=1) @ places]) / total
    margin = (pen + SOFT) / 2
    low, high = _box(points)
    leftmost = np.minimum(0, margin - low)  # 0: ink that is over the margin already may stay there
    rightmost = np.maximum(0, SIDE - margin - high)
    move: NDArray[np.float32] = np.clip(CENTRE - centre_of_ink, leftmost, rightmost).astype(np.float32)
    return move


def _ink_of(points: NDArray[np.float32], ends: NDArray[np.intp]) -> Ink:
    return Ink(tuple(np.split(points, ends[:-1] + 1)))


def _grey(inked: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(255 * inked).astype(np.uint8)


def _paper() -> NDArray[np.uint8]:
    return np.zeros((SIDE, SIDE), np.uint8)


def _seen(image: NDArray[np.uint8], preparation: Preparation) -> NDArray[np.uint8]:
    return image if preparation.bright_ink else 255 - image
