"""Ctrl+C in the terminal that the window was started from, and the signals that ask the program to end."""

from __future__ import annotations

import signal
import socket
from contextlib import ExitStack

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from app.background.interrupt import END_SIGNALS, on_end_signal


class EndSignals(QObject):
    """Emits `received`, from the event loop, at each of END_SIGNALS; then `was_received` is true.

    Python runs a signal handler only between two instructions of Python code, and Qt's event loop may run none for
    minutes. So the signal also writes to a socket, which wakes the loop.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.was_received = False
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._handler = ExitStack()
        self._handler.enter_context(on_end_signal(self._remember, only_first=False))

    def _remember(self) -> None:
        self.was_received = True

    @Slot()
    def _wake(self) -> None:
        numbers = self._reader.recv(64)  # one byte for each signal: its number
        if any(number in numbers for number in END_SIGNALS):
            self.received.emit()

    def release(self) -> None:
        """Restore the effects that the signals had before."""
        signal.set_wakeup_fd(-1)
        self._handler.close()
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()
