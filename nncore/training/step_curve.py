"""The loss and accuracy of a run step by step, in at most MAX_CURVE_POINTS points."""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from nncore.system.copying import DeepCopyable

MAX_CURVE_POINTS = 2000
"""The most points of a curve; a plot on a screen has no more columns."""


CurvePoint = tuple[float, float, float]


class StepCurve(DeepCopyable):
    """At most MAX_CURVE_POINTS points, each the mean of equally many steps; if there are too many, pairs are merged."""

    def __init__(self, previous: NDArray[np.float32] | None = None) -> None:
        """previous: the curve (3, n) of the run that this one continues."""
        self._points: list[CurvePoint] = [] if previous is None else [(p[0], p[1], p[2]) for p in previous.T.tolist()]
        self._steps_per_point = max(1, round(self._points[-1][0] / len(self._points))) if self._points else 1
        self._count = 0
        self._loss = self._accuracy = 0.0

    def add(self, step: int, loss: float, accuracy: float | None) -> None:
        """Add one step; accuracy: 0 to 1, or None where there are no classes."""
        self._loss += loss
        self._accuracy += nan if accuracy is None else accuracy
        self._count += 1
        if self._count == self._steps_per_point:
            self._points.append((step, self._loss / self._count, self._accuracy / self._count))
            self._count = 0
            self._loss = self._accuracy = 0.0
            if len(self._points) >= MAX_CURVE_POINTS:
                self._merge()

    def array(self) -> NDArray[np.float32]:
        """(3, n): step, loss and accuracy, NaN where there are no classes; n is at most MAX_CURVE_POINTS."""
        return np.array(self._points, np.float32).reshape(-1, 3).T

    def _merge(self) -> None:
        # All points are means of equally many steps, so the mean of a pair is the mean of its steps.
        pairs = zip(self._points[::2], self._points[1::2], strict=False)
        last_point = self._points[-1:] if len(self._points) % 2 else []
        self._points = [(b[0], (a[1] + b[1]) / 2, (a[2] + b[2]) / 2) for a, b in pairs] + last_point
        self._steps_per_point *= 2
