"""The explanation of an answer: the occlusion map of the image, and the nearest training examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class ShownNeighbour(NamedTuple):
    """A training example that is similar to an image.

    Attributes:
        picture: (height, width), None if it is not an image.
        name: its class.
        distance: the distance of the inputs or activations.
    """

    picture: NDArray[np.uint8] | None
    name: str
    distance: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why the network gave its answer for an image, as far as it has been computed.

    Attributes:
        image: (height, width) uint8, 0 paper to 255 ink.
        caption: the answer in short.
        expected: the name of the true class.
        occlusion: the occlusion map of the answer, of the image's shape, or None.
        occlusion_text: a description of the map, or why it is missing.
        neighbours: the most similar training examples, nearest first, or None.
        neighbours_text: a description of the neighbours, or why they are missing.
    """

    image: NDArray[np.uint8]
    caption: str
    expected: str
    occlusion: NDArray[np.float32] | None
    occlusion_text: str
    neighbours: tuple[ShownNeighbour, ...] | None
    neighbours_text: str


MIN_REPORTED_DROP = 0.02
"""A smaller drop of the probability is not reported."""

SECOND_REGION_RATIO = 0.7
"""The second strongest region is named too if its sum is at least this fraction of the strongest one's sum."""

MIDDLE = "middle"
_ROWS, _COLUMNS = ("top", MIDDLE, "bottom"), ("left", MIDDLE, "right")


def with_article(digit: int) -> str:
    """A digit with its article: "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def describe_occlusion(occlusion: NDArray[np.float32], answer: str) -> str:
    """The occlusion map (28, 28) of an answer such as "an 8" in words, as screen readers read it."""
    if occlusion.max() < MIN_REPORTED_DROP:
        return f"Read as {answer}, but no single part decides it: covering any part hardly lowers the probability."
    region = strongest_region(occlusion)
    return f"Read as {answer} mainly because of the {region}: covering the marked part lowers the probability."


def strongest_region(occlusion: NDArray[np.float32]) -> str:
    """The name of the region where a map (28, 28) is strongest, such as "top left"; of two if they are close.

    The regions are the 3 x 3 parts of the central 20 x 20 pixels, which digits fill.
    """
    inner = np.maximum(occlusion, 0)[4:24, 4:24]
    edges = np.array([0, 7, 13])  # 20 pixels in parts of 7, 6 and 7
    sums = np.add.reduceat(np.add.reduceat(inner, edges, axis=0), edges, axis=1)
    # Indices into the flattened sums (9,): the region in row r and column c has the index 3 r + c.
    best, second = np.argsort(-sums, axis=None, kind="stable")[:2].tolist()
    if sums.flat[second] < SECOND_REGION_RATIO * sums.flat[best]:
        return _region(best)
    return f"{_region(best)} and the {_region(second)}"


def _region(index: int) -> str:
    row, column = _ROWS[index // 3], _COLUMNS[index % 3]
    words = [word for word in (row, column) if word != MIDDLE]
    return " ".join(words) or MIDDLE
