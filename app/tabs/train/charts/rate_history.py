"""The learning rate of a run, step by step, and a mark for each change of it. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.tabs.train.charts.curve import Curve, Values
from nncore.reporting.number_text import decimal_text

MAX_MARKS = 200
"""Maximum number of marks; the oldest are removed."""

MIN_JUMP = 1.1
"""A jump of the factor of a schedule by more than this ratio gets a mark; slow changes show in the curve."""

MAX_CONSTANT_CHANGE = 1e-6
"""Relative change of the factor of a schedule from one step to the next below which it counts as constant."""

RateChanges = Sequence[tuple[int, float]]
"""(step, learning rate), the steps at which the rate was changed."""


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step: text for the strip above the chart; x: epochs done.

    kind: a change of the learning rate by hand or by the schedule, or a divergence.
    """

    x: float
    text: str
    kind: Literal["hand", "schedule", "diverged"]


class RateHistory:
    """The learning rate in use over the epochs (`curve`), and the marks of its changes (`marks`).

    The rate in use is the rate that was set times the factor of the schedule, so both can be told apart.
    """

    def __init__(self, steps_per_epoch: float, head: int = 0) -> None:
        self.curve = Curve(head=head)
        self.marks: list[Mark] = []
        self.highest = 0.0
        self._steps_per_epoch = steps_per_epoch
        self._set_rate: float | None = None
        self._factor = 0.0
        self._last_ratio = float("nan")
        self._last_rate = 0.0

    def add(self, steps: Values, rates: Values, changes: RateChanges) -> None:
        """Add steps (n,) with the rates in use (n,); changes: the rates set, each with its first step."""
        if not len(steps):
            return
        set_rates = self._rates_set(steps, changes)
        self.curve.extend(steps / self._steps_per_epoch, rates)
        self.highest = max(self.highest, float(np.max(rates)))
        self._mark_schedule(steps, rates, rates / set_rates)
        self._forget_oldest()

    def add_previous_part(self, changes: RateChanges, last_step: float, *, is_constant: bool) -> None:
        """Add the changes of the earlier part of a continued run, up to `last_step`.

        is_constant: whether the schedule is; otherwise the rates in use between the changes are not known.
        """
        ends = [step - 1 for step, _ in changes[1:]] + [last_step]
        for (step, rate), end in zip(changes, ends, strict=True):
            self._set(step, rate)
            if is_constant and step <= end:
                self.curve.extend(np.array([step, end]) / self._steps_per_epoch, np.array([rate, rate]))
                self.highest = max(self.highest, rate)
        self._forget_oldest()

    def add_mark(self, mark: Mark) -> None:
        """Add another mark."""
        self.marks.append(mark)

    def _rates_set(self, steps: Values, changes: RateChanges) -> Values:
        """The rate that was set at each step (n,)."""
        starts, values = [-np.inf], [self._set_rate or 0.0]
        for step, rate in changes:
            self._set(step, rate)
            starts.append(step)
            values.append(rate)
        found = np.array(values)[np.searchsorted(starts, steps, side="right") - 1]
        return np.where(found > 0, found, 1.0)

    def _set(self, step: float, rate: float) -> None:
        if self._set_rate is not None and rate != self._set_rate:
            self.marks.append(Mark(step / self._steps_per_epoch, f"rate {decimal_text(rate, 6)}", "hand"))
        self._set_rate = rate

    def _mark_schedule(self, steps: Values, rates: Values, factors: Values) -> None:
        """Mark where the schedule jumps after a constant stretch, and where it stops raising the rate."""
        before = np.append(self._factor, factors[:-1])
        ratios = np.divide(factors, before, out=np.full(len(factors), np.nan), where=before > 0)
        earlier = np.append(self._last_ratio, ratios[:-1])
        was_constant = np.abs(earlier - 1) < MAX_CONSTANT_CHANGE  # false for NaN
        jumps = ((ratios > MIN_JUMP) | (ratios < 1 / MIN_JUMP)) & was_constant
        peaks = (earlier > 1 + MAX_CONSTANT_CHANGE) & (ratios < 1)
        rates_before = np.append(self._last_rate, rates[:-1])
        for index in np.flatnonzero(jumps | peaks).tolist():
            step, rate, highest = float(steps[index]), float(rates[index]), float(rates_before[index])
            text = (
                f"schedule: {decimal_text(rate)}" if jumps[index] else f"schedule: falls from {decimal_text(highest)}"
            )
            step -= not jumps[index]  # the highest rate was one step earlier
            self.marks.append(Mark(step / self._steps_per_epoch, text, "schedule"))
        self._last_rate = float(rates[-1])
        self._factor, self._last_ratio = float(factors[-1]), float(ratios[-1])

    def _forget_oldest(self) -> None:
        self.marks.sort(key=lambda mark: mark.x)
        del self.marks[:-MAX_MARKS]
