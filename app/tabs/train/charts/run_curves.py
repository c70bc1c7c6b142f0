"""The curves of one run: losses, accuracies and learning rate over its epochs. No Qt here."""

from __future__ import annotations

from math import isfinite

import numpy as np

from app.session.run_events import PreviousPart
from app.tabs.train.charts.curve import Curve, Smoothed, Values, is_drawable
from app.tabs.train.charts.earlier_runs import SMOOTHED_FRACTION
from app.tabs.train.charts.rate_history import Mark, RateChanges, RateHistory
from app.tabs.train.charts.scale.ticks import round_up
from nncore.training.events import Diverged, Started

SAMPLES_SMOOTHED = 500
"""A smoothed line averages over at least this number of samples, or an epoch if it is shorter."""

FIRST_STEPS_KEPT = 100
"""Number of steps at the start that are all kept, because a logarithmic axis enlarges them."""

STEPS_SHOWN_AT_FIRST = 10
EPOCHS_SHOWN_AT_FIRST = 2

ROOM_BELOW = 3.0
"""How many times lower than the lowest mean loss a logarithmic axis of losses begins."""

MAX_FRACTION_BELOW_AXIS = 0.05
"""The fraction of the single losses that may lie below a logarithmic axis."""

MIN_LOSS_TOP = 0.1
"""First maximum of the loss axis of a regression; for a classification it is 3, above log 10 for ten classes."""


class RunCurves:
    """The points of a run that is shown. x is always the number of epochs done; accuracies are in per cent."""

    def __init__(
        self, epochs: int = 5, steps_per_epoch: int = 1, samples_per_step: float = 1, classes: bool = True
    ) -> None:
        """classes: whether the run learns classes, which have an accuracy."""
        # Smoothed lines average over this window; with few samples they would be as noisy as the raw ones.
        self._window = max(
            1.0, SMOOTHED_FRACTION * steps_per_epoch, min(steps_per_epoch, SAMPLES_SMOOTHED / samples_per_step)
        )
        self._smooth_loss, self._smooth_accuracy = Smoothed(self._window), Smoothed(self._window)
        self.batch_loss, self.training_loss = Curve(head=FIRST_STEPS_KEPT), Curve(head=FIRST_STEPS_KEPT)
        self.training_accuracy = Curve(head=FIRST_STEPS_KEPT)
        self.validation_loss, self.validation_accuracy = Curve(), Curve()
        self.rates = RateHistory(steps_per_epoch, FIRST_STEPS_KEPT)
        self.epochs, self.steps_per_epoch = epochs, steps_per_epoch
        self.loss_top = 3.0 if classes else MIN_LOSS_TOP
        self.lowest_loss = np.inf
        self.has_ended = False

    @classmethod
    def begin(cls, started: Started, classes: bool) -> RunCurves:
        """The curves of a run that begins, with the validation before its first step."""
        samples = started.samples_per_epoch / started.steps_per_epoch
        curves = cls(started.epochs, started.steps_per_epoch, samples, classes)
        done = started.samples_done // started.samples_per_epoch
        curves.add_validation(done, started.validation_loss, started.validation_accuracy)
        return curves

    def add_previous_part(self, part: PreviousPart, *, constant_schedule: bool) -> None:
        """Add the earlier part of a continued run; constant_schedule: whether its schedule keeps the rate."""
        self.validation_loss, self.validation_accuracy = Curve(), Curve()
        for row in part.epochs:
            self.add_validation(int(row["epoch"] or 0), row["validation_loss"], row["validation_accuracy"])
        steps, losses, accuracies = part.curve.astype(np.float64)
        if not len(steps):
            return
        self.rates.add_previous_part(part.rates, float(steps[-1]), is_constant=constant_schedule)
        # Each point is the mean of several steps.
        window = max(1.0, self._window * len(steps) / steps[-1])
        smooth_loss, smooth_accuracy = Smoothed(window), Smoothed(window)
        self._add(steps / self.steps_per_epoch, losses, accuracies, smooth_loss, smooth_accuracy)
        self._smooth_loss.continue_from(smooth_loss)
        self._smooth_accuracy.continue_from(smooth_accuracy)

    def add_steps(self, steps: Values, losses: Values, accuracies: Values, rates: Values, changes: RateChanges) -> None:
        """Add steps (n,) with losses (n,), accuracies (n,) from 0 to 1, and rates (n,), as in StepsDone."""
        self.rates.add(steps, rates, changes)
        self._add(steps / self.steps_per_epoch, losses, accuracies, self._smooth_loss, self._smooth_accuracy)

    def _add(
        self, epochs: Values, losses: Values, accuracies: Values, smooth_loss: Smoothed, smooth_accuracy: Smoothed
    ) -> None:
        self.batch_loss.extend(epochs, losses)
        smoothed = smooth_loss.extend(losses)
        self.training_loss.extend(epochs, smoothed)
        self.training_accuracy.extend(epochs, smooth_accuracy.extend(100 * accuracies))
        self._extend_loss_axis(losses, smoothed)

    def add_validation(self, epoch: int, loss: float | None, accuracy: float | None) -> None:
        """Add the validation figures after an epoch; accuracy: 0 to 1."""
        if loss is not None and accuracy is not None:
            self.validation_loss.append(epoch, loss)
            self.validation_accuracy.append(epoch, 100 * accuracy)
            self._extend_loss_axis(np.array([loss]), np.array([loss]))

    def add_divergence(self, diverged: Diverged) -> None:
        """Mark the step at which the run diverged, and add its loss if it is a number that can be drawn."""
        x = diverged.step / self.steps_per_epoch
        drawn = self.batch_loss.points()[0]
        if isfinite(diverged.loss) and (not len(drawn) or x > drawn[-1]):
            loss = np.array([diverged.loss])
            self._add(np.array([x]), loss, np.array([np.nan]), self._smooth_loss, Smoothed(1))
        self.rates.add_mark(Mark(x, "diverged", "diverged"))

    def _extend_loss_axis(self, losses: Values, means: Values) -> None:
        """Extend the loss axis so that no peak of `losses` is cut off; it never shrinks during a run.

        A logarithmic axis begins below the lowest of `means`, and shows most losses: single ones can be as low as
        10^-12.
        """
        drawn, above = losses[is_drawable(losses)], means[means > 0]
        if len(drawn) and float(drawn.max()) > self.loss_top:
            self.loss_top = round_up(float(drawn.max()))
        if len(above):
            self.lowest_loss = min(self.lowest_loss, float(above.min()) / ROOM_BELOW)
        if (drawn > 0).any():
            self.lowest_loss = min(self.lowest_loss, float(np.quantile(drawn[drawn > 0], MAX_FRACTION_BELOW_AXIS)))

    # -------------------------------------------------------------------- axis

    @property
    def reached(self) -> float:
        """The epochs done at the newest point; 0 without one."""
        drawn = [curve.points()[0] for curve in (self.batch_loss, self.validation_loss)]
        return max((float(x[-1]) for x in drawn if len(x)), default=0.0)

    @property
    def axis_end(self) -> float:
        """The end of the epoch axis: that of the data after the run; before, a round number of steps or epochs."""
        reached = self.reached
        if self.has_ended and reached > 0:
            return reached
        if reached < 1 and self.steps_per_epoch > 1:
            steps = max(STEPS_SHOWN_AT_FIRST, reached * self.steps_per_epoch)
            return min(1.0, round_up(round(steps, 6)) / self.steps_per_epoch)
        return min(float(self.epochs), round_up(max(EPOCHS_SHOWN_AT_FIRST, reached)))

    @property
    def first_step(self) -> float:
        """The epochs done after the first step, where a logarithmic axis begins."""
        return 1 / self.steps_per_epoch
