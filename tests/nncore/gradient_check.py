"""Central differences, the yardstick for every derivative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def numeric_gradient(
    loss: Callable[[], float], values: NDArray[np.floating], step: float = 1e-6
) -> NDArray[np.floating]:
    """The derivative of `loss()` with respect to each number of `values`, which is nudged in place."""
    gradient = np.empty_like(values)
    for place in np.ndindex(values.shape):
        kept = values[place]
        values[place] = kept + step
        above = loss()
        values[place] = kept - step
        below = loss()
        values[place] = kept
        gradient[place] = (above - below) / (2 * step)
    return gradient
