"""Drawings made from digits that are no valid digit: two digits in one, crossed out, or rotated."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
from numpy.random import Generator

from nncore.handwriting.synthetic.digit_glyphs import DIGIT_GLYPHS
from nncore.handwriting.synthetic.digits import random_glyph
from nncore.handwriting.synthetic.writer_style import Stroke, WriterStyle

TURNS = {3: (1, -1, 2), 4: (1, -1, 2), 7: (-1, 2)}
"""Digits and the clockwise quarter turns after which they look like no digit; a rotated 2 and 5 look much alike."""

_TURNED = [
    (glyph, quarters)
    for digit, turns in TURNS.items()
    for quarters in turns
    for name, glyph in DIGIT_GLYPHS[digit].items()
    if not name.startswith("lightning")  # upside down it is the same, on its side it is a Z
]


def two_digits(style: WriterStyle, rng: Generator) -> list[Stroke]:
    """Return two different digits side by side that touch or nearly touch."""
    first, second = rng.choice(10, 2, replace=False).tolist()
    left, right = (style.sketch(random_glyph(digit, rng), rng) for digit in (first, second))
    edge = max(stroke[:, 0].max() for stroke in left) - min(stroke[:, 0].min() for stroke in right)
    move = np.array([edge + rng.uniform(-0.12, 0.25), rng.normal(0, 0.08)])
    return [*left, *(stroke + move for stroke in right)]


def crossed_out(style: WriterStyle, rng: Generator) -> list[Stroke]:
    """Return a digit crossed out by a cross, by lines, or by a zigzag."""
    strokes = style.sketch(random_glyph(int(rng.integers(10)), rng), rng)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0) - 0.1, points.max(axis=0) + 0.1
    middle, room = (low + high) / 2, np.maximum(high - low, 0.7)
    how = rng.random()
    if how < 0.35:
        marks = [np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])]
    elif how < 0.65:
        heights = rng.uniform(0.15, 0.85) + np.linspace(-0.2, 0.2, int(rng.integers(3, 6)))
        marks = [np.array([[0.0, y], [1.0, y - 0.1]]) for y in heights.tolist()]
    else:
        count = int(rng.integers(6, 14))
        marks = [np.column_stack([np.arange(count) % 2, np.linspace(0.05, 0.95, count)])]
    return strokes + [(_dense(mark + rng.normal(0, 0.06, mark.shape)) - 0.5) * room + middle for mark in marks]


def turned_digit(style: WriterStyle, rng: Generator) -> list[Stroke]:
    """Return a digit on its side or upside down that does not look like another digit."""
    glyph, quarters = _TURNED[int(rng.integers(len(_TURNED)))]
    angle = quarters * pi / 2
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    return [stroke @ turn for stroke in style.sketch(glyph, rng)]


def _dense(corners: Stroke) -> Stroke:
    """Return points along straight lines from corner to corner."""
    place = np.linspace(0, len(corners) - 1, 6 * (len(corners) - 1) + 1)
    return np.column_stack([np.interp(place, np.arange(len(corners)), column) for column in corners.T])
