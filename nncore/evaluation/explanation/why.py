"""Why a network gives its answer to an image: two maps of the pixels that matter, and the nearest training examples."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.explanation.input_gradient import gradient_times_input
from nncore.evaluation.nearest_neighbours import nearest_in_pixels
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.recognition import Prediction, check_explainable, read_digit
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import counted_text


@dataclass(frozen=True)
class LabelledNeighbour:
    """A training example that is near to an image.

    row: in its data set, from 0. distance: Euclidean, of pixels from 0 to 1. label: the index of its class.
    """

    row: int
    distance: float
    label: int


@dataclass(frozen=True, eq=False)
class WhyAnswer:
    """Why a network gives `answer` to an image.

    Attributes:
        prediction: all probabilities, and the verdict.
        answer: the class that is explained: the answer of the prediction, or another one that was asked for.
        occlusion: (28, 28) float32, see `occlusion_map`.
        gradient_times_input: (28, 28) float32, see the function of this name.
        neighbours: the nearest training examples, the nearest first.
    """

    prediction: Prediction
    answer: int
    occlusion: NDArray[np.float32]
    gradient_times_input: NDArray[np.float32]
    neighbours: tuple[LabelledNeighbour, ...]

    @property
    def probability(self) -> float:
        """The probability of `answer`, 0 to 1."""
        return float(self.prediction.probabilities[self.answer])

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain values for JSON; the rows of the neighbours count from 1."""
        return {
            "answer": self.answer,
            "verdict": self.prediction.verdict,
            "probabilities": [round(float(p), 6) for p in self.prediction.probabilities],
            "occlusion": np.round(self.occlusion.astype(np.float64), 6).tolist(),
            "gradient_times_input": np.round(self.gradient_times_input.astype(np.float64), 6).tolist(),
            "neighbours": [
                {"image": each.row + 1, "distance": round(each.distance, 4), "label": each.label}
                for each in self.neighbours
            ],
        }


def why_answer(
    network: Network, image: NDArray[np.uint8], training: Dataset | None = None, answer: int | None = None
) -> WhyAnswer:
    """Explain the answer of `network` to `image` (28, 28), 0 for paper to 255 for ink.

    training: where to look for near examples; None for no neighbours. answer: the class to explain; by default the one
    with the highest probability. Takes about 0.2 s with all of MNIST.
    Raises DataError if the network does not read digits, has no class `answer` or has diverged, if the image has
    another shape or dtype, or if the training examples are not labelled images (28, 28).
    """
    check_explainable(network, image, answer)
    prediction = read_digit(network, image)
    explained = prediction.digit if answer is None else answer
    return WhyAnswer(
        prediction,
        explained,
        occlusion_map(network, image, explained),
        gradient_times_input(network, image, explained),
        () if training is None else labelled_neighbours(training, image),
    )


def labelled_neighbours(training: Dataset, image: NDArray[np.uint8], count: int = 8) -> tuple[LabelledNeighbour, ...]:
    """Return the `count` examples of `training` whose pixels are nearest to `image` (28, 28), the nearest first.

    Raises DataError if the examples are not labelled images of this size.
    """
    if not training.class_names or prod(training.input_shape) != SIDE * SIDE:
        given = counted_text(prod(training.input_shape), "number")
        kind = "a label" if training.class_names else "numbers as its target"
        raise DataError(
            f"{training.source or 'The data set'}: an example has {given} and {kind}; expected {SIDE * SIDE} and a "
            "label."
        )
    x = np.multiply(image.reshape(-1), np.float32(1 / 255))
    return tuple(
        LabelledNeighbour(each.row, each.distance, int(training.labels[each.row]))
        for each in nearest_in_pixels(training, x, count)
    )
