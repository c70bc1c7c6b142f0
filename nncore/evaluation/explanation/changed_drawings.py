"""Drawings with one stroke more, or with one piece erased; each is drawn again from its strokes.

The search looks for changes of the image, because many images are made at once. Then the change is made to the strokes,
which are fitted, centred and drawn as every drawing is, and the network reads the result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.explanation.changed_images import ChangedImages, ChangeKind, DrawnChange, is_one_piece
from nncore.preprocessing.erasing import discs_along, parts_outside
from nncore.preprocessing.ink import CANVAS_PEN_WIDTH, PEN_WIDTH, SIDE, Ink, centre, draw, fit_to_box, rasterize


class ChangedDrawings(ChangedImages):
    """Changes of one drawing on a canvas from 0 to 1. Raises DataError if it is blank or not within the canvas."""

    def __init__(self, ink: Ink) -> None:
        if ink.is_blank:
            raise DataError("The drawing is blank; a change needs ink.")
        if ink.points.min() < 0 or ink.points.max() > 1:
            raise DataError("The drawing is not within its canvas; expected coordinates from 0 to 1.")
        super().__init__(rasterize(ink))
        self._ink, frame = ink, centre(fit_to_box(ink))
        self._image_in_place = draw(frame).astype(np.int16)
        # The frame is the canvas, scaled by one factor and moved.
        self._canvas_corner, self._frame_corner = ink.points.min(axis=0), frame.points.min(axis=0)
        side = float((ink.points.max(axis=0) - self._canvas_corner).max())
        in_frame = float((frame.points.max(axis=0) - self._frame_corner).max())
        self._scale = np.float32(in_frame / side if side > 0 else PEN_WIDTH / CANVAS_PEN_WIDTH)

    def drawn(self, kind: ChangeKind, path: NDArray[np.float32], image: NDArray[np.uint8]) -> DrawnChange | None:
        """Return the change of the strokes along a path (points, 2) in frame units; None if it is none, or not one.

        image: not used, because the drawing is drawn again.
        """
        on_canvas = (path - self._frame_corner) / self._scale + self._canvas_corner
        width = self._width_on_canvas(kind)
        if kind == "add" and (on_canvas.min() < 0 or on_canvas.max() > 1):
            return None
        strokes = (*self._ink.strokes, on_canvas) if kind == "add" else self._without(on_canvas, width / 2)
        if not strokes:
            return None
        changed = Ink(strokes)
        in_frame = ((each - self._canvas_corner) * self._scale + self._frame_corner for each in changed.strokes)
        in_place = draw(Ink(tuple(np.clip(each, 0, SIDE) for each in in_frame)))
        difference = (in_place - self._image_in_place).astype(np.int16)
        if not difference.any() or (kind == "erase" and not is_one_piece(difference)):
            return None
        return DrawnChange(rasterize(changed), difference, on_canvas, width)

    def _width_on_canvas(self, kind: ChangeKind) -> float:
        # A cut line keeps round ends of half a pen, so the eraser must reach half a pen further to leave such a gap.
        return float((self.widths[kind] + (PEN_WIDTH if kind == "erase" else 0)) / self._scale)

    def _without(self, path: NDArray[np.float32], radius: float) -> tuple[NDArray[np.float32], ...]:
        """Return the strokes without the parts within `radius` of the path."""
        discs = discs_along(path.astype(np.float64), radius)
        parts = (parts_outside(stroke.astype(np.float64), discs, radius) for stroke in self._ink.strokes)
        return tuple(part.astype(np.float32) for each in parts for part in each)
