"""The Train tab: settings at the left, curves and progress at the right."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout

from app.session.run_events import EarlierPart, RunState, StepsDone
from app.session.run_plan import EndedRun
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.tab import Tab
from app.tabs.train.charts.curves_view import CurvesView
from app.tabs.train.charts.fit_view import FitView
from app.tabs.train.charts.health_view import HealthScroll, HealthView
from app.tabs.train.run_clock import RunClock, ending_in_words
from app.tabs.train.run_controls import ProgressLine, RunButtons
from app.tabs.train.settings.collapsible_group import CollapsibleGroup
from app.tabs.train.settings.settings_panel import SettingsPanel
from nncore.data.curves import CurvePoints
from nncore.errors import SettingError
from nncore.experiments.run_log.log import RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.diagnosis.advice import Adviser
from nncore.training.diagnosis.hint import Hint
from nncore.training.events import Diverged, Finished, Started

READY = "Press Train, or Step for a single mini-batch."
CHANGED = f"The settings are changed. {READY}"
TRAINING = "Training; the learning rate can be changed meanwhile."
PAUSED = "Paused: Step takes one mini-batch, Resume goes on."


class TrainTab(Tab):
    """Asks for runs by its signals and shows what it is told by its slots; it knows no thread."""

    train_requested = Signal(NetworkSpec, TrainingConfig)
    """Start a run: a NetworkSpec and a TrainingConfig."""
    step_requested = Signal(NetworkSpec, TrainingConfig)
    """Take one mini-batch and wait: of a new run with this NetworkSpec and TrainingConfig, or of the present one."""
    train_on_requested = Signal(float, int, object, object)
    """Go on with the run that ended: learning rate; epochs, steps and seconds more, the last two perhaps None."""
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    learning_rate_changed = Signal(float)
    find_rate_requested = Signal(NetworkSpec, TrainingConfig)
    """Look for a learning rate for this NetworkSpec and TrainingConfig."""
    page_requested = Signal(str)
    """Show the page of the recipe of this name."""
    remedy_chosen = Signal(Hint)
    """The remedy of this Hint was applied, to the run or to the settings of the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.settings, self.buttons = SettingsPanel(), RunButtons()
        self.curves, self.progress = CurvesView(), ProgressLine()
        self._run: tuple[NetworkSpec, TrainingConfig] = self.settings.network.spec(), self.settings.config()
        self.health, self.fit = HealthView(), FitView()
        self._clock: RunClock | None = None
        self._adviser = Adviser(*self._run)
        self._hint: Hint | None = None
        self._points: CurvePoints | None = None
        self._asked: CurvePoints | None = None
        self._next: tuple[NetworkSpec, TrainingConfig, RunSettings | None] | None = None
        self._ended: EndedRun | None = None
        self._sentence = READY, False
        self._was_shown = False
        self.health_group = CollapsibleGroup("Health of the layers", self._scrolled_health())
        self.health_group.heading.setToolTip("Show or hide gradients, silent units and weights of each layer.")
        self._lay_out()
        self._connect()
        self._on_settings_changed()

    def focus(self) -> None:
        """Put the focus on the Train button, which the space bar presses."""
        self.buttons.train_button.setFocus()

    def _scrolled_health(self) -> QScrollArea:
        """The health of some layers; those of a deep network are scrolled to."""
        scroll = HealthScroll()
        scroll.setWidget(self.health)
        return scroll

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(GROUP_GAP)
        left.addWidget(self.settings, 1)
        left.addWidget(self.buttons)
        right.setSpacing(GAP)
        plots = QHBoxLayout()
        plots.setSpacing(GAP)
        plots.addWidget(self.curves, 1)
        plots.addWidget(self.fit, 1)
        right.addLayout(plots, 2)
        right.addWidget(self.fit.strip, 1)
        for part in (self.fit, self.fit.strip):
            part.hide()
        right.addWidget(self.health_group)
        right.addWidget(self.progress)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _connect(self) -> None:
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.learning_rate_changed.connect(self._on_learning_rate)
        self.settings.page_requested.connect(self.page_requested)
        self.settings.learning.find_requested.connect(self._on_find_rate)
        self.progress.remedy_chosen.connect(self._on_remedy)
        self.buttons.train_requested.connect(self._on_train)
        self.buttons.step_requested.connect(self._on_step)
        self.buttons.train_on_requested.connect(self._on_train_on)
        self.buttons.pause_requested.connect(self.pause_requested)
        self.buttons.resume_requested.connect(self.resume_requested)
        self.buttons.stop_requested.connect(self.stop_requested)

    # ---------------------------------------------------------------- requests

    @Slot()
    def _on_settings_changed(self) -> None:
        obstacle = self.settings.problem
        self.buttons.set_obstacle(obstacle)
        self._offer_train_on()
        if self.buttons.state is RunState.IDLE:
            sentence, trouble = (obstacle, True) if obstacle else self._sentence
            self.progress.show_message(sentence, trouble=trouble)
            with suppress(SettingError):  # said beside the field; the last points stay
                self._preview(self.settings.points())

    def _preview(self, points: CurvePoints | None) -> None:
        """Show the curve that the settings ask for, once it is another than before; until then that of the last run."""
        if not _same(points, self._asked):
            self._asked = points
            self.show_points(points)

    @Slot()
    def _on_find_rate(self) -> None:
        try:
            self.find_rate_requested.emit(self.settings.spec(), self.settings.config())
        except SettingError as problem:
            self.settings.learning.refuse_finding(str(problem))

    @Slot()
    def _on_train(self) -> None:
        if self._take_settings():
            self.train_requested.emit(*self._run)

    @Slot()
    def _on_step(self) -> None:
        if self.buttons.state is not RunState.IDLE or self._take_settings():
            self.step_requested.emit(*self._run)

    @Slot(object)
    def set_ended_run(self, ended: EndedRun | None) -> None:
        """Offer to go on with this run; None: there is none."""
        self._ended = ended
        self._offer_train_on()

    def _offer_train_on(self) -> None:
        """Say what training on would do with the learning rate and the limits entered now."""
        ended = self._ended
        if ended is None:
            self.buttons.offer_train_on("")
        elif not self.buttons.has_obstacle:
            config, done = self.settings.config(), ended.checkpoint.counters["epochs_done"]
            more = f"{config.epochs:,} epoch{'' if config.epochs == 1 else 's'} more"
            self.buttons.offer_train_on(
                f"Train on: {more}, rate {config.learning_rate:g}",
                f"Go on with {ended.name} where it stopped, after {done:,} epochs, with this learning rate and so many "
                "epochs more; all else stays as it was in that run.",
            )

    @Slot()
    def _on_train_on(self) -> None:
        """Go on with the run that ended, whose settings are shown again but for those that may change."""
        if self._ended is None:
            return
        try:
            wanted = self.settings.config()
        except SettingError as problem:
            self.progress.show_message(str(problem), trouble=True)
            return
        ended = self._ended.checkpoint
        changed = {name: getattr(wanted, name) for name in ("learning_rate", "epochs", "steps", "seconds")}
        self.settings.set_values(ended.spec, replace(ended.config, **changed), self._ended.settings)
        self._take_settings()
        self.train_on_requested.emit(wanted.learning_rate, wanted.epochs, wanted.steps, wanted.seconds)

    @Slot(float)
    def _on_learning_rate(self, rate: float) -> None:
        self._adviser.learning_rate = rate  # what was set: a schedule may make a step's rate a small part of it
        if self._hint is not None and self._hint.only_rate:
            self._show_hint(None)
        self.learning_rate_changed.emit(rate)

    def _take_settings(self) -> bool:
        """Fix the settings of a new run; False if they will not do, which is then said where they stand."""
        try:
            self._run = self.settings.spec(), self.settings.config()
        except SettingError as problem:
            self.progress.show_message(str(problem), trouble=True)
            return False
        self._adviser = Adviser(*self._run)
        self._show_hint(None)
        return True

    def show_points(self, points: CurvePoints | None) -> None:
        """Show the points that a run fits a curve to, for fits to come; None hides them. The same ones keep the fit."""
        if _same(points, self._points):
            return
        if (points is None) != (self._points is None):
            self.curves.set_classes(points is None)
            for part in (self.fit, self.fit.strip):
                part.setVisible(points is not None)
        self._points = points
        if points is not None:
            self.fit.set_points(points)

    def set_settings(self, spec: NetworkSpec, config: TrainingConfig, run: RunSettings | None = None) -> None:
        """Show these settings, on the examples of `run` if one is given; while a run goes on, when it has ended."""
        if self.buttons.state is RunState.IDLE:
            self.settings.set_values(spec, config, run)
            self._show_hint(None)
            self._conclude(CHANGED, trouble=False)
        else:
            self._next = spec, config, run

    # ----------------------------------------------------------------- advice

    def _show_hint(self, hint: Hint | None) -> None:
        """Say this hint from now on, and offer its remedy; None: there is nothing to say."""
        self._hint = hint
        self.progress.offer(hint.remedy if hint else "", self._remedy_tip(hint))

    def _remedy_tip(self, hint: Hint | None) -> str:
        if hint is None:
            return ""
        if self.buttons.state is RunState.IDLE:
            return "Change the settings so; then press Train."
        return (
            "Apply this at once." if hint.only_rate else "Stop this run, and change the settings so for the next one."
        )

    @Slot()
    def _on_remedy(self) -> None:
        """Apply the remedy offered: to the run if it is but a learning rate, otherwise to the settings after it."""
        hint = self._hint
        if hint is None:
            return
        self._show_hint(None)
        if self.buttons.state is RunState.IDLE:
            self._apply_when_idle(hint)
        elif hint.only_rate:
            self.settings.learning.enter_rate(hint.settings["learning_rate"])
            self._say_how_it_goes()
        else:
            self.set_settings(*hint.apply(*self._run))
            self.stop_requested.emit()
        self.remedy_chosen.emit(hint)

    def _apply_when_idle(self, hint: Hint) -> None:
        try:
            settings = hint.apply(self.settings.spec(), self.settings.config())
        except SettingError:  # they were edited since; those of the run were sound
            settings = hint.apply(*self._run)
        self.settings.set_values(*settings)
        self._conclude(f"{hint.remedy}: done. {READY}", trouble=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the focus when shown first, so that the space bar trains and is not typed into a field."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Train or pause on the space bar, when no field or button has taken it for itself."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.buttons.train_button.click()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ events

    @Slot(object)
    def set_run_state(self, state: RunState) -> None:
        """Offer and say what fits the state of the run."""
        was_idle = self.buttons.state is RunState.IDLE
        self.buttons.set_state(state)
        if state is RunState.IDLE:
            self.settings.set_running(False)
            self.progress.show_ended()
            if self._next is not None:
                self.settings.set_values(*self._next)
                self._sentence = CHANGED, False
                self._next = None
            self._show_hint(self._hint)
            self._on_settings_changed()
            return
        if was_idle:
            self.settings.set_running(True)
            self._sentence = READY, False
        self._say_how_it_goes()

    @Slot(object)
    def run_started(self, started: Started) -> None:
        """A run begins."""
        self._clock = RunClock(started)
        self.curves.begin(started)
        if self._points is not None and not started.samples_done:
            self.fit.set_points(self._points)
        self.health.clear()
        self.progress.show_progress(self._clock.progress, now=True)

    @Slot(object)
    def show_earlier(self, part: EarlierPart) -> None:
        """The run that has just begun goes on from here."""
        self.curves.add_earlier(part)

    @Slot(object)
    def steps_done(self, done: StepsDone) -> None:
        """Some steps were taken, and perhaps epochs: show the layers' health after them, and say what seems wrong."""
        if self._clock is None:
            return
        if len(done.steps):
            self._clock.add_steps(done)
            self.curves.add_steps(done.steps / self._clock.steps_per_epoch, done.losses, done.accuracies)
        self.curves.add_epochs(done.epochs)
        if done.epochs:
            self._clock.add_epoch(done.epochs[-1])
            for epoch in done.epochs:
                self.health.show_health(epoch.health)
                hint = self._adviser.after_epoch(epoch)
            if self._next is None:  # what was seen after a remedy was chosen is cured by it already
                self._show_hint(hint)
            self._say_how_it_goes()
        at_once = bool(done.epochs) or self.buttons.state is RunState.PAUSED
        self.progress.show_progress(self._clock.progress, now=at_once)

    @Slot(object)
    def run_diverged(self, diverged: Diverged) -> None:
        """The run is over, badly."""
        hint = self._adviser.after_divergence(diverged)
        self._show_hint(hint)
        self._conclude(hint.sentence, trouble=True)

    @Slot(object)
    def run_finished(self, finished: Finished) -> None:
        """The run is over; what seems wrong is said still."""
        hint = self._hint.sentence if self._hint else ""
        self._conclude(f"{ending_in_words(finished)} {hint}".rstrip(), trouble=bool(hint))

    @Slot(str)
    def run_failed(self, sentence: str) -> None:
        """The run could not begin, or go on, because of what `sentence` says."""
        self._conclude(sentence, trouble=True)

    def _conclude(self, sentence: str, *, trouble: bool) -> None:
        self._sentence = sentence, trouble
        self._on_settings_changed()

    def _say_how_it_goes(self) -> None:
        match self.buttons.state:
            case RunState.STARTING:
                self.progress.show_message("Starting …")
            case RunState.STOPPING:
                self.progress.show_message("Stopping after the present mini-batch …")
            case RunState.PAUSED:
                self.progress.show_message(PAUSED)
            case RunState.RUNNING:
                self.progress.show_message(self._hint.sentence if self._hint else TRAINING, trouble=bool(self._hint))


def _same(points: CurvePoints | None, others: CurvePoints | None) -> bool:
    return others is None if points is None else points.same_as(others)
