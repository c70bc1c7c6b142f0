"""Synthetic drawings that are not digits, to train and to test networks that reject them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from math import cos, pi, sin

import numpy as np
from numpy.random import Generator

from nncore.errors import SettingError
from nncore.handwriting.synthetic import scribbles
from nncore.handwriting.synthetic.digit_glyphs import DIGIT_GLYPHS
from nncore.handwriting.synthetic.digits import random_glyph
from nncore.handwriting.synthetic.symbol_glyphs import SYMBOL_GLYPHS
from nncore.handwriting.synthetic.writer_style import StrokePoints, WriterStyle
from nncore.preprocessing.ink import Ink

MAX_ROUNDNESS = 0.25
"""Largest roundness. Corners must stay corners, because a square with round corners is a 0."""

MAX_SLANT = 0.35
"""Largest slant; a letter that leans more may look like a digit."""

QUARTER_TURNS = {3: (1, -1, 2), 4: (1, -1, 2), 7: (-1, 2)}
"""Digits and the clockwise quarter turns after which they look like no digit; a rotated 2 and 5 look much alike."""

_TURNED = [
    (glyph, quarters)
    for digit, turns in QUARTER_TURNS.items()
    for quarters in turns
    for name, glyph in DIGIT_GLYPHS[digit].items()
    if not name.startswith("lightning")  # upside down it is the same, on its side it is a Z
]

_SCRIBBLES = {
    "zigzag": scribbles.zigzag,
    "back and forth": scribbles.back_and_forth,
    "spiral": scribbles.spiral,
    "rings": scribbles.rings,
    "coil": scribbles.coil,
    "wandering": scribbles.wandering,
    "jagged": scribbles.jagged,
    "knot": scribbles.knot,
    "hatching": scribbles.hatching,
    "cloud": scribbles.cloud,
    "wave": scribbles.wave,
    "point": scribbles.point,
    "dots": scribbles.dots,
    "line": scribbles.line,
    "parallel lines": scribbles.parallel_lines,
    "fan": scribbles.fan,
}


def _careful_style(rng: Generator) -> WriterStyle:
    """Return a random style that is careful enough to keep drawings recognizable."""
    style = WriterStyle.random(rng)
    return replace(
        style,
        roundness=min(style.roundness, MAX_ROUNDNESS),
        slant=float(np.clip(style.slant, -MAX_SLANT, MAX_SLANT)),
    )


def _scribble(draw: Callable[[Generator], list[StrokePoints]], rng: Generator) -> Ink:
    # No slant, because a slanted line may be a 1; no rounding, because dots are smaller than a unit.
    return replace(_careful_style(rng), slant=0.0, whole_units=False).to_ink(draw(rng), rng)


def _dot(rng: Generator) -> Ink:
    """Return a dot filled by a jagged stroke, from a thousandth to a fiftieth of a digit high."""
    style = _careful_style(rng)
    return replace(style, size=style.size * 10 ** rng.uniform(-3, -1.7), whole_units=False).to_ink(
        scribbles.jagged(rng), rng
    )


def _invalid_digit(draw: Callable[[WriterStyle, Generator], list[StrokePoints]], rng: Generator) -> Ink:
    style = _careful_style(rng)
    return style.to_ink(draw(style, rng), rng)


def _symbol(kind: str, rng: Generator) -> Ink:
    glyphs = _GLYPHS[kind]
    return _careful_style(rng).write(glyphs[int(rng.integers(len(glyphs)))], rng)


def _two_digits(style: WriterStyle, rng: Generator) -> list[StrokePoints]:
    """Return two different digits side by side that touch or nearly touch."""
    first, second = rng.choice(10, 2, replace=False).tolist()
    left, right = (style.sketch(random_glyph(digit, rng), rng) for digit in (first, second))
    # The second digit starts where the first one ends, with a small overlap or gap.
    edge = max(stroke[:, 0].max() for stroke in left) - min(stroke[:, 0].min() for stroke in right)
    move = np.array([edge + rng.uniform(-0.12, 0.25), rng.normal(0, 0.08)])
    return [*left, *(stroke + move for stroke in right)]


def _crossed_out(style: WriterStyle, rng: Generator) -> list[StrokePoints]:
    """Return a digit crossed out by a cross, by lines, or by a zigzag."""
    strokes = style.sketch(random_glyph(int(rng.integers(10)), rng), rng)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0) - 0.1, points.max(axis=0) + 0.1
    middle, room = (low + high) / 2, np.maximum(high - low, 0.7)
    # The marks are in the unit square, which is stretched over the digit at the end.
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


def _turned_digit(style: WriterStyle, rng: Generator) -> list[StrokePoints]:
    """Return a digit on its side or upside down that does not look like another digit."""
    glyph, quarters = _TURNED[int(rng.integers(len(_TURNED)))]
    angle = quarters * pi / 2
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    return [stroke @ turn for stroke in style.sketch(glyph, rng)]


def _dense(corners: StrokePoints) -> StrokePoints:
    """Return points along straight lines from corner to corner."""
    place = np.linspace(0, len(corners) - 1, 6 * (len(corners) - 1) + 1)
    return np.column_stack([np.interp(place, np.arange(len(corners)), column) for column in corners.T])


_INVALID_DIGITS = {"two digits": _two_digits, "crossed out": _crossed_out, "turned digit": _turned_digit}

_GLYPHS = {kind: tuple(glyphs.values()) for kind, glyphs in SYMBOL_GLYPHS.items()}

NON_DIGIT_KINDS: Mapping[str, Callable[[Generator], Ink]] = {
    **{kind: partial(_scribble, draw) for kind, draw in _SCRIBBLES.items()},
    "dot": _dot,
    **{kind: partial(_invalid_digit, draw) for kind, draw in _INVALID_DIGITS.items()},
    **{kind: partial(_symbol, kind) for kind in _GLYPHS},
}
"""For each kind, by name, the function that makes a drawing of it."""

KIND_FREQUENCIES = {"capital letter": 5, "small letter": 4, "other script": 3, "sign": 4, "figure": 4, "two digits": 2}
"""Relative frequency of kinds with many glyphs; all other kinds have 1."""


def non_digits(count: int, rng: Generator) -> tuple[Ink, ...]:
    """Return `count` drawings that are not digits, of all kinds in random order, with the variations of `digits`.

    Letters that look like a digit in some handwriting are left out. The same state of `rng` gives the same drawings.
    Raises SettingError for a negative count.
    """
    if count < 0:
        raise SettingError("count", f"The count must be 0 or more; got {count}.")
    # Each round draws all kinds in random order, in the proportions of KIND_FREQUENCIES.
    pack = [draw for kind, draw in NON_DIGIT_KINDS.items() for _ in range(KIND_FREQUENCIES.get(kind, 1))]
    drawn = np.concatenate([rng.permutation(len(pack)) for _ in range(-(-count // len(pack)) or 1)])[:count]
    return tuple(pack[index](rng) for index in drawn.tolist())
