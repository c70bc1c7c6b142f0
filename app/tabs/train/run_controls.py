"""The buttons that drive a run, and the line that says how far it is."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.session.run_events import RunState
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP
from app.tabs.train.run_clock import Progress, in_minutes, three_figures
from app.widgets.form import mark_trouble
from app.widgets.plain_text import plain_tooltip

SECONDS_BETWEEN_READINGS = 0.4
"""Figures that change more often cannot be read."""


class RunButtons(QWidget):
    """Train, which becomes Pause and Resume; Step; Stop. Below them Train on, once there is a run to go on with."""

    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    train_on_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state, self._obstacle = RunState.IDLE, ""
        self._train_on_words = self._train_on_tip = ""
        self.train_button, self.step_button, self.stop_button = (
            QPushButton(),
            QPushButton("Step"),
            QPushButton("Stop"),
        )
        self.train_button.setProperty("primary", True)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.step_button.clicked.connect(self._on_step_clicked)
        self.stop_button.clicked.connect(self.stop_requested)
        self.train_on_button = QPushButton()
        self.train_on_button.clicked.connect(self._on_train_on_clicked)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.train_button, 1)
        row.addWidget(self.step_button)
        row.addWidget(self.stop_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row)
        layout.addWidget(self.train_on_button)
        set_icon(self.train_on_button, "play")
        set_icon(self.step_button, "step")
        set_icon(self.stop_button, "stop")
        self._update()

    @property
    def state(self) -> RunState:
        """Where the run is."""
        return self._state

    @property
    def has_obstacle(self) -> bool:
        """Whether no run can start now."""
        return bool(self._obstacle)

    def set_state(self, state: RunState) -> None:
        """Offer what makes sense in `state`."""
        self._state = state
        self._update()

    def set_obstacle(self, reason: str) -> None:
        """Refuse to start a run because of `reason`, a sentence; empty: nothing is in the way."""
        self._obstacle = reason
        self._update()

    def offer_train_on(self, words: str, tooltip: str = "") -> None:
        """Offer to train on, saying what that would do; empty: there is no run to go on with."""
        self._train_on_words, self._train_on_tip = words, tooltip
        self._update()

    @Slot()
    def _on_train_clicked(self) -> None:
        if self._state is RunState.RUNNING:
            self.pause_requested.emit()
        elif self._state is RunState.PAUSED:
            self.resume_requested.emit()
        elif self._state is RunState.IDLE:
            self.train_requested.emit()

    @Slot()
    def _on_train_on_clicked(self) -> None:
        self.train_button.setFocus()  # this button goes, and Qt would pass the focus on to anything
        self.train_on_requested.emit()

    @Slot()
    def _on_step_clicked(self) -> None:
        if self._state not in (RunState.STARTING, RunState.STOPPING):
            self.step_requested.emit()

    def _update(self) -> None:
        text, picture, tip = {
            RunState.IDLE: ("Train", "play", "Train a fresh network with these settings (space bar)."),
            RunState.STARTING: ("Starting …", "play", "The run is about to begin."),
            RunState.RUNNING: ("Pause", "pause", "Wait after the present mini-batch (space bar)."),
            RunState.PAUSED: ("Resume", "play", "Go on with the run (space bar)."),
            RunState.STOPPING: ("Stopping …", "stop", "The run is about to end."),
        }[self._state]
        idle = self._state is RunState.IDLE
        obstacle = self._obstacle if idle else ""
        self.train_button.setText(text)
        set_icon(self.train_button, picture)
        self.train_button.setEnabled(not obstacle)
        self.train_button.setToolTip(plain_tooltip(obstacle) or tip)
        self.step_button.setEnabled(not obstacle)
        self.step_button.setToolTip(plain_tooltip(obstacle) or "Take one mini-batch, then wait.")
        self.train_on_button.setVisible(idle and bool(self._train_on_words))
        self.train_on_button.setText(self._train_on_words)
        self.train_on_button.setEnabled(not obstacle)
        self.train_on_button.setToolTip(plain_tooltip(obstacle or self._train_on_tip))
        if idle and self.stop_button.hasFocus():
            self.train_button.setFocus()  # before Qt passes the focus of a disabled button on to anything
        self.stop_button.setEnabled(not idle)
        self.stop_button.setToolTip(
            "There is no run to stop: press Train first." if idle else "End the run; what it has learnt stays."
        )


class ProgressLine(QWidget):
    """Epoch, bar, speed and time left in one line, each in its place; below it a sentence on how it goes.

    Beside the sentence a button may offer a remedy for what it says.
    """

    remedy_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._epoch, self._speed, self._left = QLabel(), QLabel(), QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("progress of the run")
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._status.setAccessibleName("status of the run")
        self.remedy_button = QPushButton()
        self.remedy_button.clicked.connect(self.remedy_chosen)
        self.remedy_button.hide()
        self._told = -1.0
        self._lay_out()
        self._fit_to_font()
        self.show_no_run()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GROUP_GAP)
        line.addWidget(self._epoch)
        line.addWidget(self._bar, 1)
        for label in (self._speed, self._left):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.addWidget(label)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        sentence = QHBoxLayout()
        sentence.setSpacing(GROUP_GAP)
        sentence.addWidget(self._status, 1)
        sentence.addWidget(self.remedy_button)
        layout.addLayout(line)
        layout.addLayout(sentence)

    # ---------------------------------------------------------------- showing

    def show_no_run(self) -> None:
        """Nothing runs, and nothing has."""
        self._bar.setValue(0)
        for label, text in (
            (self._epoch, "no run yet"),
            (self._speed, "– samples/s"),
            (self._left, "–:– left"),
        ):
            label.setText(text)

    def show_progress(self, progress: Progress, *, now: bool = False) -> None:
        """Show how far a run is; figures change at a pace that can be read, or at once if `now`."""
        self._bar.setValue(round(1000 * progress.fraction))
        self._epoch.setText(f"epoch {progress.epoch:,} of {progress.epochs:,}")
        if not now and perf_counter() - self._told < SECONDS_BETWEEN_READINGS:
            return
        self._told = perf_counter()
        if progress.samples_per_second is not None and progress.seconds_left is not None:
            self._speed.setText(f"{three_figures(progress.samples_per_second)} samples/s")
            self._left.setText(f"{in_minutes(progress.seconds_left)} left")

    def show_ended(self) -> None:
        """The run is over: no time is left to speak of."""
        self._left.setText("")

    def show_message(self, sentence: str, *, trouble: bool = False) -> None:
        """Show a sentence on how the run goes."""
        self._status.setText(sentence)
        self._status.setToolTip(plain_tooltip(sentence))
        mark_trouble(self._status, trouble)

    def offer(self, remedy: str, tooltip: str = "") -> None:
        """Offer a remedy, in a few words; empty: none."""
        self.remedy_button.setText(remedy)
        self.remedy_button.setToolTip(plain_tooltip(tooltip))
        self.remedy_button.setVisible(bool(remedy))

    def texts(self) -> tuple[str, str, str, str]:
        """What is shown now: epoch, speed, time left, sentence."""
        return self._epoch.text(), self._speed.text(), self._left.text(), self._status.text()

    # ------------------------------------------------------------------- font

    def event(self, event: QEvent) -> bool:
        """Keep the places of the figures in the font that they have now."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_to_font()
        return super().event(event)

    def _fit_to_font(self) -> None:
        metrics = self._status.fontMetrics()
        for label, widest in (
            (self._epoch, "epoch 888 of 888"),
            (self._speed, "8,888,888 samples/s"),
            (self._left, "88:88 left"),
        ):
            label.setMinimumWidth(metrics.horizontalAdvance(widest))
        self._status.setMinimumHeight(max(2 * metrics.lineSpacing(), self.remedy_button.sizeHint().height()))
