"""What an occlusion map shows, in a sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEGLIGIBLE = 0.02
"""A fall of the probability that is not worth a word."""

NEARLY = 0.7
"""A part that matters at least so much as the one that matters most is named with it."""

MIDDLE = "middle"
_ROWS, _COLUMNS = ("top", MIDDLE, "bottom"), ("left", MIDDLE, "right")


def a_digit(digit: int) -> str:
    """A digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def what_mattered(looked: NDArray[np.float32], read: str) -> str:
    """What an occlusion map (28, 28) of an answer, such as "an 8", shows, for those who do not see it."""
    if looked.max() < NEGLIGIBLE:
        return f"No single part made it {read}: whatever is covered, it is read much the same."
    return f"What made it {read} is marked: most of all the {where(looked)}. Covered, it leaves the network less sure."


def where(looked: NDArray[np.float32]) -> str:
    """In which ninth of the 20 pixels that digits fill a map (28, 28) is strongest, and in which else: "top left"."""
    inner = np.maximum(looked, 0)[4:24, 4:24]
    edges = np.array([0, 7, 13])
    ninths = np.add.reduceat(np.add.reduceat(inner, edges, axis=0), edges, axis=1)
    best, second = np.argsort(-ninths, axis=None, kind="stable")[:2].tolist()
    if ninths.flat[second] < NEARLY * ninths.flat[best]:
        return _ninth(best)
    return f"{_ninth(best)} and the {_ninth(second)}"


def _ninth(number: int) -> str:
    row, column = _ROWS[number // 3], _COLUMNS[number % 3]
    words = [word for word in (row, column) if word != MIDDLE]
    return " ".join(words) or MIDDLE
