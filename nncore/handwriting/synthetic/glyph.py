"""Glyphs: shapes of characters as control points of smooth curves.

A glyph is defined by a text, in hundredths of its height, x to the right and y DOWN from its upper left corner:

    "2,4 60,0! 24,100; 14,50 58,46"      a crossed seven

Each pair is a control point; "!" marks a corner; ";" marks where the pen is lifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

POINTS_PER_SEGMENT = 6
"""Number of points between two control points."""

_T = np.arange(POINTS_PER_SEGMENT)[:, None] / POINTS_PER_SEGMENT
_WEIGHTS = np.hstack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2]
) / 2  # fmt: skip
"""(points, 4): the points of a Catmull-Rom segment as weights of the four control points around it.

It is the cubic from P1 to P2 with the tangents (P2 - P0)/2 at P1 and (P3 - P1)/2 at P2; t runs from 0 to 1."""


@dataclass(frozen=True, eq=False)
class Glyph:
    """Control points and the matrices that give the points of the curves: `sharp @ control` or `smooth @ control`.

    Attributes:
        control: (c, 2), for a glyph of height 1.
        sharp, smooth: (p, c), with corners, and with curves instead of corners.
        stroke_of: (c,) the stroke of each control point.
        lengths: the number of points of each stroke, p in all.
    """

    control: NDArray[np.float64]
    sharp: NDArray[np.float64]
    smooth: NDArray[np.float64]
    stroke_of: NDArray[np.intp]
    lengths: tuple[int, ...]


def parse_glyph(text: str) -> Glyph:
    """Convert a text to a glyph."""
    strokes = [stroke.split() for stroke in text.split(";")]
    control = np.array([[float(number) for number in pair.rstrip("!").split(",")] for s in strokes for pair in s]) / 100
    counts = [len(stroke) for stroke in strokes]
    sharp = [_curve(len(stroke), [i for i, pair in enumerate(stroke) if pair.endswith("!")]) for stroke in strokes]
    smooth = [_curve(count, []) for count in counts]
    lengths = tuple(len(matrix) for matrix in smooth)
    return Glyph(control, _diagonal(sharp), _diagonal(smooth), np.repeat(np.arange(len(counts)), counts), lengths)


def _curve(count: int, corners: list[int]) -> NDArray[np.float64]:
    """Return the weights (p, count) of a curve through `count` control points, which is split at each corner.

    Catmull and Rom, "A class of local interpolating splines", 1974. A segment needs the points before and after it; at
    an end of the curve the missing one is the reflection of the neighbour: 2 end - neighbour.
    """
    # Each point is a weighted sum of control points, so one matrix product draws the glyph for any control points.
    matrix = np.zeros(((count - 1) * POINTS_PER_SEGMENT + 1, count))
    ends = [0, *(corner for corner in corners if 0 < corner < count - 1), count - 1]
    for first, last in pairwise(ends):
        for start in range(first, last):
            rows = matrix[start * POINTS_PER_SEGMENT : (start + 1) * POINTS_PER_SEGMENT]
            rows[:, start : start + 2] += _WEIGHTS[:, 1:3]
            for place, weights in ((start - 1, _WEIGHTS[:, :1]), (start + 2, _WEIGHTS[:, 3:])):
                if first <= place <= last:
                    rows[:, [place]] += weights
                else:  # 2 end - neighbour; the neighbour's index is 2 end - place too
                    end = start if place < start else start + 1
                    rows[:, [end]] += 2 * weights
                    rows[:, [2 * end - place]] -= weights
    matrix[-1, -1] = 1
    return matrix


def _diagonal(blocks: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the block diagonal matrix."""
    matrix = np.zeros((sum(len(block) for block in blocks), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        matrix[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    return matrix
