"""The fit of a network that learns a curve: its output on a grid of x values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.curves import CurvePoints
from nncore.model.network import Network

COMPARED_EPOCHS = (10, 50, 100, 500, 1000)
"""The window keeps the fits after these epochs, to compare them."""

MAX_FIT_POINTS = 500
"""Maximum number of grid points of a fit, and of points that are drawn."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """The output of a network after `epoch`: y (n,) at the x of `fit_grid`, in the unit of the points."""

    epoch: int
    y: Numbers


def fit_grid(points: CurvePoints) -> Numbers:
    """The x at which a fit is drawn: (n,), evenly spaced from the first point to the last."""
    return np.linspace(points.x[0], points.x[-1], min(MAX_FIT_POINTS, max(2, len(points.x))))


def current_fit(network: Network, points: CurvePoints, epoch: int) -> Fit:
    """The fit of `network` after `epoch`. Fast; must be called on the thread that trains the network."""
    return Fit(epoch, points.values(network.predict(points.inputs(fit_grid(points)))))
