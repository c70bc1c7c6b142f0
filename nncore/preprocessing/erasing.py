"""Erasing: the parts of a line outside the path of a round eraser."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

MIN_PIECE_LENGTH = 0.012
"""Fraction of the canvas's side. Shorter remains of a line are erased too: they are too small for the user to hit."""


def discs_along(path: Points, radius: float) -> Points:
    """Return the centres (n, 2) of discs that cover the path (points, 2) of an eraser, at least two points.

    They are half a radius apart, so that no line passes between two of them.
    """
    return np.concatenate(
        [np.linspace(start, end, 1 + ceil(np.hypot(*(end - start)) / (radius / 2))) for start, end in pairwise(path)]
    )


def parts_outside(points: Points, discs: Points, radius: float) -> list[Points]:
    """Return the parts of a line (points, 2) outside all discs; the line itself if it touches none.

    discs: (n, 2) the centres of discs with this radius. Coordinates are fractions of the canvas's side; parts up to
    MIN_PIECE_LENGTH long are left out.
    """
    parts = [points]
    for centre in discs:
        parts = [rest for part in parts for rest in _cut(part, centre, radius)]
    return parts


def _cut(points: Points, centre: Points, radius: float) -> list[Points]:
    """The parts of a line outside a disc; the line itself if the disc does not touch it.

    A position along the line counts its points: 2.5 is halfway from point 2 to point 3.
    """
    if len(points) == 1:
        return [] if np.hypot(*(points[0] - centre)) <= radius else [points]
    enter, leave = _spans(points, centre, radius)
    touched = np.flatnonzero(enter < leave)
    if not touched.size:
        return [points]
    ends = [*(touched + enter[touched]).tolist(), len(points) - 1.0]
    starts = [0.0, *(touched + leave[touched]).tolist()]
    parts = [_part(points, start, end) for start, end in zip(starts, ends, strict=True) if start < end]
    return [part for part in parts if np.hypot(*np.diff(part, axis=0).T).sum() > MIN_PIECE_LENGTH]


def _part(points: Points, start: float, end: float) -> Points:
    """The points of a line between two positions on it."""
    return np.vstack([_point_at(points, start), points[int(start) + 1 : ceil(end)], _point_at(points, end)])


def _point_at(points: Points, position: float) -> Points:
    index, fraction = int(position), position % 1
    following = points[min(index + 1, len(points) - 1)]
    point: Points = points[index] + fraction * (following - points[index])
    return point


def _spans(points: Points, centre: Points, radius: float) -> tuple[Points, Points]:
    """Where each segment enters and leaves the disc, as fractions of its length; enter >= leave if it misses.

    With p = start - centre and d = end - start, |p + t d|^2 = radius^2 is the quadratic equation
    a t^2 + 2 h t + c = 0 with a = d.d, h = p.d and c = p.p - radius^2: t = (-h +- sqrt(h^2 - a c)) / a.
    """
    start, direction = points[:-1] - centre, np.diff(points, axis=0)
    a = np.maximum(np.square(direction).sum(axis=1), 1e-18)
    h = (start * direction).sum(axis=1)
    c = np.square(start).sum(axis=1) - radius**2
    root = np.sqrt(np.maximum(h**2 - a * c, 0))
    misses = h**2 <= a * c
    enter, leave = np.clip((-h - root) / a, 0, 1), np.clip((-h + root) / a, 0, 1)
    return np.where(misses, 1.0, enter), np.where(misses, 0.0, leave)
