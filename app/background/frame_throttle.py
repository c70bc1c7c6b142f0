"""Folding a burst of requests into one: at most one a frame, and always the latest."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

FRAME_MILLISECONDS = 6
"""Less than a frame of a screen, 16 ms: reading and painting take the rest of it."""


class FrameThrottle(QObject):
    """Emits `due` for requests, at most once in `interval` milliseconds.

    The first request after a rest is due at once (as soon as the event loop comes round), so a single one waits for
    nothing; those that follow within the interval fold into one at its end. Whoever answers `due` looks at the newest
    state then, which is why no request carries any.
    """

    due = Signal()

    def __init__(self, interval: int = FRAME_MILLISECONDS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.interval = interval
        self._since_last = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fire)

    @property
    def is_waiting(self) -> bool:
        """Whether a request has not been answered yet."""
        return self._timer.isActive()

    @Slot()
    def request(self) -> None:
        """Ask for `due`."""
        if not self._timer.isActive():
            passed = self._since_last.elapsed() if self._since_last.isValid() else self.interval
            self._timer.start(max(0, self.interval - passed))

    @Slot()
    def flush(self) -> None:
        """Answer now what is waiting, if anything is."""
        if self._timer.isActive():
            self._timer.stop()
            self._fire()

    @Slot()
    def _fire(self) -> None:
        self._since_last.start()
        self.due.emit()
