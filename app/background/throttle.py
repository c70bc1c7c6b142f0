"""A throttle: combines many requests into one in each interval."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

THROTTLE_MILLISECONDS = 6
"""Less than the 16 ms of a screen's frame, because reading and painting need time in it, too."""

MAX_TIME_FRACTION = 1 / 3
"""Work whose duration is measured takes at most this fraction of the time."""

MAX_INTERVAL_MILLISECONDS = 300
"""The work is done at least once in this interval, however long it takes."""

SAVE_MILLISECONDS = 500
"""Minimum time between two saves of what is being drawn or typed; a killed program loses less than the last second."""


class Throttle(QObject):
    """Emits `due` when it was requested, but at most once in `interval` milliseconds.

    The first request after a pause is due at once, in the next turn of the event loop. Further requests within the
    interval are combined into one at its end. A request carries no state: the slot of `due` reads the newest state.
    """

    due = Signal()

    def __init__(self, interval: int = THROTTLE_MILLISECONDS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.interval = interval
        self._since_last = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fire)

    @property
    def has_pending_request(self) -> bool:
        """Whether a request is waiting for `due`."""
        return self._timer.isActive()

    def allow_for(self, seconds: float) -> None:
        """Choose the interval so that work of this duration takes at most MAX_TIME_FRACTION of the time.

        On a busy machine, or if the work takes long, it is done less often instead of slowing down the whole window.
        """
        milliseconds = 1000 * seconds / MAX_TIME_FRACTION
        self.interval = round(min(max(milliseconds, THROTTLE_MILLISECONDS), MAX_INTERVAL_MILLISECONDS))

    @Slot()
    def request(self) -> None:
        """Request `due`."""
        if not self._timer.isActive():
            passed = self._since_last.elapsed() if self._since_last.isValid() else self.interval
            self._timer.start(max(0, self.interval - passed))

    @Slot()
    def flush(self) -> None:
        """Emit `due` now if a request is waiting."""
        if self._timer.isActive():
            self._timer.stop()
            self._fire()

    @Slot()
    def _fire(self) -> None:
        self._since_last.start()
        self.due.emit()
