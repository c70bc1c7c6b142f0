"""Strokes as one line of text, for tables: "0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5".

Each stroke is x and y in turn, y down; a bar stands between two strokes. A float32 comes back to the bit.
"""

from __future__ import annotations

import re

import numpy as np

from nncore.errors import DataError
from nncore.preprocessing.ink import Ink

BETWEEN = "|"
WORD = re.compile(r"\S+")

LONGEST = 16_000_000
"""Characters of a drawing that are read: some 700,000 points."""


def strokes_as_text(ink: Ink) -> str:
    """The strokes of `ink`, each number as short as it can be."""
    return f" {BETWEEN} ".join(" ".join(map(str, stroke.ravel())) for stroke in ink.strokes)


def strokes_from_text(text: str) -> Ink:
    """The opposite of `strokes_as_text`; raises DataError, which says which stroke is wrong."""
    strokes = []
    for number, part in enumerate(text.split(BETWEEN), start=1):
        # One word after the other: a list of all of them would take thirty times the memory of the numbers.
        words = (float(word[0]) for word in WORD.finditer(part))
        try:
            with np.errstate(over="ignore"):  # becomes infinite, which Ink refuses
                numbers = np.fromiter(words, np.float32)
        except ValueError:
            raise DataError(f"Stroke {number} is not made of numbers; expected x and y for each point.") from None
        if len(numbers) % 2:
            raise DataError(f"Stroke {number} has {len(numbers)} numbers; expected x and y for each point.")
        strokes.append(numbers.reshape(-1, 2))
    return Ink(tuple(strokes))
