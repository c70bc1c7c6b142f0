"""The strokes of a drawing as lists of points, in units of the canvas's side."""

from __future__ import annotations

Point = tuple[float, float]
Piece = list[Point]

Stroke = list[Piece]
"""One stroke of the pen; it has several pieces if the pen left the canvas and came back, or the eraser cut it."""


def clip(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part of the segment from `start` to `end` that lies in the unit square; None if none does.

    Y.-D. Liang and B. A. Barsky, "A new concept and method for line clipping", ACM Transactions on Graphics 3 (1984):
    each border narrows the range of t in start + t (end - start).
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
