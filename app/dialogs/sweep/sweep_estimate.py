"""The time that a sweep will take, measured in the background while its values are typed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.task_queue import TaskQueue, is_cancelled
from nncore.data.dataset import Splits
from nncore.experiments.sweep import SweepJob
from nncore.experiments.sweep.duration import estimate_sweep_seconds

TYPING_MILLISECONDS = 400
"""The measurement begins when nothing was typed for this long."""


class SweepEstimate(QObject):
    """Measures the duration of the newest sweep that was requested."""

    estimated = Signal(float)
    """The seconds that the sweep will take."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = TaskQueue(self)
        self._request: tuple[list[SweepJob], Splits, float] | None = None
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MILLISECONDS)
        self._timer.timeout.connect(self._begin)

    def request(self, jobs: list[SweepJob], data: Splits, validation_fraction: float) -> None:
        """Measure this sweep soon, instead of an earlier one."""
        self.cancel()
        self._request = jobs, data, validation_fraction
        self._timer.start()

    def cancel(self) -> None:
        """Measure nothing, and emit no earlier estimate."""
        self._timer.stop()
        self._tasks.discard("sweep")

    def finish(self) -> bool:
        """Cancel, and wait for the thread; False if that takes too long."""
        self.cancel()
        return self._tasks.finish()

    @Slot()
    def _begin(self) -> None:
        assert self._request is not None
        jobs, data, fraction = self._request
        work = partial(estimate_sweep_seconds, jobs, data, fraction, cancelled=is_cancelled)
        self._tasks.add("sweep", work, self._emit, lambda _: None)

    def _emit(self, seconds: float | None) -> None:
        if seconds is not None:
            self.estimated.emit(seconds)
