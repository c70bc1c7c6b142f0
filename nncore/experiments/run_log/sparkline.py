"""The course of a run as a few points, for a line as small as a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nncore.training.history import EpochFigures

SPARKLINE_POINTS = 60
"""Largest number of points of a sparkline: it has about two pixels for each."""

MIN_SPARKLINE_RANGE = 0.02
"""Smallest difference between bottom and top: a smaller change in accuracy looks as flat as it is."""


def sparkline(epochs: Sequence[EpochFigures], figure: str = "validation_accuracy") -> NDArray[np.float64]:
    """Return a figure of each epoch that has it (n,), scaled so that the lowest is 0 and the highest is 1.

    With more than SPARKLINE_POINTS epochs, only some evenly spaced ones are taken, with the first and the last.
    """
    values = np.array([value for row in epochs if (value := row.get(figure)) is not None], np.float64)
    if len(values) > SPARKLINE_POINTS:
        values = values[np.linspace(0, len(values) - 1, SPARKLINE_POINTS).round().astype(np.intp)]
    if not len(values):
        return values
    low = values.min()
    scaled: NDArray[np.float64] = (values - low) / max(float(values.max() - low), MIN_SPARKLINE_RANGE)
    return scaled
