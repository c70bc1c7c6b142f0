"""What people draw that is no digit, made up: for a network to learn, and to be judged on, when not to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.random import Generator

from nncore.errors import SettingError
from nncore.handwriting.synthetic import scribbles
from nncore.handwriting.synthetic.spoilt_digits import crossed_out, turned_digit, two_digits
from nncore.handwriting.synthetic.symbol_shapes import symbol_shapes
from nncore.handwriting.synthetic.writer import Hand, Stroke
from nncore.preprocessing.ink import Ink

ROUNDEST = 0.25
"""Corners stay corners here: a square without is a 0."""

MOST_SLANT = 0.35
"""A letter that leans more may be a digit."""

_BY_RULE = {
    "zigzag": scribbles.zigzag,
    "back and forth": scribbles.back_and_forth,
    "spiral": scribbles.spiral,
    "rings": scribbles.rings,
    "coil": scribbles.coil,
    "wandering": scribbles.wander,
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
_SPOILT = {"two digits": two_digits, "crossed out": crossed_out, "turned digit": turned_digit}


def _hand(rng: Generator) -> Hand:
    """A hand that is careful enough for what it draws to stay what it is."""
    hand = Hand.drawn(rng)
    return replace(
        hand,
        roundness=min(hand.roundness, ROUNDEST),
        slant=float(np.clip(hand.slant, -MOST_SLANT, MOST_SLANT)),
    )


def _scribble(rule: Callable[[Generator], list[Stroke]], rng: Generator) -> Ink:
    # Upright, because a slant would make a 1 of a line; not rounded, because dots are smaller than a unit.
    return replace(_hand(rng), slant=0.0, whole_units=False).trace(rule(rng), rng)


def _dot(rng: Generator) -> Ink:
    """A dot that the pen filled by moving to and fro in it, a thousandth to a fiftieth of a digit high."""
    hand = _hand(rng)
    return replace(hand, size=hand.size * 10 ** rng.uniform(-3, -1.7), whole_units=False).trace(
        scribbles.jagged(rng), rng
    )


def _spoilt(rule: Callable[[Hand, Generator], list[Stroke]], rng: Generator) -> Ink:
    hand = _hand(rng)
    return hand.trace(rule(hand, rng), rng)


def _symbol(kind: str, rng: Generator) -> Ink:
    shapes = _SHAPES[kind]
    return _hand(rng).write(shapes[int(rng.integers(len(shapes)))], rng)


_SHAPES = {kind: tuple(shapes.values()) for kind, shapes in symbol_shapes.items()}

non_digit_kinds: Mapping[str, Callable[[Generator], Ink]] = {
    **{kind: partial(_scribble, rule) for kind, rule in _BY_RULE.items()},
    "dot": _dot,
    **{kind: partial(_spoilt, spoil) for kind, spoil in _SPOILT.items()},
    **{kind: partial(_symbol, kind) for kind in _SHAPES},
}
"""For each kind, by name, what draws one of it."""

SHARES = {"capital letter": 5, "small letter": 4, "other script": 3, "sign": 4, "figure": 4, "two digits": 2}
"""How much more often than the others a kind is drawn that has many shapes."""


def non_digits(count: int, rng: Generator) -> tuple[Ink, ...]:
    """`count` drawings that are no digit, of all kinds in random order, varied as `digits` are.

    Letters that are a digit in somebody's hand are not among them. The same state of `rng` gives the same drawings.
    Raises SettingError for a negative count.
    """
    if count < 0:
        raise SettingError("count", f"count is {count}; expected 0 or more.")
    pack = [draw for kind, draw in non_digit_kinds.items() for _ in range(SHARES.get(kind, 1))]
    drawn = np.concatenate([rng.permutation(len(pack)) for _ in range(-(-count // len(pack)) or 1)])[:count]
    return tuple(pack[index](rng) for index in drawn.tolist())
