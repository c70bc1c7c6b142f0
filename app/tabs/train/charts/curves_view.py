"""The live curves: loss above, accuracy below, with a common crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.session.run_events import PreviousPart
from app.style.theme import GAP, GROUP_GAP
from app.tabs.train.charts.chart import Chart, ChartText, nearest
from app.tabs.train.charts.curve import MAX_MAGNITUDE, Curve, Smoothed, Values
from app.tabs.train.charts.earlier_runs import MAX_EARLIER_RUNS, SMOOTHED_SHARE, EarlierRun, EarlierRunsLegend
from app.tabs.train.charts.legend import Series
from app.widgets.elements import text_label
from nncore.reporting.number_text import percent_text
from nncore.training.events import EpochDone, Started

MILLISECONDS_BETWEEN_PAINTS = 100
SAMPLES_SMOOTHED = 500
"""A smoothed line averages over at least this number of samples, or an epoch if it is shorter."""

EPOCHS_SHOWN_AT_FIRST = 10
"""The axis of a longer run grows in a few jumps."""

MIN_LOSS_TOP = 0.1
"""First maximum of the loss axis of a regression; for a classification it is 3, above log 10 for ten classes."""

LOSS_CHART = ChartText("loss", "nats", "Press Train to see the loss.", "88.888", lambda loss: loss_text(loss))
ACCURACY_CHART = ChartText(
    "accuracy", "%", "Press Train to see the accuracy.", "100.0 %", lambda percent: f"{percent:.1f} %"
)
EACH_BATCH = Series("each batch", "training", faint=True)
SMOOTHED = Series("smoothed", "training")
SMOOTHED_TRAINING = Series("training, smoothed", "training")
VALIDATION = Series("validation", "validation", marked=True)


class CurvesView(QFrame):
    """Loss and accuracy of the current run over its epochs.

    New points are painted by a timer, at most ten times per second, while the view is visible; the timer stops when
    nothing is new.
    """

    painting = Signal()
    """The charts are about to be painted with new points."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.loss = Chart(LOSS_CHART, (EACH_BATCH, SMOOTHED, VALIDATION))
        self.accuracy = Chart(ACCURACY_CHART, (SMOOTHED_TRAINING, VALIDATION))
        self._charts = (self.loss, self.accuracy)
        self.earlier_legend = EarlierRunsLegend()
        self._earlier_length, self._classes = 0.0, True
        self._epoch_label = text_label(style="quiet", wraps=False)
        self.accuracy.header.addWidget(self._epoch_label)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(MILLISECONDS_BETWEEN_PAINTS)
        self._timer.timeout.connect(self._on_timer)
        self._pointer: float | None = None
        for chart in self._charts:
            chart.pointer_moved.connect(self._on_pointer_moved)
            chart.pointer_left.connect(self._on_pointer_left)
        self.clear()

    def _lay_out(self) -> None:
        self.accuracy.plot.box.setXLink(self.loss.plot.box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(self.loss, 1)
        layout.addWidget(self.accuracy, 1)
        layout.addWidget(self.earlier_legend)

    # ----------------------------------------------------------------- events

    def clear(self) -> None:
        """Remove the run and show empty plots."""
        self._empty_curves(epochs=5, steps_per_epoch=1, samples_per_step=1)
        self._tell_screen_readers()
        self._paint()

    def begin(self, started: Started) -> None:
        """Begin a run: remove the last one, and show the validation before its first step."""
        self._empty_curves(started.epochs, started.steps_per_epoch, started.samples_per_epoch / started.steps_per_epoch)
        done = started.samples_done // started.samples_per_epoch
        self._add_validation(done, started.validation_loss, started.validation_accuracy)
        self._mark_dirty()

    def add_previous_part(self, part: PreviousPart) -> None:
        """Show the earlier part of a continued run."""
        self._validation_loss, self._validation_accuracy = Curve(), Curve()
        for row in part.epochs:
            self._add_validation(int(row["epoch"] or 0), row["validation_loss"], row["validation_accuracy"])
        steps, losses, accuracies = part.curve.astype(np.float64)
        if not len(steps):
            return
        annotations = [(step / self._steps_per_epoch, f"rate {rate:g}") for step, rate in part.rates[1:]]
        for chart in self._charts:
            chart.set_annotations(annotations)
        # Each point is the mean of several steps.
        window = max(1.0, self._window * len(steps) / steps[-1])
        self._add(steps / self._steps_per_epoch, losses, accuracies, Smoothed(window), Smoothed(window))

    def add_steps(self, epochs: Values, losses: Values, accuracies: Values) -> None:
        """Add steps: epochs done (n,), losses (n,) and accuracies (n,), 0 to 1."""
        self._add(epochs, losses, accuracies, self._smooth_loss, self._smooth_accuracy)

    def _add(
        self, epochs: Values, losses: Values, accuracies: Values, smooth_loss: Smoothed, smooth_accuracy: Smoothed
    ) -> None:
        smoothed = smooth_loss.extend(losses)
        self._batch_loss.extend(epochs, losses)
        self._training_loss.extend(epochs, smoothed)
        self._training_accuracy.extend(epochs, smooth_accuracy.extend(100 * accuracies))
        self._extend_loss_axis(float(np.nanmax(smoothed, initial=0)))
        self._mark_dirty()

    def add_epochs(self, epochs: Sequence[EpochDone]) -> None:
        """Add the validation figures of epochs, and update the summary for screen readers."""
        for done in epochs:
            self._add_validation(done.epoch, done.validation_loss, done.validation_accuracy)
        if epochs:
            self._tell_screen_readers(epochs[-1])
            self._mark_dirty()

    def set_earlier_runs(self, runs: Sequence[EarlierRun]) -> None:
        """Show earlier runs behind the live curves, at most MAX_EARLIER_RUNS; empty: none."""
        runs = runs[:MAX_EARLIER_RUNS]
        self.loss.set_earlier_lines([line for dash, run in enumerate(runs) for line in run.losses(dash)])
        self.accuracy.set_earlier_lines([line for dash, run in enumerate(runs) for line in run.accuracies(dash)])
        self.earlier_legend.show_runs(runs)
        self._earlier_length = max((run.length for run in runs), default=0.0)
        self._mark_dirty()

    def set_classes(self, classes: bool) -> None:
        """Set whether the run is a classification; without classes there is no accuracy."""
        self._classes = classes
        self.accuracy.setVisible(classes)
        # Linked axes need positions on the screen, which a hidden plot does not have.
        self.accuracy.plot.box.setXLink(self.loss.plot.box if classes else None)
        self.loss.set_unit(LOSS_CHART.unit if classes else "")
        self.loss.legend.set_shown(VALIDATION, classes)  # regression uses no validation set
        self.clear()

    def _empty_curves(self, epochs: int, steps_per_epoch: int, samples_per_step: float) -> None:
        # Smoothed lines average over this window; with few samples they would be as noisy as the raw ones.
        window = max(1.0, SMOOTHED_SHARE * steps_per_epoch, min(steps_per_epoch, SAMPLES_SMOOTHED / samples_per_step))
        self._window = window
        self._smooth_loss, self._smooth_accuracy = Smoothed(window), Smoothed(window)
        self._batch_loss, self._training_loss, self._validation_loss = Curve(), Curve(), Curve()
        self._training_accuracy, self._validation_accuracy = Curve(), Curve()
        self._epochs, self._steps_per_epoch = epochs, steps_per_epoch
        self._loss_top = 3.0 if self._classes else MIN_LOSS_TOP
        self._dirty = False
        for chart in self._charts:
            chart.set_annotations(())

    def _add_validation(self, epoch: int, loss: float | None, accuracy: float | None) -> None:
        if loss is not None and accuracy is not None:
            self._validation_loss.append(epoch, loss)
            self._validation_accuracy.append(epoch, 100 * accuracy)
            self._extend_loss_axis(loss)

    def _extend_loss_axis(self, loss: float) -> None:
        """Extend the loss axis if necessary; it never shrinks during a run."""
        if loss <= MAX_MAGNITUDE and 1.1 * loss > self._loss_top:
            self._loss_top = round_up(1.1 * loss)

    # --------------------------------------------------------------- painting

    def _mark_dirty(self) -> None:
        self._dirty = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_timer(self) -> None:
        if self._dirty and self.isVisible():
            self.painting.emit()
            self._paint()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Paint the points that arrived while hidden."""
        super().showEvent(event)
        if self._dirty:
            self._paint()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop painting."""
        super().hideEvent(event)
        self._timer.stop()

    def _paint(self) -> None:
        self._dirty = False
        for chart, series, curve in (
            (self.loss, EACH_BATCH, self._batch_loss),
            (self.loss, SMOOTHED, self._training_loss),
            (self.loss, VALIDATION, self._validation_loss),
            (self.accuracy, SMOOTHED_TRAINING, self._training_accuracy),
            (self.accuracy, VALIDATION, self._validation_accuracy),
        ):
            chart.set_points(series, *curve.points())
        end = self._last_epoch_shown()
        self.loss.set_ranges(end, self._loss_top)
        self.accuracy.set_ranges(end, 100)
        self._show_values()

    def _last_epoch_shown(self) -> float:
        done = self._batch_loss.points()[0]
        if not len(done) and self._earlier_length:
            return self._earlier_length
        reached = float(done[-1]) if len(done) else 0.0
        return min(self._epochs, round_up(max(EPOCHS_SHOWN_AT_FIRST, reached)))

    # ---------------------------------------------------------------- reading

    @Slot(float)
    def _on_pointer_moved(self, x: float) -> None:
        self._pointer = x
        self._show_values()

    @Slot()
    def _on_pointer_left(self) -> None:
        self._pointer = None
        self._show_values()

    def _show_values(self) -> None:
        """Show the values at the pointer, or the newest ones without a pointer."""
        done = self._batch_loss.points()[0]
        x = float(done[nearest(done, self._pointer)]) if self._pointer is not None and len(done) else None
        for chart in self._charts:
            chart.set_crosshair(x)
            chart.show_values_at(x)
        newest = f"now, epoch {done[-1]:.2f}" if len(done) else ""
        self._epoch_label.setText(newest if x is None else f"at epoch {x:.2f}")

    def _tell_screen_readers(self, done: EpochDone | None = None) -> None:
        self.setAccessibleName("Training curves")
        first = self._batch_loss.points()[1]
        if done is None or not len(first):
            self.setAccessibleDescription("No curves yet. " + LOSS_CHART.empty)
            return
        summary = (
            f"After {done.epoch} of {self._epochs} epochs the training loss went from {first[0]:.3f} to "
            f"{done.training_loss:.3f} and the training accuracy reached "
            f"{percent_text(done.training_accuracy or 0, 1)}."
        )
        if done.validation_loss is not None and done.validation_accuracy is not None:
            summary += (
                f" Validation loss {done.validation_loss:.3f}, accuracy {percent_text(done.validation_accuracy, 1)}."
            )
        self.setAccessibleDescription(summary)


def loss_text(loss: float) -> str:
    """A loss below 10^6 in at most six characters: three decimals, one more below 0.01, fewer from 100 on."""
    if loss >= 100:
        return f"{loss:.0f}"
    return f"{loss:.3f}" if loss >= 0.01 else f"{loss:.4f}"


def round_up(value: float) -> float:
    """The smallest 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10 times a power of ten that is at least `value` > 0."""
    power = 10.0 ** floor(log10(value))
    for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if digit * power >= value:
            return digit * power
    return 10 * power
