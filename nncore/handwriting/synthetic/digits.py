"""Digits as strokes, made up: as much labelled handwriting as one wants."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from nncore.data.formats.unipen import InkSamples
from nncore.errors import SettingError
from nncore.handwriting.synthetic.digit_shapes import RARE, digit_shapes
from nncore.handwriting.synthetic.shape import Shape
from nncore.handwriting.synthetic.writer import Hand

DIGITS_A_HAND = 20
"""Digits that are written, on average, before another hand takes the pen."""

HABIT = 0.8
"""How often a hand writes a digit in its usual way."""

_WAYS = {digit: tuple(ways.values()) for digit, ways in digit_shapes.items()}
_SHARES = {digit: np.cumsum([0.25 if way in RARE else 1.0 for way in ways]) for digit, ways in digit_shapes.items()}


class Writer:
    """Someone with a hand and a usual way of writing each digit."""

    def __init__(self, rng: Generator) -> None:
        self.name = f"hand {rng.integers(10**9):09d}"
        self.hand = Hand.drawn(rng)
        self._usual = {digit: some_way(digit, rng) for digit in range(10)}

    def way(self, digit: int, rng: Generator) -> Shape:
        """The shape that is written for a digit: mostly the usual one."""
        return self._usual[digit] if rng.random() < HABIT else some_way(digit, rng)


def some_way(digit: int, rng: Generator) -> Shape:
    """One of the ways to write a digit."""
    shares = _SHARES[digit]
    return _WAYS[digit][int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def digits(count: int, rng: Generator) -> InkSamples:
    """`count` digits of made-up writers, each as often as the others (give or take one), in random order.

    Their size, place, slant, width, roundness, tremor, speed and way of writing vary with the writer, and from one
    digit to the next. Coordinates are units of a 500 x 500 tablet, which the largest may leave. The same state of
    `rng` gives the same digits. Raises SettingError for a negative count.
    """
    if count < 0:
        raise SettingError("count", f"count is {count}; expected 0 or more.")
    labels = rng.permutation(np.arange(count) % 10).tolist()
    writers = [Writer(rng) for _ in range(-(-count // DIGITS_A_HAND))]
    inks, names = [], []
    for label in labels:
        writer = writers[int(rng.random() * len(writers))]
        inks.append(writer.hand.write(writer.way(label, rng), rng))
        names.append(writer.name)
    return InkSamples(tuple(inks), tuple(labels), tuple(names), f"{count:,} made-up digits")
