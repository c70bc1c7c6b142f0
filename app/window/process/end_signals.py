"""Ctrl+C in the terminal that the window was started from, and the signals that ask the program to end."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from app.background.interrupt import END_SIGNALS, on_end_signal

WAKE_MILLISECONDS = 200
"""How often Windows looks for a signal."""


class EndSignals(QObject):
    """Emits `received`, from the event loop, at each of END_SIGNALS; then `was_received` is true.

    Python runs a signal handler only between two instructions of Python code, and Qt's event loop may run none for
    minutes. So the signal also writes to a pipe, which wakes the loop. On Windows Qt can watch no pipe, and a pair of
    sockets would be a network connection: there a timer runs a little Python code.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.was_received = False
        self._is_new = False
        self._released = ExitStack()
        if sys.platform == "win32":
            timer = QTimer(self)
            timer.timeout.connect(self._tell)
            timer.start(WAKE_MILLISECONDS)
            self._released.callback(timer.stop)
        else:
            self._open_pipe()
        self._released.enter_context(on_end_signal(self._remember, only_first=False))

    def _open_pipe(self) -> None:
        self._read_end, writer = os.pipe()
        for end in (self._read_end, writer):
            os.set_blocking(end, False)
            self._released.callback(os.close, end)
        notifier = QSocketNotifier(self._read_end, QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._wake)
        self._released.callback(notifier.setEnabled, False)
        self._released.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer, warn_on_full_buffer=False))

    def _remember(self) -> None:
        self.was_received = self._is_new = True

    @Slot()
    def _wake(self) -> None:
        numbers = os.read(self._read_end, 64)  # one byte for each signal: its number
        if any(number in numbers for number in END_SIGNALS):
            self.received.emit()

    @Slot()
    def _tell(self) -> None:
        if self._is_new:
            self._is_new = False
            self.received.emit()

    def release(self) -> None:
        """Restore the effects that the signals had before."""
        self._released.close()
