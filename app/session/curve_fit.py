"""A curve being learnt: the points, the network's fit as it is now, and the fits after a few epochs side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.curves import CurvePoints
from nncore.model.network import Network

EPOCHS_KEPT = (10, 50, 100, 500, 1000)
"""The fits after these are kept, to be seen side by side."""


MOST_GRID_POINTS = 500
"""Places at which a fit is drawn, and points that are drawn."""


Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """What a network answered after `epoch`: y (n,) at the places that `fit_grid` gives, in the unit of the points."""

    epoch: int
    y: Numbers


def fit_grid(points: CurvePoints) -> Numbers:
    """Where a fit is drawn: (n,) from the first x to the last."""
    return np.linspace(points.x[0], points.x[-1], min(MOST_GRID_POINTS, max(2, len(points.x))))


def fit_of(network: Network, points: CurvePoints, epoch: int) -> Fit:
    """The fit of `network`, as it is now; quick, but for whichever thread owns the network."""
    return Fit(epoch, points.values(network.predict(points.inputs(fit_grid(points)))))
