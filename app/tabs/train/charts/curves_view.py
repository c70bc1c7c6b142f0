"""The live curves: loss above, accuracy below, then the learning rate, with a common crosshair."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.session.run_events import PreviousPart, StepsDone
from app.style.run_dashes import MAX_EARLIER_RUNS
from app.style.theme import GAP, GROUP_GAP
from app.tabs.train.charts.chart import Chart, ChartText
from app.tabs.train.charts.chart_tools import ChartTools, lowest_charts_height
from app.tabs.train.charts.curve import nearest
from app.tabs.train.charts.earlier_runs import EarlierRunsLegend, ShownRun, loss_of, task_of
from app.tabs.train.charts.kept_runs import KeptRun, KeptRuns, comparable
from app.tabs.train.charts.legend import Series
from app.tabs.train.charts.rate_chart import RATE, RateChart
from app.tabs.train.charts.run_curves import RunCurves
from app.tabs.train.charts.scale.whole_run import WholeRun
from app.widgets.elements import text_label
from app.widgets.focus_order import visit_in_order
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.reporting.number_text import counted_text, percent_text
from nncore.training.events import Diverged, EpochDone, Started

MILLISECONDS_BETWEEN_PAINTS = 100
WIDEST_PLACE = "last: epoch 888.88"

FIRST_STEP = "The curve begins with the first step."
LOSS_CHART = ChartText("loss", "nats", "Press Train to see the loss.", "88.888", lambda loss: loss_text(loss))
ACCURACY_CHART = ChartText(
    "accuracy", "%", "Press Train to see the accuracy.", "100.0 %", lambda percent: f"{percent:.1f} %"
)
EACH_BATCH = Series("each batch", "training", is_faint=True)
SMOOTHED = Series("smoothed", "training")
SMOOTHED_TRAINING = Series("training, smoothed", "training")
VALIDATION = Series("validation", "validation", is_marked=True)


class CurvesView(QFrame):
    """Loss, accuracy and learning rate of the current run over its epochs.

    New points are painted by a timer, at most ten times per second, while the view is visible; the timer stops when
    nothing is new. While the user has not zoomed, the axes follow the run.

    Attributes:
        run: the curves of the run that is shown.
        epoch_label: the epoch to which the values in the legends belong.
    """

    painting = Signal()
    """The charts are about to be painted with new points."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.loss = Chart(LOSS_CHART, (EACH_BATCH, SMOOTHED, VALIDATION), has_mark_labels=True)
        self.accuracy = Chart(ACCURACY_CHART, (SMOOTHED_TRAINING, VALIDATION))
        self.rate = RateChart()
        self._charts = (self.loss, self.accuracy, self.rate)
        self.tools, self.earlier_legend = ChartTools(), EarlierRunsLegend()
        self._chosen: list[ShownRun] = []
        self._kept = KeptRuns()
        self._settings: RunSettings | None = None
        self._shown: list[ShownRun] = []
        self._next_settings: RunSettings | None = None
        self._classes, self.run = True, RunCurves()
        self.epoch_label = text_label(style="quiet", wraps=False)
        self.epoch_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.epoch_label.installEventFilter(self)
        self._dirty = False
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(MILLISECONDS_BETWEEN_PAINTS)
        self._timer.timeout.connect(self._on_timer)
        self._pointer: float | None = None
        self._connect()
        self.clear()

    def _lay_out(self) -> None:
        for chart in (self.accuracy, self.rate):
            chart.plot.box.setXLink(self.loss.plot.box)
        self.accuracy.header.addWidget(self.epoch_label)
        self.rate.header.addWidget(self.tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.loss, 3)
        layout.addWidget(self.accuracy, 3)
        layout.addWidget(self.rate)
        layout.addWidget(self.earlier_legend)

    def _connect(self) -> None:
        for chart in self._charts:
            chart.pointer_moved.connect(self._on_pointer_moved)
            chart.pointer_left.connect(self._on_pointer_left)
            chart.zoomed.connect(self._on_zoomed)
            chart.whole_run_wanted.connect(self.show_whole_run)
        self.tools.scales_changed.connect(self._on_scales_changed)
        self.tools.whole_run_wanted.connect(self.show_whole_run)
        self.earlier_legend.removed.connect(self._remove_shown)

    @property
    def has_new_points(self) -> bool:
        """Whether points wait for the next time at which the charts are painted."""
        return self._timer.isActive()

    def minimumSizeHint(self) -> QSize:
        """As high as the place that is kept for the curves before they are built, or higher if they need it."""
        needed = super().minimumSizeHint()
        return needed.expandedTo(QSize(0, lowest_charts_height(self))) if self._classes else needed

    # ----------------------------------------------------------------- events

    def clear(self) -> None:
        """Remove the run and show empty plots; its curves stay behind the next run of the same task."""
        self._keep_run()
        self._show_run(RunCurves(classes=self._classes))
        self._tell_screen_readers()
        self._paint()

    def announce(self, settings: RunSettings) -> None:
        """Set the settings of the next run, by which the legend names it when a later run is shown."""
        self._next_settings = settings

    def begin(self, started: Started) -> None:
        """Begin a run, in front of the last one, and show the validation before its first step."""
        self._keep_run()
        self._settings, self._next_settings = self._next_settings, None
        self._show_run(RunCurves.begin(started, self._classes))
        self.show_whole_run()
        self._show_earlier()
        self._mark_dirty()

    def add_previous_part(self, part: PreviousPart) -> None:
        """Show the earlier part of a continued run."""
        is_constant = self._settings is not None and self._settings.config.schedule == "constant"
        self.run.add_previous_part(part, constant_schedule=is_constant)
        self._mark_dirty()

    def add_steps(self, done: StepsDone) -> None:
        """Add steps."""
        self.run.add_steps(done.steps.astype(float), done.losses, done.accuracies, done.rates, done.rate_changes)
        self._mark_dirty()

    def add_epochs(self, epochs: Sequence[EpochDone]) -> None:
        """Add the validation figures of epochs, and update the summary for screen readers."""
        for done in epochs:
            self.run.add_validation(done.epoch, done.validation_loss, done.validation_accuracy)
        if epochs:
            self._tell_screen_readers(epochs[-1])
            self._mark_dirty()

    def show_divergence(self, diverged: Diverged) -> None:
        """Mark where the run diverged."""
        self.run.add_divergence(diverged)
        self._mark_dirty()

    def set_running(self, *, is_running: bool) -> None:
        """Say in empty charts what they wait for: for the first step of a run, or for a run."""
        for chart in (self.loss, self.accuracy):
            chart.say_when_empty(FIRST_STEP if is_running else "")

    def end(self) -> None:
        """The run has ended: the axis ends with its data."""
        self.run.has_ended = True
        self._mark_dirty()

    def _keep_run(self) -> None:
        """Keep the curves of the run that was shown, if it is known and made a step."""
        kept = KeptRun.from_curves(self._settings, self.run) if self._settings is not None else None
        if kept is not None:
            self._kept.add(kept, self.tools.keep.isChecked())
        self._settings = None

    def _show_run(self, curves: RunCurves) -> None:
        self.run, self._dirty = curves, False
        self.tools.set_has_run(False)

    def set_classes(self, classes: bool) -> None:
        """Set whether the run is a classification; without classes there is no accuracy."""
        self._classes = classes
        self.accuracy.setVisible(classes)
        (self.accuracy if classes else self.loss).header.addWidget(self.epoch_label)
        # Linked axes need positions on the screen, which a hidden plot does not have.
        self.accuracy.plot.box.setXLink(self.loss.plot.box if classes else None)
        self.loss.set_unit(LOSS_CHART.unit if classes else "")
        self.loss.legend.set_shown(VALIDATION, classes)  # regression uses no validation set
        self.clear()
        self._show_earlier()

    # ----------------------------------------------------------- earlier runs

    def set_earlier_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these logged runs behind the live curves if they are comparable; empty: none, also no kept ones."""
        self._chosen = list(runs)
        if not runs:
            self._kept = KeptRuns()
        self._show_earlier()

    def _show_earlier(self) -> None:
        """Show the chosen and the kept runs that learn the same as the current run, at most MAX_EARLIER_RUNS."""
        current = self._settings
        kept: list[ShownRun] = [] if current is None else list(self._kept.named(current))
        runs = comparable([*self._chosen, *kept], "" if current is None else task_of(current))
        if not self._classes:
            runs = [run for run in runs if not run.task.endswith(" classes")]
        self._shown = runs = runs[:MAX_EARLIER_RUNS]
        same_loss = [current is None or run.loss in ("", loss_of(current)) for run in runs]
        losses = [run.losses(dash) for dash, run in enumerate(runs) if same_loss[dash]]
        self.loss.set_earlier_lines([line for lines in losses for line in lines])
        self.accuracy.set_earlier_lines([line for dash, run in enumerate(runs) for line in run.accuracies(dash)])
        self.earlier_legend.show_runs(runs)
        visit_in_order(self.tools, self.earlier_legend)
        self._mark_dirty()

    @Slot(int)
    def _remove_shown(self, index: int) -> None:
        run = self._shown[index]
        if isinstance(run, KeptRun):
            self._kept.remove(run.identity)
        self._chosen = [other for other in self._chosen if other is not run]
        self._show_earlier()

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
        run = self.run
        self.loss.set_points(EACH_BATCH, *run.batch_loss.points(), run.batch_loss.band())
        self.loss.set_points(SMOOTHED, *run.training_loss.points())
        self.loss.set_points(VALIDATION, *run.validation_loss.points())
        self.accuracy.set_points(SMOOTHED_TRAINING, *run.training_accuracy.points())
        self.accuracy.set_points(VALIDATION, *run.validation_accuracy.points())
        self.rate.set_points(RATE, *run.rates.curve.points())
        if len(run.batch_loss.points()[0]) and not self.tools.keep.isEnabled():
            self.tools.set_has_run(True)
        self._set_axes()
        for chart in self._charts:
            chart.set_marks(run.rates.marks, self._place_in_words)
        self._show_values()

    def _set_axes(self) -> None:
        run = self.run
        last, first = run.axis_end, run.first_step
        if not run.reached and self._shown:  # without a run the earlier ones set the axis
            last = max(shown.length for shown in self._shown) or last
        lowest = min(run.lowest_loss, run.loss_top / 10)
        self.loss.set_whole(WholeRun(last, run.loss_top, 0.0, first, lowest))
        self.accuracy.set_whole(WholeRun(last, 100.0, 0.0, first))
        self.rate.set_whole(WholeRun(last, run.rates.highest or 1.0, 0.0, first))

    # ------------------------------------------------------------------- zoom

    @Slot()
    def _on_scales_changed(self) -> None:
        log_x, log_y = self.tools.log_x.isChecked(), self.tools.log_y.isChecked()
        for chart in self._charts:
            chart.set_logarithmic(x=log_x, y=log_y and chart is self.loss)
        self.show_whole_run()
        self._show_values()

    @Slot()
    def _on_zoomed(self) -> None:
        for chart in self._charts:
            chart.follows = False
        self.tools.set_zoomed(True)

    @Slot()
    def show_whole_run(self) -> None:
        """Show the whole run, and follow it."""
        for chart in self._charts:
            chart.show_whole_run()
        self.tools.set_zoomed(False)

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
        """Show the values at the pointer, or the last ones without a pointer."""
        done = self.run.batch_loss.points()[0]
        x = float(done[nearest(done, self._pointer)]) if self._pointer is not None and len(done) else None
        for chart in self._charts:
            chart.set_crosshair(x)
            chart.show_values_at(x)
        newest = f"last: {self._place_in_words(float(done[-1]))}" if len(done) else ""
        self._write_place(newest if x is None else f"at {self._place_in_words(x)}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the label with the last epoch the size that a new font needs; never filters an event out."""
        if event.type() == QEvent.Type.FontChange:
            self._write_place(self.epoch_label.text())
        return False

    def _write_place(self, text: str) -> None:
        """Show the place; the label has a fixed size, because a new layout ten times a second would take long."""
        label, metrics = self.epoch_label, self.epoch_label.fontMetrics()
        needed = QSize(max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(WIDEST_PLACE)), metrics.height())
        if label.minimumSize() != needed:
            label.setFixedSize(needed)
        label.setText(text)

    def _place_in_words(self, x: float) -> str:
        if self.loss.whole.is_in_steps:
            return f"step {round(x * self.run.steps_per_epoch):,}"
        return f"epoch {x:.2f}"

    def _tell_screen_readers(self, done: EpochDone | None = None) -> None:
        self.setAccessibleName("Training curves")
        first = self.run.batch_loss.points()[1]
        if done is None or not len(first):
            self.setAccessibleDescription(f"No curves yet. {self.loss.empty_label.text()}")
            return
        summary = (
            f"After {done.epoch} of {counted_text(self.run.epochs, 'epoch')} the training loss went from "
            f"{first[0]:.3f} to {done.training_loss:.3f} and the training accuracy reached "
            f"{percent_text(done.training_accuracy or 0, 1)}."
        )
        if done.validation_loss is not None and done.validation_accuracy is not None:
            summary += (
                f" Validation loss {done.validation_loss:.3f}, accuracy {percent_text(done.validation_accuracy, 1)}."
            )
        self.setAccessibleDescription(summary)


def loss_text(loss: float) -> str:
    """A loss below 10^6 in at most six characters: three decimals, one more below 0.01, fewer for 100 or more."""
    if loss >= 100:
        return f"{loss:.0f}"
    return f"{loss:.3f}" if loss >= 0.01 else f"{loss:.4f}"
