"""The buttons that control a run, and the line with its progress."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QBoxLayout,
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
from app.tabs.train.run_clock import ShownProgress
from app.widgets.elements import enable, push_button, row_of, set_style, text_label, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.layouts.overlay import Overlay
from app.widgets.plain_text import ElidedButton, lines_height, plain_tooltip
from app.widgets.snapshot_row import RUN_IN_PROGRESS
from nncore.reporting.number_text import clock_text, rounded_text

UPDATE_INTERVAL_SECONDS = 0.4
"""Minimum time between two updates of the figures; faster updates cannot be read."""

PAUSE = "Pause"
"""The text of the main button while a run trains."""

RESUME = "Resume"
"""The text of the main button while a run is paused."""
NO_ENDED_RUN = "No run has ended yet. Train a network first."
NO_RUN_TO_PAUSE = "There is no run to pause. Press Train first."
NO_RUN_TO_STOP = "There is no run to stop. Press Train first."
NO_TIME = "–:– left"
WIDEST_REMEDY = 0.35
"""A button that needs a larger part of the width is below the message."""


class RunButtons(QWidget):
    """The buttons Train, Pause (or Resume), Step and Stop; below, "Train further" for the run that has ended.

    Every button has its own place, which it keeps in all states; one that can do nothing is disabled and says why.
    """

    train_requested = Signal()
    """Start a run with the settings of the form."""
    pause_requested = Signal()
    """Pause the run after its current step."""
    resume_requested = Signal()
    """End the pause."""
    step_requested = Signal()
    """Train one step, then pause."""
    stop_requested = Signal()
    """Stop the run; it counts as ended."""
    train_further_requested = Signal()
    """Train the ended run further, as a new run."""

    def __init__(self) -> None:
        super().__init__()
        self._state, self._obstacle = RunState.IDLE, ""
        self._ended_run = ""
        self._train_further_tip = ""
        self._train_further_obstacle = NO_ENDED_RUN
        self.train_button = push_button("Train", "", self.train_requested)
        self.train_button.setProperty("primary", True)
        self.pause_button = push_button(PAUSE, "", self._on_pause_clicked)
        self.step_button = push_button("Step", "", self._on_step_clicked)
        self.stop_button = push_button("Stop", "", self.stop_requested)
        self.train_further_button = ElidedButton()
        self.train_further_button.clicked.connect(self.train_further_requested)
        row = row_of(self.train_button, self.pause_button, self.step_button, self.stop_button)
        row.setStretchFactor(self.train_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row)
        layout.addWidget(self.train_further_button)
        set_icon(self.train_button, "play")
        self._update()
        self._fit_to_font()

    @property
    def state(self) -> RunState:
        """The state of the run."""
        return self._state

    @property
    def has_obstacle(self) -> bool:
        """Whether something prevents a run from starting."""
        return bool(self._obstacle)

    @property
    def main_button(self) -> QPushButton:
        """The button that the space bar presses: Train between runs, Pause or Resume during one."""
        return self.train_button if self._state is RunState.IDLE else self.pause_button

    def set_state(self, state: RunState) -> None:
        """Enable the buttons for `state`; the focus goes from a button that is disabled to the main button."""
        self._state = state
        idle = state is RunState.IDLE
        disabled = (self.pause_button, self.stop_button) if idle else (self.train_button, self.train_further_button)
        if any(button.hasFocus() for button in disabled):  # before Qt moves it to the next widget
            self.main_button.setEnabled(True)
            self.main_button.setFocus()
        self._update()

    def set_obstacle(self, reason: str) -> None:
        """Disable starting a run because of `reason`, a sentence; "" enables it."""
        self._obstacle = reason
        self._update()

    def offer_train_further(self, ended_run: str, tooltip: str = "", obstacle: str = "") -> None:
        """Offer to train an ended run further.

        ended_run: the run and its epoch in words, such as "A first network, epoch 5"; "" for no run. obstacle: a
        sentence that says why it cannot be trained further now, "" if it can.
        """
        self._ended_run, self._train_further_tip = ended_run, tooltip
        self._train_further_obstacle = obstacle if ended_run else NO_ENDED_RUN
        self._update()

    @Slot()
    def _on_pause_clicked(self) -> None:
        if self._state is RunState.RUNNING:
            self.pause_requested.emit()
        elif self._state is RunState.PAUSED:
            self.resume_requested.emit()

    @Slot()
    def _on_step_clicked(self) -> None:
        if self._state not in (RunState.STARTING, RunState.STOPPING):
            self.step_requested.emit()

    def _update(self) -> None:
        idle, paused = self._state is RunState.IDLE, self._state is RunState.PAUSED
        obstacle = self._obstacle if idle else ""
        running = "" if idle else RUN_IN_PROGRESS
        pause_tip = "Continue the run (space bar)." if paused else "Pause after the current mini-batch (space bar)."
        train_tip = "Train a new network with these settings (space bar)."
        self.pause_button.setText(RESUME if paused else PAUSE)
        set_icon(self.pause_button, "play" if paused else "pause")
        self.pause_button.setAccessibleName(RESUME if paused else PAUSE)
        ended_run = self._ended_run
        self.train_further_button.set_full_text(f"Train further: {ended_run}" if ended_run else "Train further")
        for button, tip, reason in (
            (self.train_button, train_tip, running or obstacle),
            (self.pause_button, pause_tip, NO_RUN_TO_PAUSE if idle else ""),
            (self.step_button, "Train one mini-batch, then pause.", obstacle),
            (self.stop_button, "Stop the run; the trained network stays.", NO_RUN_TO_STOP if idle else ""),
            (self.train_further_button, self._train_further_tip, running or obstacle or self._train_further_obstacle),
        ):
            enable(button, tip, reason)

    def event(self, event: QEvent) -> bool:
        """Adapt the width of the Pause button to the font."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_to_font()
        return super().event(event)

    def _fit_to_font(self) -> None:
        """Keep Pause as wide as Resume, so that no button moves when its text changes."""
        metrics = self.pause_button.fontMetrics()
        padding = self.pause_button.sizeHint().width() - metrics.horizontalAdvance(self.pause_button.text())
        width = padding + max(metrics.horizontalAdvance(text) for text in (PAUSE, RESUME))
        if self.pause_button.minimumWidth() != width:
            self.pause_button.setMinimumWidth(width)


class ProgressLine(QWidget):
    """The progress of a run: a message; a bar; and epoch, speed and time left below it.

    Beside the message, or below it where that is too narrow, a button may offer a remedy for the problem that the
    message describes. A message that needs more than the two lines of its place covers what is above them.
    """

    remedy_chosen = Signal()
    """Apply the remedy of the hint that is shown."""

    def __init__(self, page: QWidget | None = None) -> None:
        """page: the widget that a long message may cover, and which gets this one; None for only this widget."""
        super().__init__(page)
        self._epoch = QLabel()
        self.speed = QLabel()
        self._left = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        self.status = text_label()
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.status.setAccessibleName("Status of the run")
        self.remedy_button = push_button("", "", self.remedy_chosen)
        self.remedy_button.hide()
        self._place = QWidget()
        self.message = Overlay(self._place, page or self)
        self._sentence = row_of(self.status, self.remedy_button)
        self._last_update = -1.0
        self._lay_out()
        self._fit_to_font()
        self.show_no_run()

    def _lay_out(self) -> None:
        line = FlowLayout(self._epoch, self.speed, self._left, spacing=GROUP_GAP)
        for label in (self.speed, self._left):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.speed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = without_margins(QVBoxLayout(self), GAP // 2)
        layout.addWidget(self._place)
        layout.addWidget(self.bar)
        layout.addLayout(line)
        self._sentence.setStretchFactor(self.status, 1)
        self._sentence.setAlignment(self.remedy_button, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.message.setLayout(self._sentence)
        self.message.show()

    # ---------------------------------------------------------------- showing

    def show_no_run(self) -> None:
        """Show that there has been no run since the start of the program."""
        self.bar.setValue(0)
        self._epoch.setText("no run since the start")
        self._show_figures(None, None)

    def show_progress(self, progress: ShownProgress, *, now: bool = False) -> None:
        """Show the progress; figures change at a readable rate, or immediately if `now`."""
        self.bar.setValue(round(1000 * progress.fraction))
        self._epoch.setText(f"epoch {progress.epoch:,} of {progress.epochs:,}")
        if not now and perf_counter() - self._last_update < UPDATE_INTERVAL_SECONDS:
            return
        self._last_update = perf_counter()
        self._show_figures(progress.samples_per_second, progress.seconds_left)

    def _show_figures(self, samples_per_second: float | None, seconds_left: float | None) -> None:
        """Show speed and time left; a dash while they are unknown, not those of an earlier run."""
        self.speed.setText(f"{rounded_text(samples_per_second, 3)} samples/s")
        self._left.setText(NO_TIME if seconds_left is None else f"{clock_text(seconds_left)} left")

    def show_ended(self) -> None:
        """Clear the time left after the run has ended."""
        self._left.setText("")

    def show_message(self, sentence: str, *, is_error: bool = False) -> None:
        """Show a message about the run."""
        self.status.setText(sentence)
        self.status.setToolTip(plain_tooltip(sentence))
        set_style(self.status, "error", enabled=is_error)

    def offer(self, remedy: str, tooltip: str = "") -> None:
        """Offer a remedy as a button; "" hides it."""
        self.remedy_button.setText(remedy)
        self.remedy_button.setToolTip(plain_tooltip(tooltip))
        self.remedy_button.setVisible(bool(remedy))
        self._fit_to_font()

    def texts(self) -> tuple[str, str, str, str]:
        """The texts shown: epoch, speed, time left, message."""
        return self._epoch.text(), self.speed.text(), self._left.text(), self.status.text()

    # ------------------------------------------------------------------- font

    def event(self, event: QEvent) -> bool:
        """Adapt the widths of the figures to the font, and the place of the remedy to the width."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit_to_font()
        return super().event(event)

    def _fit_to_font(self) -> None:
        metrics = self.status.fontMetrics()
        for label, widest in (
            (self._epoch, "epoch 888 of 888"),
            (self.speed, "8,888,888 samples/s"),
            (self._left, "88:88 left"),
        ):
            label.setMinimumWidth(metrics.horizontalAdvance(widest))
        height = max(lines_height(metrics, 2), self.remedy_button.sizeHint().height())
        self._place.setMinimumHeight(height)
        is_narrow = self.remedy_button.sizeHint().width() > WIDEST_REMEDY * self.width()
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        self._sentence.setDirection(direction)
