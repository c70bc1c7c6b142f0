"""Ctrl+C in the terminal that the window was started from."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class CtrlC(QObject):
    """Emits `pressed`, from the event loop, when Ctrl+C interrupts the process; `was_pressed` remembers it.

    Python hears of a signal only when it runs some Python next, and Qt's event loop may run none for minutes. So the
    signal also writes to a socket, which wakes the loop.
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
        signal.signal(signal.SIGINT, _raise_nothing)

    @Slot()
    def _wake(self) -> None:
        if signal.SIGINT in self._reader.recv(64):  # a byte for each signal: its number
            self.was_pressed = True
            self.pressed.emit()

    def release(self) -> None:
        """Let Ctrl+C raise KeyboardInterrupt again."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()


def _raise_nothing(number: int, frame: FrameType | None) -> None:
    """In place of Python's own answer, a KeyboardInterrupt in the middle of whatever runs."""
