"""The buttons that control a run, and the line with its progress."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.session.run_events import RunState
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP
from app.tabs.train.run_clock import ShownProgress
from app.widgets.elements import push_button, row_of, set_style, text_label, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.plain_text import plain_tooltip
from nncore.reporting.number_text import clock_text, rounded_text

UPDATE_INTERVAL_SECONDS = 0.4
"""Minimum time between two updates of the figures; faster updates cannot be read."""


class RunButtons(QWidget):
    """The buttons Train (later Pause or Resume), Step and Stop; below, Continue if a run can be continued."""

    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    continue_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state, self._obstacle = RunState.IDLE, ""
        self._continue_text = self._continue_tip = ""
        self.train_button = push_button("", "", self._on_train_clicked)
        self.train_button.setProperty("primary", True)
        self.step_button = push_button("Step", "", self._on_step_clicked)
        self.stop_button = push_button("Stop", "", self.stop_requested)
        self.continue_button = push_button("", "", self._on_continue_clicked)
        row = row_of(self.train_button, self.step_button, self.stop_button)
        row.setStretchFactor(self.train_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row)
        layout.addWidget(self.continue_button)
        set_icon(self.continue_button, "play")
        set_icon(self.step_button, "step")
        set_icon(self.stop_button, "stop")
        self._update()

    @property
    def state(self) -> RunState:
        """The state of the run."""
        return self._state

    @property
    def has_obstacle(self) -> bool:
        """Whether something prevents a run from starting."""
        return bool(self._obstacle)

    def set_state(self, state: RunState) -> None:
        """Show and enable the buttons for `state`."""
        self._state = state
        self._update()

    def set_obstacle(self, reason: str) -> None:
        """Disable starting a run because of `reason`, a sentence; "" enables it."""
        self._obstacle = reason
        self._update()

    def offer_continue(self, text: str, tooltip: str = "") -> None:
        """Offer to continue the last run, with this button text; "" hides the button."""
        self._continue_text, self._continue_tip = text, tooltip
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
    def _on_continue_clicked(self) -> None:
        self.train_button.setFocus()  # this button is about to be hidden
        self.continue_requested.emit()

    @Slot()
    def _on_step_clicked(self) -> None:
        if self._state not in (RunState.STARTING, RunState.STOPPING):
            self.step_requested.emit()

    def _update(self) -> None:
        text, icon, tip = {
            RunState.IDLE: ("Train", "play", "Train a new network with these settings (space bar)."),
            RunState.STARTING: ("Starting …", "play", "The run is starting."),
            RunState.RUNNING: ("Pause", "pause", "Pause after the current mini-batch (space bar)."),
            RunState.PAUSED: ("Resume", "play", "Continue the run (space bar)."),
            RunState.STOPPING: ("Stopping …", "stop", "The run is stopping."),
        }[self._state]
        idle = self._state is RunState.IDLE
        obstacle = self._obstacle if idle else ""
        self.train_button.setText(text)
        set_icon(self.train_button, icon)
        self.train_button.setEnabled(not obstacle)
        self.train_button.setToolTip(plain_tooltip(obstacle) or tip)
        self.step_button.setEnabled(not obstacle)
        self.step_button.setToolTip(plain_tooltip(obstacle) or "Train one mini-batch, then pause.")
        self.continue_button.setVisible(idle and bool(self._continue_text))
        self.continue_button.setText(self._continue_text)
        self.continue_button.setEnabled(not obstacle)
        self.continue_button.setToolTip(plain_tooltip(obstacle or self._continue_tip))
        if idle and self.stop_button.hasFocus():
            self.train_button.setFocus()  # before Qt moves the focus away from the disabled button
        self.stop_button.setEnabled(not idle)
        self.stop_button.setToolTip(
            "There is no run to stop. Press Train first." if idle else "Stop the run; the trained network stays."
        )


class ProgressLine(QWidget):
    """The progress of a run: a bar; epoch, speed and time left below it; and a message.

    Beside the message, a button may offer a remedy for the problem that the message describes.
    """

    remedy_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._epoch, self._speed, self._left = QLabel(), QLabel(), QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the run")
        self._status = text_label()
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._status.setAccessibleName("Status of the run")
        self.remedy_button = push_button("", "", self.remedy_chosen)
        self.remedy_button.hide()
        self._last_update = -1.0
        self._lay_out()
        self._fit_to_font()
        self.show_no_run()

    def _lay_out(self) -> None:
        line = FlowLayout(self._epoch, self._speed, self._left, spacing=GROUP_GAP)
        for label in (self._speed, self._left):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._speed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = without_margins(QVBoxLayout(self), GAP // 2)
        sentence = row_of(self._status, self.remedy_button, spacing=GROUP_GAP)
        sentence.setStretchFactor(self._status, 1)
        layout.addWidget(self._bar)
        layout.addLayout(line)
        layout.addLayout(sentence)

    # ---------------------------------------------------------------- showing

    def show_no_run(self) -> None:
        """Show that there has been no run yet."""
        self._bar.setValue(0)
        self._epoch.setText("no run yet")
        self._speed.setText("– samples/s")
        self._left.setText("–:– left")

    def show_progress(self, progress: ShownProgress, *, now: bool = False) -> None:
        """Show the progress; figures change at a readable rate, or immediately if `now`."""
        self._bar.setValue(round(1000 * progress.fraction))
        self._epoch.setText(f"epoch {progress.epoch:,} of {progress.epochs:,}")
        if not now and perf_counter() - self._last_update < UPDATE_INTERVAL_SECONDS:
            return
        self._last_update = perf_counter()
        if progress.samples_per_second is not None and progress.seconds_left is not None:
            self._speed.setText(f"{rounded_text(progress.samples_per_second, 3)} samples/s")
            self._left.setText(f"{clock_text(progress.seconds_left)} left")

    def show_ended(self) -> None:
        """Clear the time left after the run has ended."""
        self._left.setText("")

    def show_message(self, sentence: str, *, is_error: bool = False) -> None:
        """Show a message about the run."""
        self._status.setText(sentence)
        self._status.setToolTip(plain_tooltip(sentence))
        set_style(self._status, "error", is_error)

    def offer(self, remedy: str, tooltip: str = "") -> None:
        """Offer a remedy as a button; "" hides it."""
        self.remedy_button.setText(remedy)
        self.remedy_button.setToolTip(plain_tooltip(tooltip))
        self.remedy_button.setVisible(bool(remedy))

    def texts(self) -> tuple[str, str, str, str]:
        """The texts shown: epoch, speed, time left, message."""
        return self._epoch.text(), self._speed.text(), self._left.text(), self._status.text()

    # ------------------------------------------------------------------- font

    def event(self, event: QEvent) -> bool:
        """Adapt the widths of the figures to the font."""
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
