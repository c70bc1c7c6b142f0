"""The dialog of a sweep: values for some settings, the number of runs, and a comparison of the runs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background.task_queue import CLOSE_TIMEOUT_MILLISECONDS
from app.dialogs.help.help_keys import add_help_keys
from app.dialogs.sweep.kept_values import KeptValues
from app.dialogs.sweep.parallel_plot import ParallelPlot
from app.dialogs.sweep.sweep_estimate import SweepEstimate
from app.dialogs.sweep.sweep_plot import PARAMETERS, TIME, SweepPlot
from app.dialogs.sweep.sweep_thread import SweepRequest, SweepThread
from app.dialogs.sweep.values import DIALOG_SETTINGS, read_values
from app.storage.run_process import machine_description
from app.style.theme import GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import column_of, row_of, text_label, without_margins
from app.widgets.form import Form, HintedEdit
from app.widgets.layouts.vertical_scroll import VerticalScroll
from app.widgets.start_stop import StartStopButtons
from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import RunSettings
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, grid
from nncore.reporting.number_text import about_duration_text, counted_text, duration_text

ALL_SETTINGS = "all"
STOP_QUESTION = "The sweep is running. Stop it and close the dialog? Finished runs stay in the log."
DATA_IS_READ = "The data is still being read."
NO_RUNS_YET = "There is no run to train. Correct the values above."
TITLE_BAR = 40
"""Maximum height of a window's title bar in pixels."""


class SweepDialog(QDialog):
    """Trains the runs of a sweep in worker processes, and compares them.

    `run_logged` carries the number of each run in the log. Closing the dialog stops the sweep and waits for it.
    """

    run_logged = Signal(int)

    def __init__(
        self,
        base: RunSettings,
        data: Splits | None,
        log: Path | None,
        parent: QWidget | None = None,
        values: Path | None = None,
    ) -> None:
        """base: the settings to vary, on the part of `data` that its recipe uses; log: the log of runs.

        values: the file that keeps the typed values for the next time; None to keep none.
        """
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        add_help_keys(self, "runs")
        self._base = base
        self._data = data
        self._log = log
        self._thread: SweepThread | None = None
        self._jobs: list[SweepJob] = []
        self._estimate = SweepEstimate(self)
        self._estimate.estimated.connect(self._show_count)
        self.results: list[SweepResult] = []
        self.form = Form()
        self.count = QLabel()
        self.problem = text_label(style="error")
        self.entries = {setting: HintedEdit() for setting in DIALOG_SETTINGS}
        self.kept_values = KeptValues(self.entries, values)
        self.x_axis_choice, self.plot = QComboBox(), SweepPlot(self._measure.capitalize())
        self.parallel, self.plots = ParallelPlot(self._measure.capitalize()), QStackedWidget()
        self._stop_is_confirmed = self._is_stopping = False
        self.progress, self.state_label = QProgressBar(), text_label(style="quiet")
        self.buttons = _run_and_stop_buttons()
        self.buttons.start_requested.connect(self._start)
        self.buttons.stop_requested.connect(self._stop)
        self._lay_out()
        self._read_entries()
        self._list_axis_choices()
        self._show_running(False)
        next(iter(self.entries.values())).setFocus()

    @classmethod
    def deleted_on_close(
        cls, base: RunSettings, data: Splits | None, log: Path | None, parent: QWidget, values: Path
    ) -> SweepDialog:
        """Create a dialog that is deleted when it is closed."""
        dialog = cls(base, data, log, parent, values)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _lay_out(self) -> None:
        self._set_up_widgets()
        explanation = text_label("Enter several values separated by spaces. Every combination is one run.", "quiet")
        entries, column = QWidget(), column_of(explanation, self.kept_values, self.form, self.count, self.problem)
        column.addStretch(1)
        entries.setLayout(column)
        left = column_of(VerticalScroll(entries))
        for widget in (self.state_label, self.progress, self.buttons):
            left.addWidget(widget)
        label = QLabel(f"{self._measure} against")
        label.setBuddy(self.x_axis_choice)
        above = row_of(label, self.x_axis_choice)
        above.addStretch(1)
        right = without_margins(QVBoxLayout())
        right.addLayout(above)
        for plot in (self.plot, self.parallel):
            self.plots.addWidget(plot)
        right.addWidget(self.plots, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(PAGE_MARGIN)
        layout.addLayout(left, 2)
        layout.addLayout(right, 3)
        screen, line = self.screen().availableGeometry(), self.fontMetrics().height()
        self.resize(min(62 * line, screen.width()), min(35 * line, screen.height() - TITLE_BAR))

    def _set_up_widgets(self) -> None:
        for setting, entry in self.entries.items():
            entry.setPlaceholderText(f"{self._present_value(setting)} (current)")
            row = DIALOG_SETTINGS[setting]
            examples = row.examples or " ".join(row.choices)
            self.form.add(setting, row.label, entry, f"{row.help} Values such as {examples}.")
            entry.textChanged.connect(self._read_entries)
        self.kept_values.failed.connect(self._show_problem)
        self.count.setProperty("value", True)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Progress of the sweep")
        self.x_axis_choice.setAccessibleName(f"{self._measure.capitalize()} against")
        self.x_axis_choice.setToolTip(
            "Horizontal axis: a setting, the training time, the number of parameters, or all "
            "settings: one axis each, and one line per run."
        )
        self.x_axis_choice.currentIndexChanged.connect(self._update_plot)

    @property
    def _measure(self) -> str:
        """The measure that compares the runs: "loss" for a curve, otherwise "accuracy"."""
        recipe = RECIPES.get(self._base.recipe)
        return "loss" if recipe is not None and recipe.fits_a_curve else "accuracy"

    def _present_value(self, setting: str) -> str:
        """The value of a setting outside the sweep."""
        spec = self._base.spec
        if setting == "hidden":
            return DIALOG_SETTINGS[setting].in_words(spec.widths[1:-1]) if spec.is_dense else "as in the network"
        if setting == "activation":
            return next(
                (str(function) for layer in spec.layers if (function := getattr(layer, "function", ""))), "none"
            )
        return DIALOG_SETTINGS[setting].in_words(getattr(self._base.config, setting))

    # ---------------------------------------------------------------- settings

    @Slot()
    def _read_entries(self) -> None:
        """Read the values; show the number of runs, or the problem of an invalid value."""
        problems: dict[str, SettingError] = {}
        self._jobs = []
        try:
            values = read_values({setting: entry.text() for setting, entry in self.entries.items()})
            self._jobs = grid(self._base.spec, self._base.config, values)
        except SettingError as problem:
            problems[problem.field] = problem
        self.form.show_problems(problems)
        other = [str(problem) for field, problem in problems.items() if field not in self.entries]
        self._show_problem(other[0] if other else "")
        self._show_count()
        self._request_estimate()
        self._show_running(self._thread is not None)

    @Slot(float)
    def _show_count(self, seconds: float | None = None) -> None:
        """Show the number of runs, and how many seconds they take if that is known."""
        runs = len(self._jobs)
        count = counted_text(runs, "run") if runs else "no runs"
        self.count.setText(count if seconds is None else f"{count}, {about_duration_text(seconds)}")

    def _request_estimate(self) -> None:
        self._estimate.cancel()
        if self._jobs and self._data is not None and self._thread is None:
            with suppress(SettingError):  # too few images: Run reports it
                self._estimate.request(self._jobs, *self._examples())

    def set_data(self, data: Splits | None) -> None:
        """Use `data` for the next sweep."""
        self._data = data
        self._request_estimate()
        self._show_running(self._thread is not None)

    # --------------------------------------------------------------------- run

    @Slot()
    def _stop(self) -> None:
        if self._thread is not None:
            self._thread.stop()
            self._is_stopping = True
            self.state_label.setText("Stopping …")
            self._show_running(True)

    @Slot()
    def _start(self) -> None:
        try:
            data, fraction = self._examples()
        except SettingError as problem:
            self._show_problem(str(problem))
            return
        base = self._base
        settings = replace(
            base, name=base.name or "sweep", data=data.training.source, machine=base.machine or machine_description(),
            validation_fraction=fraction,
        )  # fmt: skip
        self._estimate.cancel()
        self.results = []
        self._list_axis_choices()
        self._show_problem("")
        self._thread = thread = SweepThread(SweepRequest(self._jobs, data, settings, self._log), self)
        thread.progressed.connect(self._show_progress)
        thread.run_ended.connect(self._add_result)
        thread.failed.connect(self._show_problem)
        thread.not_logged.connect(self._show_problem)
        thread.finished.connect(self._on_finished)
        self._show_running(True)
        self.state_label.setText("Starting …")
        thread.start()

    def _examples(self) -> tuple[Splits, float]:
        """The data that the recipe uses, and the fraction to hold out; raises SettingError for too few images."""
        assert self._data is not None
        recipe = RECIPES.get(self._base.recipe)
        if recipe is None:
            return self._data, self._base.validation_fraction
        if not recipe.fits_a_curve:
            return recipe.chosen(self._data), self._base.validation_fraction
        learns_numbers = self._data is not None and not self._data.training.class_names
        return self._data if learns_numbers else recipe.chosen(), 0.0

    @Slot(object)
    def _show_progress(self, progress: SweepProgress) -> None:
        self.progress.setValue(round(1000 * progress.fraction))
        left = progress.seconds_left
        rest = "" if left is None else f", {duration_text(left)} left"
        self.state_label.setText(f"{progress.done} of {progress.jobs} runs{rest}")

    @Slot(object, int)
    def _add_result(self, result: SweepResult, number: int) -> None:
        self.results.append(result)
        if result.state in ("failed", "diverged"):
            self._show_problem(f"{result.job.name}: {result.problem}")
        self._update_plot()
        if number:
            self.run_logged.emit(number)

    @Slot()
    def _on_finished(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
            self._thread = None
        self._is_stopping = False
        ends = [result.state for result in self.results]
        counts = ", ".join(f"{ends.count(state)} {state}" for state in dict.fromkeys(ends))
        best = f". Best: {self.plot.best_in_words}" if len(ends) > 1 and self.plot.best_in_words else ""
        self.state_label.setText(f"{counts}{best}." if counts else "No run was finished.")
        self._show_running(False)

    @Slot(str)
    def _show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _show_running(self, is_running: bool) -> None:
        for each in (*self.entries.values(), self.kept_values.button):
            each.setEnabled(not is_running)
        self.progress.setVisible(is_running)
        obstacle = DATA_IS_READ if self._data is None else "" if self._jobs else NO_RUNS_YET
        self.buttons.show_state(is_busy=is_running, obstacle=obstacle, is_stopping=self._is_stopping)

    # -------------------------------------------------------------------- plot

    def _list_axis_choices(self) -> None:
        """List the choices for the horizontal axis: the settings that vary, time, and number of parameters."""
        settings = self._jobs[0].settings if self._jobs else ()  # values from last time may be invalid
        varied = [name for name, _ in settings if len({dict(j.settings)[name] for j in self._jobs}) > 1]
        self.x_axis_choice.blockSignals(True)
        self.x_axis_choice.clear()
        for name in varied:
            self.x_axis_choice.addItem(DIALOG_SETTINGS[name].label, name)
        self.x_axis_choice.addItem("training time", TIME)
        self.x_axis_choice.addItem("parameters", PARAMETERS)
        if len(varied) > 1:
            self.x_axis_choice.addItem("all settings", ALL_SETTINGS)
        self.x_axis_choice.blockSignals(False)
        self._update_plot()

    @Slot()
    def _update_plot(self) -> None:
        against = self.x_axis_choice.currentData() or TIME
        shows_all = against == ALL_SETTINGS
        self.plots.setCurrentWidget(self.parallel if shows_all else self.plot)
        self.plot.show_results(self.results, TIME if shows_all else against)
        self.parallel.show_results(self.results)

    # ------------------------------------------------------------------- close

    def finish(self) -> bool:
        """Save the values, stop the sweep and wait for it; False if it does not end in time."""
        finished = [self.kept_values.finish(), self._estimate.finish()]
        if self._thread is not None:
            self._thread.stop()
            finished.append(self._thread.wait(2 * CLOSE_TIMEOUT_MILLISECONDS))
        return all(finished)

    def _ask_to_stop(self) -> None:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(QMessageBox.Icon.Question, "Sweep", STOP_QUESTION, buttons.Yes | buttons.Cancel, self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.button(buttons.Yes).setText("&Stop and close")
        box.button(buttons.Yes).setToolTip("Stop the sweep; the finished runs are kept.")
        box.button(buttons.Cancel).setToolTip("Go on with the sweep.")
        add_help_keys(box, "runs")
        box.accepted.connect(self._stop_and_close)
        box.open()

    @Slot()
    def _stop_and_close(self) -> None:
        self._stop_is_confirmed = True
        self.reject()

    def reject(self) -> None:
        """Close, on Escape or with the button of the window, after a question if the sweep is running."""
        if self._thread is not None and not self._stop_is_confirmed:
            self._ask_to_stop()
        elif self.finish():
            super().reject()


def _run_and_stop_buttons() -> StartStopButtons:
    run = QPushButton("&Run")
    run.setProperty("primary", True)
    purposes = (
        "Train these runs, one on each core at a time, and log them.",
        "Stop all runs; finished runs are kept.",
    )
    return StartStopButtons(
        run, QPushButton("&Stop"), purposes=purposes, idle="No sweep is running.", busy="The sweep is running."
    )
