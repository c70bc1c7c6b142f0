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
