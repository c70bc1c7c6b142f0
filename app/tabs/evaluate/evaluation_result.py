"""The result of an evaluation: network, data, and how each example was read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.widgets.gallery import image_of
from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import Predictions
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import percent_text


@dataclass(frozen=True, eq=False)
class EvaluationResult:
    """The evaluation of a network on a data set.

    Attributes:
        dataset: what was evaluated.
        training: the data the network learns from, searched for similar examples.
    """

    network: Network
    model: str
    dataset: Dataset
    training: Dataset
    predictions: Predictions

    def image(self, row: int) -> NDArray[np.uint8] | None:
        """The image (height, width) of an example; None if the data is not images."""
        return image_of(self.dataset, row)

    def caption(self, row: int) -> str:
        """An example in short: "7 read as 2"."""
        true, read = self.true_name(row), self.name_of(int(self.predictions.answers[row]))
        return f"{true} read as {read}" if true != read else f"{true} read correctly"

    def title_text(self, row: int) -> str:
        """The true class and the answer: "7 → 2"."""
        return f"{self.true_name(row)} → {self.name_of(int(self.predictions.answers[row]))}"

    def spoken_text(self, row: int) -> str:
        """An example in one sentence."""
        return f"{self.caption(row)}, {self.detail_text(row)} sure, image {row + 1:,}."

    def detail_text(self, row: int) -> str:
        """The probability of the answer to an example, in per cent."""
        return percent_text(float(self.predictions.confidence[row]), 1)

    def true_name(self, row: int) -> str:
        """The name of the true class of an example."""
        return self.name_of(int(self.predictions.labels[row]))

    def name_of(self, number: int) -> str:
        """The name of a class; "no class" for a negative number."""
        return self.predictions.class_names[number] if number >= 0 else "no class"


def can_be_drawn(image: NDArray[np.uint8] | None) -> bool:
    """Whether the Draw tab can show an image: it must be 28 x 28."""
    return image is not None and image.shape == (SIDE, SIDE)
