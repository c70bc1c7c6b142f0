"""Reads files on the thread of a task queue; reading that takes long is shown, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.task_queue import TaskQueue, in_whole_percent, is_cancelled
from nncore.system.reading_budget import watched_reading

SLOW_MILLISECONDS = 300
"""Reading that takes longer is shown, with a button that cancels it."""


class FileLoader(QObject):
    """Reads one file after another as tasks of a queue."""

    reading = Signal(str)
    """The name of a file that takes longer than SLOW_MILLISECONDS to read; "" when it is read or cancelled."""
    progressed = Signal(float)
    """The fraction of the file that is read, 0 to 1."""
    _begun = Signal(str, str)
    """The kind of a task and the name of its file; emitted on the thread of the tasks."""

    def __init__(self, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._kind = self._name = ""
        self._slow = QTimer(self, singleShot=True)
        self._slow.timeout.connect(self._show)
        self._begun.connect(self._wait_until_slow)
        tasks.busy_changed.connect(self._hide_at_end)

    def read(
        self,
        kind: str,
        name: str,
        work: Callable[[], object],
        on_result: Callable[[Any], None],
        on_error: Callable[[str], None],
    ) -> None:
        """Read a file by `work`; a new request replaces one of the same kind. name: what is read; "" is not shown.

        The other arguments are those of `TaskQueue.add`.
        """
        self._tasks.discard(kind)
        if not self._tasks.is_busy:
            self._kind = kind  # it can be cancelled before it has begun
        self._tasks.add(kind, partial(self._watched, kind, name, work), on_result, on_error)

    @Slot()
    def cancel(self) -> None:
        """Stop the reading that is shown; nothing is delivered."""
        self._tasks.discard(self._kind)
        self._hide()

    def _watched(self, kind: str, name: str, work: Callable[[], object]) -> object:
        self._begun.emit(kind, name)
        with watched_reading(progress=in_whole_percent(self.progressed.emit), cancelled=is_cancelled):
            return work()

    @Slot(str, str)
    def _wait_until_slow(self, kind: str, name: str) -> None:
        self._hide()
        self._kind, self._name = kind, name
        self._slow.start(SLOW_MILLISECONDS)

    @Slot()
    def _show(self) -> None:
        if self._name and self._tasks.has(self._kind):
            self.reading.emit(self._name)

    @Slot(bool)
    def _hide_at_end(self, is_busy: bool) -> None:
        if not is_busy:
            self._hide()

    def _hide(self) -> None:
        self._slow.stop()
        self.reading.emit("")
