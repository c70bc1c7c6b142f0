"""Erasing: the parts of a stroke outside the eraser's path."""

from __future__ import annotations

import numpy as np

from app.canvas.stroke import Point, Stroke
from nncore.preprocessing.erasing import discs_along, parts_outside


def erase_path(stroke: Stroke, start: Point, end: Point, radius: float) -> Stroke:
    """The stroke without the parts within `radius` of the path from `start` to `end`; the same object if unchanged."""
    discs = discs_along(np.array([start, end], np.float64), radius)
    left: Stroke = []
    changed = False
    for piece in stroke:
        points = np.array(piece)
        parts = parts_outside(points, discs, radius)
        if len(parts) == 1 and parts[0] is points:
            left.append(piece)
        else:
            changed = True
            left.extend([(x, y) for x, y in part.tolist()] for part in parts)
    return left if changed else stroke
