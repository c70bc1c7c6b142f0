"""What the Evaluate tab shows: a network, the data it was judged on, and how it did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import Judgement
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE


@dataclass(frozen=True, eq=False)
class Examination:
    """A judgement with all that it is about.

    dataset: what was judged; training: what the network learns from, to look for neighbours in.
    """

    network: Network
    model: str
    dataset: Dataset
    training: Dataset
    judgement: Judgement

    def image(self, row: int) -> NDArray[np.uint8] | None:
        """The picture (height, width) of an example; None if it is no picture but numbers."""
        return image_of(self.dataset, row)

    def caption(self, row: int) -> str:
        """An example in a few words: 7 read as 2."""
        true, read = self.true_name(row), self.name_of(int(self.judgement.answers[row]))
        return f"{true} read as {read}" if true != read else f"{true} read right"

    def sureness(self, row: int) -> str:
        """The probability of the answer to an example, in per cent."""
        return as_percent(float(self.judgement.confidence[row]))

    def true_name(self, row: int) -> str:
        """The name of the class that an example is of."""
        return self.name_of(int(self.judgement.labels[row]))

    def name_of(self, number: int) -> str:
        """The name of a class."""
        return self.judgement.class_names[number] if number >= 0 else "no class"


def image_of(dataset: Dataset, row: int) -> NDArray[np.uint8] | None:
    """The picture (height, width) of the example `row`; None if it is no picture but numbers."""
    if not dataset.is_bytes:
        return None
    image: NDArray[np.uint8] = dataset.take(np.array([row])).images[0]
    return image


def as_percent(share: float) -> str:
    """A probability in per cent; 100 only if it is no less."""
    return f"{min(share, 0.999) if share < 1 else share:.1%}"


def can_be_drawn(image: NDArray[np.uint8] | None) -> bool:
    """Whether the Draw tab could show it."""
    return image is not None and image.shape == (SIDE, SIDE)
