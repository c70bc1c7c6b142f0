"""Derivatives by central differences, with which the tests compare the derivatives of the layers and losses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def numeric_gradient(
    loss: Callable[[], float], values: NDArray[np.floating], step: float = 1e-6
) -> NDArray[np.floating]:
    """Return the derivative of `loss()` with respect to each of `values`, which are changed in place and restored."""
    gradient = np.empty_like(values)
    for place in np.ndindex(values.shape):
        original = values[place]
        values[place] = original + step
        above = loss()
        values[place] = original - step
        below = loss()
        values[place] = original
        gradient[place] = (above - below) / (2 * step)
    return gradient
