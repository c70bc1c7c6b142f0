"""A drawing as strokes, with undo and redo. No Qt here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from app.canvas.eraser import without_path
from app.canvas.stroke import Piece, Point, Stroke, clip
from nncore.preprocessing.ink import Ink

SHARE_OF_OTHERS = 0.7
"""Share of the canvas's side that ink in other units is scaled to."""

DOT = 0.01
"""Share of the canvas's side. Smaller strokes are the jitter of a tap; scaled to 28 x 28 they would be a scribble."""

MOST_STEPS = 1000
"""Most steps of undo; each holds a tuple of all strokes."""


@dataclass(frozen=True)
class Sheet:
    """The content of the canvas after a step: strokes, or a picture."""

    strokes: tuple[Stroke, ...] = ()
    picture: object | None = None


class Drawing:
    """The strokes of a drawing, in units of the canvas's side: x to the right and y down, both 0 to 1.

    Parts outside that square are clipped. One stroke, one movement of the eraser, one picture and one clearing are each
    one step of undo; an action without effect is not a step. A picture, which may be any object, replaces the strokes,
    and the next stroke replaces the picture.
    """

    def __init__(self) -> None:
        self._sheet = Sheet()
        self._past: deque[Sheet] = deque(maxlen=MOST_STEPS)
        self._future: list[Sheet] = []
        self._current: Stroke = []
        self._pen: Point | None = None
        self._before_erasing: Sheet | None = None
        self._arrays: dict[int, tuple[Piece, NDArray[np.float32]]] = {}

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes on the canvas, with the one being drawn; do not change them."""
        return (*self._sheet.strokes, self._current) if self._current else self._sheet.strokes

    @property
    def picture(self) -> object | None:
        """The picture on the canvas; None without a picture."""
        return None if self._current else self._sheet.picture

    @property
    def current(self) -> Stroke:
        """The stroke being drawn; empty while the pen is up."""
        return self._current

    @property
    def is_drawing(self) -> bool:
        """Whether the pen is down."""
        return self._pen is not None and self._before_erasing is None

    @property
    def is_erasing(self) -> bool:
        """Whether the eraser is down."""
        return self._before_erasing is not None

    @property
    def is_blank(self) -> bool:
        """Whether the canvas has neither strokes nor a picture."""
        return not self._sheet.strokes and not self._current and self._sheet.picture is None

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._past) or bool(self._current) or self._has_erased

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._future) and not self._current

    @property
    def _has_erased(self) -> bool:
        return self._before_erasing is not None and self._before_erasing is not self._sheet

    def begin(self, x: float, y: float) -> None:
        """Put the pen down at (x, y), on the canvas or outside; end a stroke still being drawn first."""
        self.end()
        if not (isfinite(x) and isfinite(y)):
            return
        self._pen = (x, y)
        if _is_on_canvas(x, y):
            self._current = [[(x, y)]]

    def extend(self, x: float, y: float) -> None:
        """Move the pen in a straight line to (x, y), if it is down."""
        if not self.is_drawing or self._pen is None or (x, y) == self._pen or not (isfinite(x) and isfinite(y)):
            return
        start, self._pen = self._pen, (x, y)
        piece = clip(start, self._pen)
        if piece is None or piece[0] == piece[1]:  # outside the canvas, or touching its border in one point
            return
        entry, exit_ = piece
        if self._current and self._current[-1][-1] == entry:
            self._current[-1].append(exit_)
        else:
            self._current.append([entry, exit_])

    def begin_erasing(self, x: float, y: float, radius: float) -> None:
        """Put the eraser down at (x, y); end a stroke still being drawn first."""
        self.end()
        if isfinite(x) and isfinite(y):
            self._pen, self._before_erasing = (x, y), self._sheet
            self.erase(x, y, radius)

    def erase(self, x: float, y: float, radius: float) -> None:
        """Move the eraser, if it is down, to (x, y), and remove all ink within `radius` of its path.

        A stroke that is cut in two stays one stroke with two pieces.
        """
        if self._before_erasing is None or self._pen is None or not (isfinite(x) and isfinite(y)):
            return
        start, self._pen = self._pen, (x, y)
        strokes = tuple(without_path(stroke, start, self._pen, radius) for stroke in self._sheet.strokes)
        if any(new is not old for new, old in zip(strokes, self._sheet.strokes, strict=True)):
            self._sheet = Sheet(tuple(stroke for stroke in strokes if stroke), self._sheet.picture)

    def end(self) -> None:
        """Lift the pen, or the eraser."""
        self._pen = None
        if self._before_erasing is not None:
            after, self._sheet, self._before_erasing = self._sheet, self._before_erasing, None
            if after is not self._sheet:
                self._step(after)
        if self._current:
            stroke, self._current = self._current, []
            self._step(Sheet((*self._sheet.strokes, stroke)))

    def undo(self) -> None:
        """Undo the last step, if there is one; lifts the pen first."""
        self.end()
        if self._past:
            self._future.append(self._sheet)
            self._sheet = self._past.pop()

    def redo(self) -> None:
        """Redo the step undone last, if there is one; lifts the pen first."""
        self.end()
        if self._future:
            self._past.append(self._sheet)
            self._sheet = self._future.pop()

    def clear(self) -> None:
        """Remove everything, as one step; lifts the pen first."""
        self.end()
        if not self.is_blank:
            self._step(Sheet())

    def set_picture(self, picture: object | None) -> None:
        """Replace all strokes by a picture; None removes the picture. Lifts the pen first."""
        self.end()
        if picture is not None or self._sheet.picture is not None:
            self._step(Sheet((), picture))

    def set_ink(self, ink: Ink) -> None:
        """Replace everything by `ink`, as one step; lifts the pen first.

        Ink outside the unit square, such as a tablet's, is scaled to SHARE_OF_OTHERS of the square and centred.
        """
        self.end()
        points = np.concatenate(ink.strokes).astype(np.float64) if ink.strokes else np.empty((0, 2))
        low, side, corner = np.zeros(2), 1.0, np.zeros(2)
        if points.size and not (points.min() >= 0 and points.max() <= 1):
            low, extent = points.min(axis=0), np.ptp(points, axis=0)
            side = (float(extent.max()) or 1.0) / SHARE_OF_OTHERS
            corner = (1 - extent / side) / 2
        placed = [np.clip((stroke - low) / side + corner, 0, 1).tolist() for stroke in ink.strokes]
        self._step(Sheet(tuple([[(x, y) for x, y in stroke]] for stroke in placed)))

    def ink(self) -> Ink:
        """The drawing as ink, with the stroke being drawn; a drawing smaller than DOT becomes a point."""
        pieces = tuple(self._as_array(piece) for stroke in self.strokes for piece in stroke)
        if len(self._arrays) > 2 * len(pieces) + 100:
            self._arrays.clear()
        if pieces:
            points = np.concatenate(pieces)
            if np.ptp(points, axis=0).max() < DOT:
                return Ink((points.mean(axis=0, keepdims=True),))
        return Ink(pieces)

    def _as_array(self, piece: Piece) -> NDArray[np.float32]:
        """The points (points, 2) of a piece; only new points are converted.

        A pen may draw 100,000 points without a lift, and each point asks for the ink.
        """
        _, known = self._arrays.get(id(piece), (piece, np.empty((0, 2), np.float32)))
        if len(known) < len(piece):
            known = np.concatenate([known, np.array(piece[len(known) :], np.float32)])
            self._arrays[id(piece)] = piece, known  # keeps the piece alive, so that no other object gets its id
        return known

    def _step(self, sheet: Sheet) -> None:
        self._past.append(self._sheet)
        self._future.clear()
        self._sheet = sheet


def _is_on_canvas(x: float, y: float) -> bool:
    return 0 <= x <= 1 and 0 <= y <= 1
