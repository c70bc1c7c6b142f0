"""Why an image was read as it was: what the answer hangs on, and which training digits are most like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Alike = tuple[NDArray[np.uint8] | None, str, float]
"""A training example: its picture (None of numbers), the name of its class, and how far it is away."""


@dataclass(frozen=True, eq=False)
class Why:
    """The reasons as far as they are known.

    image: (height, width) uint8, 0 paper to 255 ink. caption: what it was read as, in short. expected: the name of its
    class. looked: the occlusion map of the answer, of the image's shape, or None. reason: what that shows, or why there
    is none. alike: the training examples most like it, the nearest first, or None. found: what these show, or why there
    are none.
    """

    image: NDArray[np.uint8]
    caption: str
    expected: str
    looked: NDArray[np.float32] | None
    reason: str
    alike: tuple[Alike, ...] | None
    found: str


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
