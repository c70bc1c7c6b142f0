"""The Train tab: settings at the left, curves and progress at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.train.advice import hint_if_guessing, verdict
from app.train.curves_view import CurvesView
from app.train.run_clock import RunClock
from app.train.run_controls import ProgressLine, RunButtons, RunState
from app.train.settings_panel import SettingsPanel
from app.training_thread import StepsDone
from nncore.errors import SettingError
from nncore.network import NetworkSpec
from nncore.training import Diverged, EpochDone, Finished, Started, TrainingConfig

READY = "Press Train, or Step for a single mini-batch."
TRAINING = "Training; the learning rate can be changed meanwhile."
PAUSED = "Paused: Step takes one mini-batch, Resume goes on."


class TrainTab(QWidget):
    """Asks for runs by its signals and shows what it is told by its slots; it knows no thread."""

    train_requested = Signal(object, object)
    """Start a run: a NetworkSpec and a TrainingConfig."""
    step_requested = Signal(object, object)
    """Take one mini-batch and wait: of a new run with this NetworkSpec and TrainingConfig, or of the present one."""
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    learning_rate_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.settings, self.buttons = SettingsPanel(), RunButtons()
        self.curves, self.progress = CurvesView(), ProgressLine()
        self._obstacle = ""
        self._run: tuple[NetworkSpec, TrainingConfig] = self.settings.network.spec(), self.settings.config()
        self._clock: RunClock | None = None
        self._learning_rate = 0.0
        self._paused = False
        self._hint = ""
        self._sentence = READY, False
        self._was_shown = False
        self._lay_out()
        self._connect()
        self._on_settings_changed()

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(GROUP_GAP)
        left.addWidget(self.settings, 1)
        left.addWidget(self.buttons)
        right.setSpacing(GAP)
        right.addWidget(self.curves, 1)
        right.addWidget(self.progress)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _connect(self) -> None:
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.learning_rate_changed.connect(self.learning_rate_changed)
        self.buttons.train_requested.connect(self._on_train)
        self.buttons.step_requested.connect(self._on_step)
        self.buttons.pause_requested.connect(self.pause_requested)
        self.buttons.resume_requested.connect(self.resume_requested)
        self.buttons.stop_requested.connect(self._on_stop)

    # ---------------------------------------------------------------- requests

    def set_obstacle(self, reason: str) -> None:
        """Let no run begin because of `reason`, a sentence such as that the data is being read; empty: none."""
        self._obstacle = reason
        self._on_settings_changed()

    @Slot()
    def _on_settings_changed(self) -> None:
        obstacle = self._obstacle or self.settings.problem
        self.buttons.set_obstacle(obstacle)
        if self.buttons.state is RunState.IDLE:
            sentence, trouble = (obstacle, bool(self.settings.problem)) if obstacle else self._sentence
            self.progress.say(sentence, trouble=trouble)

    @Slot()
    def _on_train(self) -> None:
        if self._take_settings():
            self.train_requested.emit(*self._run)

    @Slot()
    def _on_step(self) -> None:
        if self.buttons.state is not RunState.IDLE or self._take_settings():
            self.step_requested.emit(*self._run)

    @Slot()
    def _on_stop(self) -> None:
        if self.buttons.state is RunState.STARTING:
            self._end_run()  # a run that has not begun may never say that it ended
        else:
            self.progress.say("Stopping after the present mini-batch …")
        self.stop_requested.emit()

    def _take_settings(self) -> bool:
        """Fix the settings of a new run; False if they will not do, which is then said where they stand."""
        try:
            self._run = self.settings.spec(), self.settings.config()
        except SettingError as problem:
            self.progress.say(str(problem), trouble=True)
            return False
        self._learning_rate = self._run[1].learning_rate
        self._paused, self._hint = False, ""
        self._set_state(RunState.STARTING)
        self.progress.say("Starting …")
        return True

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
    def run_started(self, started: Started) -> None:
        """A run begins."""
        self._clock = RunClock(started)
        self.curves.begin(started)
        self.progress.show_progress(self._clock.progress, now=True)
        self._set_state(RunState.PAUSED if self._paused else RunState.RUNNING)
        self._say_how_it_goes()

    @Slot(object)
    def steps_done(self, done: StepsDone) -> None:
        """Some steps were taken."""
        if self._clock is None:
            return
        self._learning_rate = done.learning_rate
        self._clock.add_steps(done)
        self.curves.add_steps(done.steps / self._clock.steps_per_epoch, done.losses, done.accuracies)
        self.progress.show_progress(self._clock.progress, now=self._paused)

    @Slot(object)
    def epoch_done(self, done: EpochDone) -> None:
        """An epoch was taken: say so if the network has learnt nothing in it."""
        if self._clock is None:
            return
        self._clock.add_epoch(done)
        self.curves.add_epoch(done)
        self.progress.show_progress(self._clock.progress, now=True)
        self._hint = hint_if_guessing(done, *self._run, self._learning_rate)
        self._say_how_it_goes()

    @Slot(bool)
    def run_paused(self, paused: bool) -> None:
        """The run waits, or goes on."""
        self._paused = paused
        if self.buttons.state in (RunState.RUNNING, RunState.PAUSED):
            self._set_state(RunState.PAUSED if paused else RunState.RUNNING)
            self._say_how_it_goes()

    @Slot(object)
    def run_diverged(self, diverged: Diverged) -> None:
        """The run is over, badly."""
        self._end_run(diverged.message, trouble=True)

    @Slot(object)
    def run_finished(self, finished: Finished) -> None:
        """The run is over; what is left to say if it has learnt nothing is said still."""
        self._end_run(f"{verdict(finished)} {self._hint}".rstrip(), trouble=bool(self._hint))

    @Slot(str)
    def run_failed(self, sentence: str) -> None:
        """The run could not begin, or go on, because of what `sentence` says."""
        self._end_run(sentence, trouble=True)

    def _say_how_it_goes(self) -> None:
        if self._paused:
            self.progress.say(PAUSED)
        else:
            self.progress.say(self._hint or TRAINING, trouble=bool(self._hint))

    def _end_run(self, sentence: str = READY, *, trouble: bool = False) -> None:
        self._sentence = sentence, trouble
        self._set_state(RunState.IDLE)
        self.progress.show_ended()
        self._on_settings_changed()

    def _set_state(self, state: RunState) -> None:
        if state is not self.buttons.state:
            was_idle = self.buttons.state is RunState.IDLE
            self.buttons.set_state(state)
            if was_idle or state is RunState.IDLE:
                self.settings.set_running(state is not RunState.IDLE)
