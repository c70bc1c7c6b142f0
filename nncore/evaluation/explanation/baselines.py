"""Methods that read the same image: nearest neighbours and networks, each with what a reading costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.evaluation.explanation.why import labelled_neighbours
from nncore.evaluation.recognition import check_explainable, read_digit
from nncore.model.network import Network
from nncore.system.blas_threads import one_blas_thread

NEIGHBOURS = 5
"""Training examples that vote."""


@dataclass(frozen=True)
class MethodReading:
    """What a method reads in one image, and what it costs.

    Attributes:
        name: the method.
        answer: the index of the class.
        probability: the probability of the answer, 0 to 1; of nearest neighbours the fraction of the votes.
        parameters: numbers that were learned.
        stored_bytes: the memory that a reading needs: the parameters, or the training examples.
        multiplications: those of one reading, without activations and normalizations.
        milliseconds: the time of this reading; None if it was not measured.
    """

    name: str
    answer: int
    probability: float
    parameters: int
    stored_bytes: int
    multiplications: int
    milliseconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {**vars(self), "probability": round(self.probability, 6)}


class ReadingMethod(ABC):
    """A way to read an image. name: for the user."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def read(self, image: NDArray[np.uint8]) -> MethodReading:
        """Read an image (28, 28), 0 for paper to 255 for ink. Raises DataError if the method cannot read it."""


class NearestNeighbours(ReadingMethod):
    """The NEIGHBOURS training examples with the nearest pixels vote; of equal votes the nearest example decides.

    It learns nothing, and compares each image with all examples. T. Cover and P. Hart, IEEE Transactions
    on Information Theory 13 (1967).
    """

    def __init__(self, training: Dataset) -> None:
        super().__init__(f"{NEIGHBOURS} nearest neighbours")
        self._training = training

    def read(self, image: NDArray[np.uint8]) -> MethodReading:
        """Read an image; the answer is the label with the most votes. Raises DataError if the examples do not fit."""
        labels = [each.label for each in labelled_neighbours(self._training, image, NEIGHBOURS)]
        answer = max(labels, key=labels.count)  # the first of several maxima, so the nearest one
        numbers = len(self._training) * prod(self._training.input_shape)
        stored = self._training.images.nbytes + self._training.labels.nbytes
        # |row - x|^2 = |row|^2 - 2 row x + |x|^2 takes two multiplications for each number of each example.
        return MethodReading(self.name, answer, labels.count(answer) / len(labels), 0, stored, 2 * numbers)


class NetworkReading(ReadingMethod):
    """A network reads the image. A network without a hidden layer is softmax regression."""

    def __init__(self, name: str, network: Network) -> None:
        super().__init__(name)
        self._network = network

    def read(self, image: NDArray[np.uint8]) -> MethodReading:
        """Read an image. Raises DataError if the network does not read digits or has diverged."""
        check_explainable(self._network, image)
        prediction, spec = read_digit(self._network, image), self._network.spec
        return MethodReading(
            self.name,
            prediction.digit,
            prediction.confidence,
            spec.parameter_count,
            self._network.parameters.values.nbytes,
            spec.multiplications,
        )


@one_blas_thread()
def read_with_each(
    methods: Sequence[ReadingMethod], image: NDArray[np.uint8], clock: Callable[[], float] = perf_counter
) -> list[MethodReading]:
    """Read `image` (28, 28) with each method, and measure each with `clock`, which returns seconds.

    Each method reads once before it is measured, because the first reading allocates memory. Raises DataError if a
    method cannot read the image.
    """
    readings = []
    for method in methods:
        method.read(image)
        began = clock()
        reading = method.read(image)
        readings.append(replace(reading, milliseconds=1000 * (clock() - began)))
    return readings
