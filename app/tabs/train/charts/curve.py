"""Curves of any length in bounded memory that keep their peaks, and smoothing. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

MAX_MAGNITUDE = 1e6
"""Values of greater magnitude are not drawn, because they would make the axes useless."""


@dataclass(frozen=True, eq=False)
class Band:
    """The range of a curve: at x (n,) its values are between low (n,) and high (n,)."""

    x: Values
    low: Values
    high: Values


class Curve:
    """A curve of any length that holds at most 2 * `capacity` + `head` points.

    Points go into buckets in their order; the lowest and the highest of each bucket are kept, so that no peak is lost.
    If there would be more than `capacity` buckets, the bucket size doubles. The kept points do not depend on how many
    points are added at a time. The first `head` points are all kept: a logarithmic axis enlarges them.

    Values that are not finite, or beyond MAX_MAGNITUDE in magnitude, are dropped.
    """

    def __init__(self, capacity: int = 500, head: int = 0) -> None:
        if capacity < 1:
            raise ValueError(f"Capacity must be at least 1; got {capacity}.")
        self._capacity, self._head = capacity, head
        self._band: Band | None = None
        self._bucket_size = 1
        self._count = 0
        self._numbers: NDArray[np.int64] = np.empty(0, np.int64)
        self._x: Values = np.empty(0)
        self._y: Values = np.empty(0)
        self._newest: list[tuple[Values, Values]] = []
        self._newest_count = 0

    def append(self, x: float, y: float) -> None:
        """Add one point."""
        self.extend(np.array([x]), np.array([y]))

    def extend(self, xs: Values, ys: Values) -> None:
        """Add points (n,) in their order."""
        # New points go into buckets only when `points` is called, or when there are many.
        drawable = is_drawable(xs) & is_drawable(ys)
        self._newest.append((xs[drawable], ys[drawable]))
        self._newest_count += int(np.count_nonzero(drawable))
        if self._newest_count > self._capacity or len(self._newest) > self._capacity:
            self._thin_out()

    def points(self) -> tuple[Values, Values]:
        """The kept points x (n,) and y (n,), in order."""
        self._thin_out()
        return self._x, self._y

    def band(self) -> Band | None:
        """The lowest and highest values of each bucket; None while every point is kept."""
        self._thin_out()
        if self._bucket_size == 1:
            return None
        if self._band is None:
            starts = np.flatnonzero(np.diff(self._buckets(self._numbers), prepend=-1))
            low, high = np.minimum.reduceat(self._y, starts), np.maximum.reduceat(self._y, starts)
            self._band = Band(
                np.append(self._x[starts], self._x[-1]), np.append(low, low[-1]), np.append(high, high[-1])
            )
        return self._band

    def _buckets(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The bucket of each point; each point of the head has its own."""
        return np.where(numbers < self._head, numbers, self._head + numbers // self._bucket_size)

    def _thin_out(self) -> None:
        if not self._newest_count:
            self._newest = []
            return
        # A bucket is number // bucket size. The kept points retain their numbers, so that doubling the size merges
        # neighbouring buckets, and the result does not depend on when the points arrived.
        numbers = np.concatenate((self._numbers, np.arange(self._count, self._count + self._newest_count)))
        x = np.concatenate((self._x, *(part[0] for part in self._newest)))
        y = np.concatenate((self._y, *(part[1] for part in self._newest)))
        self._count += self._newest_count
        self._newest, self._newest_count = [], 0
        while self._count > self._capacity * self._bucket_size:
            self._bucket_size *= 2
        kept = _lowest_and_highest(y, self._buckets(numbers))
        self._band = None
        self._numbers = numbers[kept]
        self._x = x[kept]
        self._y = y[kept]


def _lowest_and_highest(y: Values, buckets: NDArray[np.int64]) -> NDArray[np.intp]:
    """The indices of the first lowest and the last highest y of each bucket, in order; `buckets` ascend."""
    order = np.lexsort((y, buckets))
    ends = np.flatnonzero(np.diff(buckets))  # the last index of each bucket except the last bucket
    lowest = order[np.concatenate(([0], ends + 1))]
    highest = order[np.concatenate((ends, [len(y) - 1]))]
    kept_mask = np.zeros(len(y), np.bool_)
    kept_mask[lowest] = kept_mask[highest] = True
    return np.flatnonzero(kept_mask)


def is_drawable(values: Values) -> NDArray[np.bool_]:
    """Which of `values` are finite and at most MAX_MAGNITUDE in magnitude."""
    return np.abs(values) <= MAX_MAGNITUDE  # false for NaN too


class Smoothed:
    """The exponential moving average of a sequence, without its bias towards zero at the start.

    m <- d m + (1 - d) y with d = 1 - 1 / `window`; gives m / (1 - d^t), as Adam does with its moments (Kingma and
    Ba, ICLR 2015, section 3). `window`: steps, 1 or more; 1 does not smooth.
    """

    def __init__(self, window: float) -> None:
        if not window >= 1:
            raise ValueError(f"Window must be at least 1 step; got {window}.")
        self._decay = 1 - 1 / window
        self._mean = 0.0
        self._weight = 0.0

    def continue_from(self, earlier: Smoothed) -> None:
        """Go on from the average of `earlier` values, so that the line does not jump."""
        self._mean, self._weight = earlier._mean, earlier._weight

    def extend(self, values: Values) -> Values:
        """The average (n,) after each of `values` (n,) and all earlier values.

        Values that a Curve would drop are skipped: the average stays, NaN without an earlier value.
        """
        decay, mean, weight = self._decay, self._mean, self._weight
        averages = []
        for value in values.tolist():
            if -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE:
                mean = decay * mean + (1 - decay) * value
                weight = decay * weight + (1 - decay)  # 1 - decay^t after t values
            averages.append(mean / weight if weight else float("nan"))
        self._mean, self._weight = mean, weight
        return np.array(averages, np.float64)


def nearest(xs: Values, x: float) -> int:
    """The index in ascending `xs` (n,), not empty, of the value nearest to `x`."""
    right = min(int(np.searchsorted(xs, x)), len(xs) - 1)
    left = max(0, right - 1)
    return left if abs(xs[left] - x) <= abs(xs[right] - x) else right
