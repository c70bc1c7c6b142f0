"""The result of a handwriting test: how a network reads each drawing, accuracy and confusion matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.evaluation.recognition import NOT_A_DIGIT, Verdict, read_digit
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink, rasterize

NOT_A_DIGIT_COLUMN = len(DIGITS)
"""Column of the confusion matrix for drawings with the verdict "not a digit"."""


@dataclass(frozen=True, eq=False)
class ReadDrawing:
    """One drawing and how it was read.

    Attributes:
        prompted: the requested digit, 0 to 9.
        probabilities: (10,) float32, read-only, sum 1.
    """

    prompted: int
    ink: Ink
    probabilities: NDArray[np.float32]
    verdict: Verdict

    @cached_property
    def read(self) -> int | None:
        """The most probable digit; None if the verdict is "not a digit"."""
        return None if self.verdict == NOT_A_DIGIT else int(self.probabilities.argmax())

    @property
    def is_correct(self) -> bool:
        """Whether the requested digit was read, with any probability."""
        return self.read == self.prompted


@dataclass(frozen=True, eq=False)
class HandwritingTestResult:
    """The result of a handwriting test.

    Attributes:
        date: when it was written, ISO 8601 to the second, local time.
        model: the name of the model that read it.
    """

    drawings: tuple[ReadDrawing, ...]
    date: str
    model: str

    @cached_property
    def correct(self) -> int:
        """The number of drawings that were read as the requested digit."""
        return sum(drawing.is_correct for drawing in self.drawings)

    @property
    def accuracy(self) -> float:
        """The fraction of drawings that were read as the requested digit, 0 to 1."""
        return self.correct / len(self.drawings)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """The counts (10, 11): row = requested digit, column = digit read; the last column means "not a digit"."""
        counts = np.zeros((len(DIGITS), len(DIGITS) + 1), np.int64)
        for drawing in self.drawings:
            counts[drawing.prompted, NOT_A_DIGIT_COLUMN if drawing.read is None else drawing.read] += 1
        return counts


def read_test(
    network: Network,
    written: Iterable[tuple[int, Ink]],
    *,
    model: str,
    date: str,
    cancelled: Callable[[], bool] = lambda: False,
) -> HandwritingTestResult:
    """Read each drawing (requested digit, ink) with `network`, like the Draw tab; about 0.6 ms each.

    model, date: as in HandwritingTestResult. Raises DataError if there is no drawing, the network cannot read digits,
    or `cancelled()` becomes true.
    """
    drawings = []
    for prompted, ink in written:
        if cancelled():
            raise DataError("The reading was cancelled.")
        prediction = read_digit(network, rasterize(ink))
        drawings.append(ReadDrawing(prompted, ink, prediction.probabilities, prediction.verdict))
    if not drawings:
        raise DataError("This test has no drawings; write at least one digit.")
    return HandwritingTestResult(tuple(drawings), date, model)
