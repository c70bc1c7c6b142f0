"""Synthetic digits as strokes: any amount of labelled handwriting."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from nncore.data.formats.unipen import InkSamples
from nncore.errors import SettingError
from nncore.handwriting.synthetic.digit_glyphs import DIGIT_GLYPHS, RARE_GLYPHS
from nncore.handwriting.synthetic.glyph import Glyph
from nncore.handwriting.synthetic.writer_style import WriterStyle

DIGITS_PER_WRITER = 20
"""Mean number of digits by each writer."""

USUAL_GLYPH_PROBABILITY = 0.8
"""Probability that a writer uses his or her usual glyph for a digit."""

_GLYPHS = {digit: tuple(glyphs.values()) for digit, glyphs in DIGIT_GLYPHS.items()}
_CUMULATED_FREQUENCIES = {
    digit: np.cumsum([0.25 if name in RARE_GLYPHS else 1.0 for name in glyphs])
    for digit, glyphs in DIGIT_GLYPHS.items()
}
"""For each digit, the cumulative weights of its glyphs."""


class Writer:
    """A synthetic writer with a style and a usual glyph for each digit."""

    def __init__(self, rng: Generator) -> None:
        self.name = f"hand {rng.integers(10**9):09d}"
        self.style = WriterStyle.random(rng)
        self._usual = {digit: random_glyph(digit, rng) for digit in range(10)}

    def glyph(self, digit: int, rng: Generator) -> Glyph:
        """Return the glyph that is written for a digit, mostly the usual one."""
        return self._usual[digit] if rng.random() < USUAL_GLYPH_PROBABILITY else random_glyph(digit, rng)


def random_glyph(digit: int, rng: Generator) -> Glyph:
    """Return a random glyph of a digit; rare ones are less probable."""
    # Inverse transform sampling: the first glyph whose cumulative weight exceeds the number.
    cumulated = _CUMULATED_FREQUENCIES[digit]
    return _GLYPHS[digit][int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))]


def digits(count: int, rng: Generator) -> InkSamples:
    """Return `count` digits by synthetic writers, each digit equally often (within one), in random order.

    Size, position, slant, width, roundness, tremor, speed and glyphs vary between writers and between the digits of a
    writer. Coordinates are units of a 500 x 500 tablet; very large digits may extend beyond it. The same state of `rng`
    gives the same digits. Raises SettingError for a negative count.
    """
    if count < 0:
        raise SettingError("count", f"The count must be 0 or more; got {count}.")
    labels = rng.permutation(np.arange(count) % 10).tolist()
    writers = [Writer(rng) for _ in range(-(-count // DIGITS_PER_WRITER))]
    inks, names = [], []
    for label in labels:
        writer = writers[int(rng.random() * len(writers))]
        inks.append(writer.style.write(writer.glyph(label, rng), rng))
        names.append(writer.name)
    return InkSamples(tuple(inks), tuple(labels), tuple(names), f"{count:,} generated digits")
