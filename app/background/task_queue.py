"""Work for threads that must be done in order: what is saved first is on the disk before what comes after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from app.background.task import BackgroundTask


@dataclass(frozen=True)
class _Chore:
    kind: str
    work: Callable[[], object]
    use: Callable[[Any], None]
    refused: Callable[[str], None]


class Chores(QObject):
    """Does one chore after another on a thread; all that it calls back it calls on the window's thread."""

    busy_changed = Signal(bool)
    """Whether something is being done or waits to be."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[_Chore] = deque()
        self._task: BackgroundTask | None = None
        self._current: _Chore | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is being done or waits to be."""
        return self._task is not None or bool(self._waiting)

    def add(
        self,
        kind: str,
        work: Callable[[], object],
        use: Callable[[Any], None],
        refused: Callable[[str], None],
        *,
        latest_only: bool = False,
    ) -> None:
        """Do `work` when all that was added before is done; then `use` gets what it gave, or `refused` a sentence.

        kind: what it is about, in a word. latest_only: chores of this kind that still wait are dropped, because this
        one makes them pointless.
        """
        if latest_only:
            self._waiting = deque(chore for chore in self._waiting if chore.kind != kind)
        self._waiting.append(_Chore(kind, work, use, refused))
        self._go_on()

    def cancel(self, *kinds: str) -> None:
        """Drop chores of these kinds that wait; ask one that is being done to stop, which `is_cancelled` tells it."""
        self._waiting = deque(chore for chore in self._waiting if chore.kind not in kinds)
        if self._task is not None and self._task.kind in kinds:
            self._task.requestInterruption()

    def finish(self, milliseconds: int) -> bool:
        """Do all that is left, each chore in so many milliseconds; False if one takes longer."""
        while self.is_busy:
            self._go_on()
            if self._task is None or not self._task.wait(milliseconds):
                return False
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        return True

    def _go_on(self) -> None:
        if self._task is not None or not self._waiting:
            return
        self._current = chore = self._waiting.popleft()
        self._task = BackgroundTask(chore.kind, chore.work, chore.use, self)
        self._task.succeeded.connect(self._use)
        self._task.failed.connect(self._refuse)
        self._task.finished.connect(self._end)
        self._task.start()
        self.busy_changed.emit(True)

    @Slot(object)
    def _use(self, result: object) -> None:
        if self._current is not None:
            self._current.use(result)

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        if self._current is not None:
            self._current.refused(sentence)

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.deleteLater()
        self._task = self._current = None
        self._go_on()
        if not self.is_busy:
            self.busy_changed.emit(False)


def is_cancelled() -> bool:
    """Whether the chore that calls this, on its thread, was cancelled."""
    return QThread.currentThread().isInterruptionRequested()
