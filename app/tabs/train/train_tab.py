"""The Train tab: settings on the left, curves and progress on the right."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.session.curve_fit import Fit
from app.session.loaded_model import RunOutcome
from app.session.run_events import PreviousPart, RunState, StepsDone
from app.session.run_plan import EndedRun
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.tab import Tab
from app.tabs.train.advice import Advice
from app.tabs.train.charts.run_charts import RunCharts, same_points
from app.tabs.train.outcome_bar import OutcomeBar
from app.tabs.train.run_clock import RunClock, end_message
from app.tabs.train.run_controls import ProgressLine, RunButtons
from app.tabs.train.setting_changes import Settings, difference
from app.tabs.train.settings.settings_keeper import SettingsKeeper
from app.tabs.train.settings.settings_panel import SettingsPanel
from app.widgets.focus_order import visit_in_order
from app.widgets.layouts.scroll_page import ScrollPage
from nncore.data.curves import CurvePoints
from nncore.errors import SettingError
from nncore.experiments.run_log.log import RunSettings
from nncore.files.model_file import Model
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import counted_text, decimal_text
from nncore.training import TrainingConfig
from nncore.training.events import Diverged, Finished, Started

if TYPE_CHECKING:
    from app.tabs.train.charts.curves_view import CurvesView
    from app.tabs.train.pinned_drawing import PinnedDrawing

READY_MESSAGE = "Press Train, or Step to train one mini-batch."
SETTINGS_CHANGED = f"The settings have changed. {READY_MESSAGE}"
OTHER_SETTINGS = (
    "The {} shown is not that of this run. To train the run further, select it in the Runs tab and press “Continue”."
)
TRAINING_MESSAGE = "Training. You can change the learning rate during the run."
PAUSED = "Paused. Step trains one mini-batch, and Resume continues."


class _ShownSettings(NamedTuple):
    """Settings to show when the run has ended. run: the logged run from which they come, or None."""

    spec: NetworkSpec
    config: TrainingConfig
    run: RunSettings | None


class TrainTab(Tab):
    """Requests runs by signals and shows their events in its slots; it uses no threads."""

    train_requested = Signal(NetworkSpec, TrainingConfig)
    """Start a run: a NetworkSpec and a TrainingConfig."""
    step_requested = Signal(NetworkSpec, TrainingConfig)
    """Train one mini-batch of a new run with this NetworkSpec and TrainingConfig, or of the current run, and pause."""
    train_further_requested = Signal(float, int, object, object)
    """Continue the ended run: learning rate; more epochs, steps and seconds, the last two may be None."""
    pause_requested = Signal()
    """Pause the run after its current step."""
    resume_requested = Signal()
    """End the pause."""
    stop_requested = Signal()
    """Stop the run; it counts as ended."""
    learning_rate_changed = Signal(float)
    """The learning rate that the run in progress uses from its next step on."""
    find_rate_requested = Signal(NetworkSpec, TrainingConfig)
    """Find a learning rate for this NetworkSpec and TrainingConfig."""
    page_requested = Signal(str)
    """Show the page of the recipe with this name."""
    curves_painting = Signal()
    """The charts are about to be painted with new points."""
    unpin_requested = Signal()
    """Remove the pinned drawing."""
    error_message = Signal(str)
    """One sentence: why the settings could not be saved."""

    def __init__(self) -> None:
        super().__init__()
        self.settings, self.buttons = SettingsPanel(), RunButtons()
        self.progress = ProgressLine(self)
        self.outcome_bar = OutcomeBar()
        self.advice = Advice(self.settings, self.progress, self.buttons, self)
        self.charts = RunCharts()
        self.charts.control_before = self.buttons
        self._clock: RunClock | None = None
        self._previewed_points: CurvePoints | None = None
        self._next_settings: _ShownSettings | None = None
        self._ended_run: EndedRun | None = None
        self._message = READY_MESSAGE, False
        self._has_been_shown = False
        self._keeper: SettingsKeeper | None = None
        self._page = QHBoxLayout()
        self._lay_out()
        visit_in_order(self.buttons, self.charts, self.progress.message, self.outcome_bar)
        self._connect()
        self._on_settings_changed()

    def focus(self) -> None:
        """Put the focus on the button that the space bar presses."""
        self.buttons.main_button.setFocus()

    def keep_settings(self, path: Path) -> None:
        """Show the settings of an earlier start, which are in the file `path`, and save changed ones in it."""
        self._keeper = SettingsKeeper(self.settings, path, self)
        self._keeper.failed.connect(self.error_message)

    def finish(self) -> bool:
        """Save the settings and wait for it; False if that takes too long."""
        return self._keeper is None or self._keeper.finish()

    def complete(self) -> None:
        """Build the charts."""
        _ = self.curves

    @property
    def curves(self) -> CurvesView:
        """The charts of loss, accuracy and learning rate."""
        return self.charts.curves

    @cached_property
    def pinned(self) -> PinnedDrawing:
        """The pinned drawing and its bars, beside the charts; built when a drawing is pinned for the first time."""
        from app.tabs.train.pinned_drawing import PinnedDrawing

        pinned = PinnedDrawing()
        pinned.removed.connect(self.unpin_requested)
        self._page.addWidget(pinned)
        return pinned

    @Slot(object)
    def pin_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Show this drawing (28, 28) beside the charts; None shows none."""
        if image is not None:
            self.pinned.set_drawing(image)
            self.pinned.show()
        elif "pinned" in vars(self):
            self.pinned.hide()

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(GROUP_GAP)
        left.addWidget(self.settings, 1)
        left.addWidget(self.buttons)
        right.setSpacing(GAP)
        self._page.setSpacing(GAP)
        self._page.addWidget(ScrollPage(self.charts), 1)
        right.addLayout(self._page, 1)
        right.addWidget(self.progress)
        right.addWidget(self.outcome_bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _connect(self) -> None:
        self.charts.painting.connect(self.curves_painting)
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.learning_rate_changed.connect(self._on_learning_rate)
        self.settings.page_requested.connect(self.page_requested)
        self.settings.learning.find_requested.connect(self._on_find_rate)
        self.settings.recipes.chosen.connect(self._forget_last_run)
        self.advice.stop_requested.connect(self.stop_requested)
        self.advice.settings_changed.connect(self._on_remedy)
        self.buttons.train_requested.connect(self._on_train)
        self.buttons.step_requested.connect(self._on_step)
        self.buttons.train_further_requested.connect(self._on_train_further)
        self.buttons.pause_requested.connect(self.pause_requested)
        self.buttons.resume_requested.connect(self.resume_requested)
        self.buttons.stop_requested.connect(self.stop_requested)

    # ---------------------------------------------------------------- requests

    @Slot()
    def _on_settings_changed(self) -> None:
        obstacle = self.settings.problem
        self.buttons.set_obstacle(obstacle)
        self._offer_train_further()
        if self.buttons.state is RunState.IDLE:
            sentence, is_error = (obstacle, True) if obstacle else self._message
            self.progress.show_message(sentence, is_error=is_error)
            with suppress(SettingError):  # shown at the field; the last points stay
                self._preview(self.settings.points())

    def _preview(self, points: CurvePoints | None) -> None:
        """Show the points of the settings if they changed; otherwise those of the last run stay."""
        if not same_points(points, self._previewed_points):
            self._previewed_points = points
            self.charts.show_points(points)

    @Slot()
    def _on_find_rate(self) -> None:
        try:
            self.find_rate_requested.emit(self.settings.spec(), self.settings.config())
        except SettingError as problem:
            self.settings.learning.show_finding_error(str(problem))

    @Slot()
    def _on_train(self) -> None:
        if (run := self._valid_settings()) is not None:
            self.train_requested.emit(*run)

    @Slot()
    def _on_step(self) -> None:
        run = self._valid_settings() if self.buttons.state is RunState.IDLE else self.advice.run
        if run is not None:
            self.step_requested.emit(*run)

    @Slot(object)
    def set_ended_run(self, ended: EndedRun | None) -> None:
        """Offer to train this run further; None removes the offer."""
        self._ended_run = ended
        self._offer_train_further()

    def _offer_train_further(self) -> None:
        """Offer to train the ended run further while the settings shown are those of that run."""
        ended = self._ended_run
        if ended is None:
            self.buttons.offer_train_further("")
        elif not self.buttons.has_obstacle:
            entered = self.settings.config()
            more = counted_text(entered.epochs, "more epoch")
            differs = difference(self.settings.run_settings(), ended.settings)
            self.buttons.offer_train_further(
                ended.title,
                f"Train further from {ended.title}, for {more} with the rate {decimal_text(entered.learning_rate, 6)}.",
                OTHER_SETTINGS.format(differs) if differs else "",
            )

    @Slot()
    def _on_train_further(self) -> None:
        """Train the ended run further with the learning rate and limits entered now."""
        if self._ended_run is not None and (run := self._valid_settings()) is not None:
            _, entered = run
            self.train_further_requested.emit(entered.learning_rate, entered.epochs, entered.steps, entered.seconds)

    @Slot(float)
    def _on_learning_rate(self, rate: float) -> None:
        self.advice.set_learning_rate(rate)
        self.learning_rate_changed.emit(rate)

    def _valid_settings(self) -> Settings | None:
        """The settings of the form, for a new run; None after showing an error if one is invalid."""
        try:
            return self.settings.spec(), self.settings.config()
        except SettingError as problem:
            self.progress.show_message(str(problem), is_error=True)
            return None

    def begin_run(self, run: Settings, points: CurvePoints | None) -> None:
        """A run with these settings is about to start. points: the curve that it fits, None for digits."""
        self.advice.begin(run)
        self.charts.show_points(points)

    def choose_recipe(self, name: str) -> None:
        """Show the settings of the recipe `name`."""
        self.settings.choose_recipe(name)
        self._forget_last_run()

    @Slot()
    def _forget_last_run(self) -> None:
        """Another recipe was chosen: hint and message were about the run before."""
        self.advice.show_hint(None)
        self._set_message(READY_MESSAGE, is_error=False)

    def set_settings(self, spec: NetworkSpec, config: TrainingConfig, run: RunSettings | None = None) -> None:
        """Show these settings, with the examples of `run` if given; during a run, after it has ended."""
        if self.buttons.state is RunState.IDLE:
            self.settings.set_values(spec, config, run)
            self.advice.show_hint(None)
            self._set_message(SETTINGS_CHANGED, is_error=False)
        else:
            self._next_settings = _ShownSettings(spec, config, run)

    @Slot(str)
    def _on_remedy(self, changes: str) -> None:
        self._set_message(f"Changed: {changes}. {READY_MESSAGE}", is_error=False)

    def show_outcome(self, outcome: RunOutcome | None, in_use: Model | None, *, is_taught: bool = False) -> None:
        """Show which model is in use, and what the run that has ended has brought; see `OutcomeBar.show_models`."""
        is_running = self.buttons.state is not RunState.IDLE
        self.outcome_bar.show_models(outcome, in_use, is_running=is_running, is_taught=is_taught)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the focus when first shown, so that the space bar starts a training."""
        super().showEvent(event)
        if not self._has_been_shown:
            self._has_been_shown = True
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Train or pause on the space bar, if no field or button handled it."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.buttons.main_button.click()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ events

    @Slot(object)
    def set_run_state(self, state: RunState) -> None:
        """Adapt buttons, settings and message to the state of the run."""
        was_idle = self.buttons.state is RunState.IDLE
        self.buttons.set_state(state)
        if state is RunState.IDLE:
            self.curves.end()
            self.charts.set_running(is_running=False)
            self.settings.set_running(False)
            self.progress.show_ended()
            if self._next_settings is not None:
                self.settings.set_values(*self._next_settings)
                self._message = SETTINGS_CHANGED, False
                self._next_settings = None
            self.advice.end_run()
            self.charts.health.end_run()
            self._on_settings_changed()
            return
        if was_idle:
            self.settings.set_running(True)
            self.charts.set_running(is_running=True)
            self._message = READY_MESSAGE, False
        self._show_state()

    @Slot(object)
    def show_fit(self, fit: Fit) -> None:
        """Draw the current fit of a curve."""
        self.charts.fit.show_fit(fit)

    @Slot(object)
    def run_started(self, started: Started) -> None:
        """Show that a run begins."""
        self._clock = RunClock(started)
        self.charts.begin(started)
        self.progress.show_progress(self._clock.progress, now=True)

    @Slot(object)
    def show_previous_part(self, part: PreviousPart) -> None:
        """Show the earlier part of a continued run."""
        self.curves.add_previous_part(part)

    @Slot(object)
    def steps_done(self, done: StepsDone) -> None:
        """Show finished steps and epochs, the health of the layers, and hints."""
        if self._clock is None:
            return
        if len(done.steps):
            self._clock.add_steps(done)
            self.curves.add_steps(done)
        self.curves.add_epochs(done.epochs)
        if done.epochs:
            self._clock.add_epoch(done.epochs[-1])
            for epoch in done.epochs:
                self.charts.health.show_health(epoch.health)
                self.advice.after_epoch(epoch)
            self._show_state()
        at_once = bool(done.epochs) or self.buttons.state is RunState.PAUSED
        self.progress.show_progress(self._clock.progress, now=at_once)

    @Slot(object)
    def run_diverged(self, diverged: Diverged) -> None:
        """Show that the run diverged, and a remedy."""
        self.curves.show_divergence(diverged)
        self._set_message(self.advice.after_divergence(diverged).sentence, is_error=True)

    @Slot(object)
    def run_finished(self, finished: Finished) -> None:
        """Show the result of the run, and a remaining hint."""
        hint = self.advice.hint.sentence if self.advice.hint else ""
        self._set_message(f"{end_message(finished)} {hint}".rstrip(), is_error=bool(hint))

    @Slot(str)
    def run_failed(self, sentence: str) -> None:
        """Show why the run could not start or continue."""
        self._set_message(sentence, is_error=True)

    def _set_message(self, sentence: str, *, is_error: bool) -> None:
        self._message = sentence, is_error
        self._on_settings_changed()

    def _show_state(self) -> None:
        match self.buttons.state:
            case RunState.STARTING:
                self.progress.show_message("Starting …")
            case RunState.STOPPING:
                self.progress.show_message("Stopping after the current mini-batch …")
            case RunState.PAUSED:
                self.progress.show_message(PAUSED)
            case RunState.RUNNING:
                hint = self.advice.hint
                self.progress.show_message(hint.sentence if hint else TRAINING_MESSAGE, is_error=hint is not None)
