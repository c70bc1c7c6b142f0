"""The two buttons of a piece of work: one starts it, the other stops it; each keeps its place and its meaning."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.widgets.elements import enable, row_of

STOPPING = "It is stopping."


class StartStopButtons(QWidget):
    """A button that starts a piece of work, and beside it the one that stops it.

    Neither ever changes its text or its place, so that a click never does the opposite of what the button said a moment
    before. The one that can do nothing is disabled, and its tooltip says why; it gives the focus to the other one.
    """

    start_requested = Signal()
    """Start the work."""
    stop_requested = Signal()
    """Stop the work."""

    def __init__(
        self, start: QAbstractButton, stop: QAbstractButton, *, purposes: tuple[str, str], idle: str, busy: str
    ) -> None:
        """Take two buttons with their texts; nothing runs at first.

        purposes: what each does, its tooltip. idle: why there is nothing to stop. busy: why it cannot start now.
        """
        super().__init__()
        self.start, self.stop = start, stop
        self._purposes = purposes
        self._idle = idle
        self._busy = busy
        start.clicked.connect(self.start_requested)
        stop.clicked.connect(self.stop_requested)
        self.setLayout(row_of(start, stop))
        self.show_state(is_busy=False)

    def show_state(self, *, is_busy: bool, obstacle: str = "", is_stopping: bool = False) -> None:
        """Enable what is possible now.

        is_busy: whether the work is in progress. obstacle: a sentence that says why it cannot start, "" if it can.
        is_stopping: whether it was asked to stop, and has not ended yet.
        """
        if not is_busy:
            no_start, no_stop = obstacle, self._idle
        elif is_stopping:
            no_start, no_stop = STOPPING, STOPPING
        else:
            no_start, no_stop = self._busy, ""
        if no_start and not no_stop:
            _pass_focus(self.start, self.stop)
        elif no_stop and not no_start:
            _pass_focus(self.stop, self.start)
        enable(self.start, self._purposes[0], no_start)
        enable(self.stop, self._purposes[1], no_stop)


def _pass_focus(button: QAbstractButton, other: QAbstractButton) -> None:
    if button.hasFocus():
        other.setEnabled(True)  # before `button` is disabled, and Qt moves the focus to the next widget
        other.setFocus()
