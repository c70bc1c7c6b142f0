"""Convert strokes to the 28x28 image that a network reads: the one path for canvas, files, tests and training.

    fit       scale the strokes so that their larger side spans 20 pixels, pen included
    centre    move them so that their centre of mass lies where MNIST has it
    draw      give every pixel a grey value by its distance to the nearest stroke

The strokes are scaled BEFORE they are drawn, so lines are as thick as in MNIST for a digit of any size.
A `Preparation` switches single steps off, to show what each of them does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.distance_field import EDGE_SOFTNESS as EDGE_SOFTNESS
from nncore.preprocessing.distance_field import PEN_WIDTH as PEN_WIDTH
from nncore.preprocessing.distance_field import SIDE as SIDE
from nncore.preprocessing.distance_field import PenPath
from nncore.reporting.number_text import decimal_text

# EDGE_SOFTNESS, PEN_WIDTH and SIDE are exported from here, too.

BOX_SIDE = 20.0
"""Length of the larger side of a digit in pixels, as in MNIST."""

CENTRE = 14.5
"""Position of the centre of mass, x and y: the mean over MNIST's 60,000 training images. It is not 14, because MNIST
was centred by whole pixels, on the pixel in row 14, column 14."""

CANVAS_PEN_WIDTH = 0.042
"""Thickness of a line on the canvas, as a fraction of the canvas's side."""


@dataclass(frozen=True)
class Preparation:
    """Which steps convert strokes to an image; networks are trained with all of them.

    Attributes:
        fit: scale the strokes to the box of 20 pixels; otherwise the whole canvas becomes the frame.
        fixed_pen: draw with a pen of PEN_WIDTH pixels; otherwise the thickness of the line on the canvas is scaled with
            the strokes, as in an enlarged photo.
        centre: move the centre of mass to CENTRE; otherwise the box, or the canvas, stays in the middle.
        bright_ink: ink is 255 on paper of 0; otherwise ink is 0 on paper of 255, as on a white page.

    Without `fit` or `fixed_pen` the ink must lie on a canvas, which is the unit square.
    """

    fit: bool = True
    fixed_pen: bool = True
    centre: bool = True
    bright_ink: bool = True


AS_TRAINED = Preparation()
"""The preparation that networks are trained with: all steps."""

_NO_INK: NDArray[np.float32] = np.zeros((SIDE, SIDE), np.float32)
"""Coverage of blank paper. It is only read."""


@dataclass(frozen=True, eq=False)
class Ink:
    """Strokes of a pen: each is (points, 2) float32, x to the right and y DOWN, in any unit, read-only.

    Strokes without points are dropped. Raises DataError if a stroke has a different shape or a coordinate is not a
    finite float32.
    """

    strokes: tuple[NDArray[np.float32], ...]

    def __post_init__(self) -> None:
        checked = (_checked(stroke, number) for number, stroke in enumerate(self.strokes, start=1))
        object.__setattr__(self, "strokes", tuple(stroke for stroke in checked if len(stroke)))

    @property
    def is_blank(self) -> bool:
        """Whether there are no strokes."""
        return not self.strokes

    @property
    def points(self) -> NDArray[np.float32]:
        """The points (n, 2) of all strokes, one after the other."""
        return np.concatenate(self.strokes) if self.strokes else np.zeros((0, 2), np.float32)

    @property
    def ends(self) -> NDArray[np.intp]:
        """Index in `points` of the last point of each stroke."""
        return np.cumsum([len(stroke) for stroke in self.strokes], dtype=np.intp) - 1


def _checked(stroke: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    """Return a read-only float32 copy of a stroke; an empty array of any shape becomes (0, 2)."""
    try:
        with np.errstate(over="ignore"):  # an overflow becomes infinite, which is rejected below
            points = np.array(stroke, np.float32)
    except (TypeError, ValueError):
        raise DataError(f"Stroke {number} does not consist of numbers; expected x and y for each point.") from None
    if points.size == 0:
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise DataError(f"Stroke {number} has the shape {points.shape}; expected (points, 2), x and y for each point.")
    if not np.isfinite(points).all():
        first = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        x, y = np.asarray(stroke)[first]
        raise DataError(f"Stroke {number}, point {first + 1} is ({x}, {y}); expected finite coordinates below 3e38.")
    points.flags.writeable = False
    return points


@dataclass(frozen=True, eq=False)
class Stages:
    """The results of all steps from strokes to image; a step that is switched off changes nothing.

    Attributes:
        written: the strokes as they were written.
        fitted: the strokes in frame units, 0 to 28.
        drawn: `fitted` as an image (28, 28) uint8, 0 for paper to 255 for ink.
        centred: the image of the centred strokes.
        network_input: the image that the network gets.
    """

    written: Ink
    fitted: Ink
    drawn: NDArray[np.uint8]
    centred: NDArray[np.uint8]
    network_input: NDArray[np.uint8]


def rasterize(ink: Ink, preparation: Preparation = AS_TRAINED) -> NDArray[np.uint8]:
    """Draw ink as an image (28, 28), 0 for paper to 255 for ink; blank ink gives blank paper.

    With all steps, the image does not depend on the size and position of the writing, nor on the sampling rate of the
    pen. A dot becomes a dot as wide as the pen. Takes 0.2 ms for a digit, some 10 ms for a scribble of 100,000 points.
    Raises DataError if `fit` or `fixed_pen` is off and the ink is not within the canvas.
    """
    _, _, centred = _draw_in_steps(ink, preparation)
    return _with_colours(_grey(centred), preparation)


def stages(ink: Ink, preparation: Preparation = AS_TRAINED) -> Stages:
    """Return the results of all steps of `rasterize`; the last one is its image. Raises DataError as `rasterize`."""
    points, drawn, centred = _draw_in_steps(ink, preparation)
    centred_image = _grey(centred)
    network_input = _with_colours(centred_image, preparation)
    return Stages(ink, _ink_of(points, ink.ends), _grey(drawn), centred_image, network_input)


def _draw_in_steps(
    ink: Ink, preparation: Preparation
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the fitted points (n, 2), their coverage (28, 28), and the coverage after centring (28, 28)."""
    if ink.is_blank:
        return ink.points, _NO_INK, _NO_INK
    points, pen = _fitted(ink.points, preparation)
    path = PenPath(points, ink.ends)
    coverage = path.coverage(pen)
    if not preparation.centre:
        return points, coverage, coverage
    return points, coverage, path.coverage(pen, _offset_to_centre(points, coverage, pen))


def fit_to_box(ink: Ink) -> Ink:
    """Scale ink to frame units: the larger side of its box, pen included, is 20 pixels; the box's middle is CENTRE."""
    return ink if ink.is_blank else _ink_of(_fitted(ink.points, AS_TRAINED)[0], ink.ends)


def centre(ink: Ink) -> Ink:
    """Move ink in frame units so that its centre of mass lies at CENTRE, or as near as the frame allows."""
    if ink.is_blank:
        return ink
    path = PenPath(ink.points, ink.ends)
    return _ink_of(path.points + _offset_to_centre(path.points, path.coverage(), PEN_WIDTH), path.ends)


def draw(ink: Ink) -> NDArray[np.uint8]:
    """Draw ink in frame units as an image (28, 28), 0 for paper to 255 for ink.

    The grey value of a pixel depends on the distance d from its middle to the nearest stroke. It is 255 for d up to
    (PEN_WIDTH - EDGE_SOFTNESS) / 2, falls linearly, and is 0 from (PEN_WIDTH + EDGE_SOFTNESS) / 2 on.
    Raises DataError for ink outside the frame.
    """
    return _grey(_NO_INK if ink.is_blank else PenPath(ink.points, ink.ends).coverage())


def _fitted(points: NDArray[np.float32], preparation: Preparation) -> tuple[NDArray[np.float32], float]:
    """Return points (n, 2) in frame units, and the thickness of the pen in the same units."""
    low, high = _box(points)
    if not (preparation.fit and preparation.fixed_pen) and (low.min() < 0 or high.max() > 1):
        raise DataError(
            f"The ink reaches from {decimal_text(low.min(), 6)} to {decimal_text(high.max(), 6)}; expected "
            f"coordinates on a canvas from 0 to 1. "
            "To use other coordinates, switch on both fitting and the fixed pen."
        )
    if not preparation.fit:
        return points * np.float32(SIDE), PEN_WIDTH if preparation.fixed_pen else CANVAS_PEN_WIDTH * SIDE
    larger_side = float((high - low).max())
    if preparation.fixed_pen:
        # The line reaches half a pen beyond its points at both ends, so the points span BOX_SIDE - PEN_WIDTH.
        pen = PEN_WIDTH
        scale = (BOX_SIDE - PEN_WIDTH) / larger_side if larger_side > 0 else 1.0
    else:
        # Points and pen grow together: (larger_side + CANVAS_PEN_WIDTH) * scale = BOX_SIDE.
        scale = BOX_SIDE / (larger_side + CANVAS_PEN_WIDTH)
        pen = CANVAS_PEN_WIDTH * scale
    middle = low + (high - low) / 2
    return ((points - middle) * scale + CENTRE).astype(np.float32), pen


def _box(points: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the upper left and the lower right corner of points (n, 2)."""
    x, y = points.T  # two minima over (n,) are many times as fast as one over (n, 2) along axis 0
    return np.array([x.min(), y.min()], np.float64), np.array([x.max(), y.max()], np.float64)


def _offset_to_centre(points: NDArray[np.float32], coverage: NDArray[np.float32], pen: float) -> NDArray[np.float32]:
    """Return the offset (x, y) that brings the centre of mass to CENTRE, shortened so that no ink leaves the frame."""
    middles = np.arange(SIDE) + 0.5
    # The sum over rows (axis 0) is the ink in each column, whose weighted mean is x; the other sum gives y.
    centre_of_mass = np.array([coverage.sum(axis=0) @ middles, coverage.sum(axis=1) @ middles]) / coverage.sum()
    margin = (pen + EDGE_SOFTNESS) / 2
    low, high = _box(points)
    leftmost = np.minimum(0, margin - low)  # at most 0: ink that is already in the margin may stay there
    rightmost = np.maximum(0, SIDE - margin - high)
    offset: NDArray[np.float32] = np.clip(CENTRE - centre_of_mass, leftmost, rightmost).astype(np.float32)
    return offset


def _ink_of(points: NDArray[np.float32], ends: NDArray[np.intp]) -> Ink:
    return Ink(tuple(np.split(points, ends[:-1] + 1)))


def _grey(coverage: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(255 * coverage).astype(np.uint8)


def _with_colours(image: NDArray[np.uint8], preparation: Preparation) -> NDArray[np.uint8]:
    return image if preparation.bright_ink else 255 - image
