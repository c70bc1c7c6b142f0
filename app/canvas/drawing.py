"""What a pen wrote on the canvas, as vectors, with undo and redo. Knows nothing of Qt."""

from __future__ import annotations

from math import isfinite

import numpy as np

from nncore.ink import Ink

Point = tuple[float, float]
Polyline = list[Point]
DOT = 0.01
"""Share of the canvas's side. The jitter of a hand that taps is smaller; fitted to 28 x 28 it would become a scrawl."""

Stroke = list[Polyline]
"""What one pen-down left on the canvas: several pieces if the pen went over the border and came back."""


class Drawing:
    """The strokes of a drawing, in units of the canvas's side: x to the right and y down, both 0 to 1.

    Whatever lies outside that square is cut off at its border. A stroke is one step of undo, and so is clearing; a
    stroke that leaves nothing on the canvas is no step.
    """

    def __init__(self) -> None:
        self._strokes: tuple[Stroke, ...] = ()
        self._past: list[tuple[Stroke, ...]] = []
        self._future: list[tuple[Stroke, ...]] = []
        self._current: Stroke = []
        self._pen: Point | None = None

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes on the canvas, the one being drawn included; not to be changed."""
        return (*self._strokes, self._current) if self._current else self._strokes

    @property
    def current(self) -> Stroke:
        """The stroke being drawn so far; empty if none is."""
        return self._current

    @property
    def is_drawing(self) -> bool:
        """Whether the pen is down."""
        return self._pen is not None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is on the canvas."""
        return not self._strokes and not self._current

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past) or bool(self._current)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return bool(self._future) and not self._current

    def begin(self, x: float, y: float) -> None:
        """Put the pen down at (x, y), on the canvas or off it; a stroke still being drawn ends first."""
        self.end()
        if not (isfinite(x) and isfinite(y)):
            return
        self._pen = (x, y)
        if _is_on_canvas(x, y):
            self._current = [[(x, y)]]

    def extend(self, x: float, y: float) -> None:
        """Move the pen, if it is down, to (x, y) in a straight line."""
        if self._pen is None or (x, y) == self._pen or not (isfinite(x) and isfinite(y)):
            return
        start, self._pen = self._pen, (x, y)
        piece = clip(start, self._pen)
        if piece is None or piece[0] == piece[1]:  # off the canvas, or just grazing its border
            return
        entry, exit_ = piece
        if self._current and self._current[-1][-1] == entry:
            self._current[-1].append(exit_)
        else:
            self._current.append([entry, exit_])

    def end(self) -> None:
        """Lift the pen."""
        self._pen = None
        if self._current:
            stroke, self._current = self._current, []
            self._step((*self._strokes, stroke))

    def undo(self) -> None:
        """Take the last step back, if there is one; lifts the pen first."""
        self.end()
        if self._past:
            self._future.append(self._strokes)
            self._strokes = self._past.pop()

    def redo(self) -> None:
        """Take the step again that was last taken back, if there is one; lifts the pen first."""
        self.end()
        if self._future:
            self._past.append(self._strokes)
            self._strokes = self._future.pop()

    def clear(self) -> None:
        """Wipe the canvas, which can be undone; lifts the pen first."""
        self.end()
        if self._strokes:
            self._step(())

    def ink(self) -> Ink:
        """The drawing as ink, the stroke being drawn included; one no larger than DOT becomes a point."""
        pieces = tuple(np.array(piece, np.float32) for stroke in self.strokes for piece in stroke)
        if pieces:
            points = np.concatenate(pieces)
            if np.ptp(points, axis=0).max() < DOT:
                return Ink((points.mean(axis=0, keepdims=True),))
        return Ink(pieces)

    def _step(self, strokes: tuple[Stroke, ...]) -> None:
        self._past.append(self._strokes)
        self._future.clear()
        self._strokes = strokes


def _is_on_canvas(x: float, y: float) -> bool:
    return 0 <= x <= 1 and 0 <= y <= 1


def clip(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part of the segment from `start` to `end` that lies in the unit square; None if none does.

    Y.-D. Liang and B. A. Barsky, "A new concept and method for line clipping", ACM Transactions on Graphics 3 (1984):
    each border narrows the span of the parameter t in start + t (end - start).
    """
    first, last = 0.0, 1.0
    for position, way in ((start[0], end[0] - start[0]), (start[1], end[1] - start[1])):
        if way == 0:
            if not 0 <= position <= 1:
                return None
            continue
        enter, leave = sorted((-position / way, (1 - position) / way))
        first, last = max(first, enter), min(last, leave)
    if first > last:
        return None
    return _along(start, end, first), _along(start, end, last)


def _along(start: Point, end: Point, t: float) -> Point:
    """The point at `t` between two points: exactly those at 0 and 1, and never a rounding error off the canvas."""
    if t in (0.0, 1.0):
        x, y = end if t else start
    else:
        x, y = (a + t * (b - a) for a, b in zip(start, end, strict=True))
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
