"""The fit of a network that learns a curve: its values on a grid, now and after a few epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.curves import CurvePoints
from nncore.model.network import Network

EPOCHS_KEPT = (10, 50, 100, 500, 1000)
"""The fits after these epochs are kept for comparison."""

MOST_GRID_POINTS = 500
"""The largest number of grid points of a fit, and of points that are drawn."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """The output of a network after `epoch`: y (n,) at the x of `fit_grid`, in the unit of the points."""

    epoch: int
    y: Numbers


def fit_grid(points: CurvePoints) -> Numbers:
    """The x at which a fit is drawn: (n,), evenly spaced from the first point to the last."""
    return np.linspace(points.x[0], points.x[-1], min(MOST_GRID_POINTS, max(2, len(points.x))))


def fit_of(network: Network, points: CurvePoints, epoch: int) -> Fit:
    """The present fit of `network`. Fast; must be called on the thread that owns the network."""
    return Fit(epoch, points.values(network.predict(points.inputs(fit_grid(points)))))
