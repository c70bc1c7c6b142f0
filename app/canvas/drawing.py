"""A drawing as strokes, with undo and redo. Imports no Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from app.canvas.eraser import erase_path
from app.canvas.stroke import Piece, Point, Stroke, clip
from nncore.preprocessing.ink import Ink

IMPORTED_INK_SIZE = 0.7
"""Size of imported ink, as a fraction of the canvas's side."""

MAX_TAP_SIZE = 0.01
"""Fraction of the canvas's side. A smaller drawing is one tap with jitter; scaled to 28 x 28 it would be a scribble."""

MAX_UNDO_STEPS = 1000
"""Maximum number of undo steps; each holds a tuple of all strokes."""

MAX_UNDO_PICTURES = 8
"""Maximum number of pictures in the undo steps; a photo takes several megabytes."""


@dataclass(frozen=True)
class DrawingContent:
    """The content of the canvas after a step: strokes, or a picture."""

    strokes: tuple[Stroke, ...] = ()
    picture: object | None = None


class Drawing:
    """The strokes of a drawing, in units of the canvas's side: x to the right and y down, both 0 to 1.

    Parts outside that square are clipped. Each stroke, movement of the eraser, picture and clearing is one undo step;
    an action without effect is not a step. A picture, which may be any object, replaces the strokes. The next stroke
    replaces the picture.
    """

    def __init__(self) -> None:
        self._content = DrawingContent()
        self._undo_stack: deque[DrawingContent] = deque(maxlen=MAX_UNDO_STEPS)
        self._redo_stack: list[DrawingContent] = []
        self._current: Stroke = []
        self._pen: Point | None = None
        self._before_erasing: DrawingContent | None = None
        self._arrays: dict[int, tuple[Piece, NDArray[np.float32]]] = {}

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes on the canvas, with the one being drawn; do not change them."""
        return (*self._content.strokes, self._current) if self._current else self._content.strokes

    @property
    def picture(self) -> object | None:
        """The picture on the canvas; None without a picture."""
        return None if self._current else self._content.picture

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
        return not self._content.strokes and not self._current and self._content.picture is None

    @property
    def is_unused(self) -> bool:
        """Whether the canvas is blank and has always been."""
        return self.is_blank and not self.can_undo and not self.can_redo

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._undo_stack) or bool(self._current) or self._has_erased

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._redo_stack) and not self._current

    @property
    def _has_erased(self) -> bool:
        return self._before_erasing is not None and self._before_erasing is not self._content

    def begin(self, x: float, y: float) -> None:
        """End the current stroke, and put the pen down at (x, y), on the canvas or outside."""
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
        """End the current stroke, and put the eraser down at (x, y)."""
        self.end()
        if isfinite(x) and isfinite(y):
            self._pen, self._before_erasing = (x, y), self._content
            self.erase(x, y, radius)

    def erase(self, x: float, y: float, radius: float) -> None:
        """Move the eraser, if it is down, to (x, y), and remove all ink within `radius` of its path.

        A stroke that is cut in two stays one stroke with two pieces.
        """
        if self._before_erasing is None or self._pen is None or not (isfinite(x) and isfinite(y)):
            return
        start, self._pen = self._pen, (x, y)
        strokes = tuple(erase_path(stroke, start, self._pen, radius) for stroke in self._content.strokes)
        if any(new is not old for new, old in zip(strokes, self._content.strokes, strict=True)):
            self._content = DrawingContent(tuple(stroke for stroke in strokes if stroke), self._content.picture)

    def end(self) -> None:
        """Lift the pen, or the eraser."""
        self._pen = None
        if self._before_erasing is not None:
            after, self._content, self._before_erasing = self._content, self._before_erasing, None
            if after is not self._content:
                self._add_step(after)
        if self._current:
            stroke, self._current = self._current, []
            self._add_step(DrawingContent((*self._content.strokes, stroke)))

    def undo(self) -> None:
        """Undo the last step, if there is one; lifts the pen first."""
        self.end()
        if self._undo_stack:
            self._redo_stack.append(self._content)
            self._content = self._undo_stack.pop()

    def redo(self) -> None:
        """Redo the step that was undone last, if there is one; lifts the pen first."""
        self.end()
        if self._redo_stack:
            self._undo_stack.append(self._content)
            self._content = self._redo_stack.pop()

    def clear(self) -> None:
        """Remove everything, as one step; lifts the pen first."""
        self.end()
        if not self.is_blank:
            self._add_step(DrawingContent())

    def set_picture(self, picture: object | None) -> None:
        """Replace all strokes by a picture; None removes the picture. Lifts the pen first."""
        self.end()
        if picture is not None or self._content.picture is not None:
            self._add_step(DrawingContent((), picture))

    def set_ink(self, ink: Ink) -> None:
        """Replace everything by `ink`, as one step; lifts the pen first.

        Ink outside the unit square, such as a tablet's, is scaled to IMPORTED_INK_SIZE of the square and centred.
        """
        self.end()
        self._add_step(_placed(ink))

    def put_below(self, ink: Ink) -> None:
        """Let `ink`, placed as by `set_ink`, be what the last possible undo shows."""
        self._undo_stack.appendleft(_placed(ink))

    def ink(self) -> Ink:
        """The drawing as ink, with the current stroke; a drawing smaller than MAX_TAP_SIZE becomes one point."""
        pieces = tuple(self._as_array(piece) for stroke in self.strokes for piece in stroke)
        if len(self._arrays) > 2 * len(pieces) + 100:
            self._arrays.clear()
        if pieces:
            points = np.concatenate(pieces)
            if np.ptp(points, axis=0).max() < MAX_TAP_SIZE:
                return Ink((points.mean(axis=0, keepdims=True),))
        return Ink(pieces)

    def _as_array(self, piece: Piece) -> NDArray[np.float32]:
        """The points (points, 2) of a piece; only new points are converted.

        Converting all points for each new point would be slow: one stroke may have 100,000 points.
        """
        _, known = self._arrays.get(id(piece), (piece, np.empty((0, 2), np.float32)))
        if len(known) < len(piece):
            known = np.concatenate([known, np.array(piece[len(known) :], np.float32)])
            self._arrays[id(piece)] = piece, known  # keeps the piece alive, so that no other object gets its id
        return known

    def _add_step(self, content: DrawingContent) -> None:
        self._undo_stack.append(self._content)
        self._redo_stack.clear()
        self._content = content
        while len({id(step.picture) for step in self._undo_stack if step.picture is not None}) > MAX_UNDO_PICTURES:
            self._undo_stack.popleft()


def _is_on_canvas(x: float, y: float) -> bool:
    return 0 <= x <= 1 and 0 <= y <= 1


def _placed(ink: Ink) -> DrawingContent:
    """The ink as the content of the canvas; see `Drawing.set_ink`."""
    points = np.concatenate(ink.strokes).astype(np.float64) if ink.strokes else np.empty((0, 2))
    # A point p is placed at (p - low) / side + corner; ink in the unit square stays unchanged.
    low, side, corner = np.zeros(2), 1.0, np.zeros(2)
    if points.size and not (points.min() >= 0 and points.max() <= 1):
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        side = (float(extent.max()) or 1.0) / IMPORTED_INK_SIZE
        corner = (1 - extent / side) / 2
    placed = [np.clip((stroke - low) / side + corner, 0, 1).tolist() for stroke in ink.strokes]
    return DrawingContent(tuple([[(x, y) for x, y in stroke]] for stroke in placed))
