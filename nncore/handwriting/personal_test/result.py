"""How a network reads a handwriting test: accuracy with its interval, confusion matrix, what was misread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.evaluation.recognition import Verdict, read_digit
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink, rasterize

REFUSED = len(DIGITS)
"""The column of the confusion matrix for what was called no digit."""


@dataclass(frozen=True, eq=False)
class ReadDrawing:
    """One drawing and what was read in it.

    prompted: the digit asked for, 0 to 9. probabilities: (10,) float32, read-only, summing to 1.
    """

    prompted: int
    ink: Ink
    probabilities: NDArray[np.float32]
    verdict: Verdict

    @cached_property
    def read(self) -> int | None:
        """The digit read, the most probable one; None if it was called no digit."""
        return None if self.verdict == "not a digit" else int(self.probabilities.argmax())

    @property
    def is_right(self) -> bool:
        """Whether the digit asked for was read, surely or not."""
        return self.read == self.prompted


@dataclass(frozen=True, eq=False)
class HandResult:
    """A handwriting test that was read.

    date: when it was written, ISO 8601 to the second, local time. model: the name of what read it.
    """

    drawings: tuple[ReadDrawing, ...]
    date: str
    model: str

    @cached_property
    def right(self) -> int:
        """How many drawings were read as the digit asked for."""
        return sum(drawing.is_right for drawing in self.drawings)

    @property
    def accuracy(self) -> float:
        """Their share, 0 to 1."""
        return self.right / len(self.drawings)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 11): row = digit asked for, column = digit read, the last one for "not a digit"."""
        counts = np.zeros((len(DIGITS), len(DIGITS) + 1), np.int64)
        for drawing in self.drawings:
            counts[drawing.prompted, REFUSED if drawing.read is None else drawing.read] += 1
        return counts


def read_test(
    network: Network,
    written: Iterable[tuple[int, Ink]],
    *,
    model: str,
    date: str,
    cancelled: Callable[[], bool] = lambda: False,
) -> HandResult:
    """Read each drawing (digit asked for, ink) with `network`, as the Draw tab would; about 0.6 ms each.

    model, date: as in HandResult. Raises DataError if there is no drawing, if the network cannot read digits, or if
    `cancelled()` became true on the way.
    """
    drawings = []
    for prompted, ink in written:
        if cancelled():
            raise DataError("The reading was cancelled.")
        prediction = read_digit(network, rasterize(ink))
        drawings.append(ReadDrawing(prompted, ink, prediction.probabilities, prediction.verdict))
    if not drawings:
        raise DataError("Nothing was written in this test, so there is nothing to read.")
    return HandResult(tuple(drawings), date, model)
