"""Ctrl+C in the terminal that the window was started from."""

from __future__ import annotations

import signal
import socket
from contextlib import ExitStack

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from app.background.interrupt import on_ctrl_c


class CtrlC(QObject):
    """Emits `pressed`, from the event loop, each time Ctrl+C is pressed; then `was_pressed` is true.

    Python runs a signal handler only between two instructions of Python code, and Qt's event loop may run none for
    minutes. So the signal also writes to a socket, which wakes the loop.
    """

    pressed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.was_pressed = False
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._handler = ExitStack()
        self._handler.enter_context(on_ctrl_c(self._remember, only_first=False))

    def _remember(self) -> None:
        self.was_pressed = True

    @Slot()
    def _wake(self) -> None:
        if signal.SIGINT in self._reader.recv(64):  # one byte for each signal: its number
            self.pressed.emit()

    def release(self) -> None:
        """Restore the effect that Ctrl+C had before."""
        signal.set_wakeup_fd(-1)
        self._handler.close()
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()
