"""Saves what the user draws or types, on a thread, soon after each change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue
from app.background.throttle import SAVE_MILLISECONDS, Throttle


class Saver(QObject):
    """Calls `work`, which returns a function that saves, at most once in SAVE_MILLISECONDS after `request`."""

    failed = Signal(str)
    """One sentence: why it could not be saved. It is not repeated before a save has succeeded."""

    def __init__(self, work: Callable[[], Callable[[], None] | None], parent: QObject) -> None:
        """work: called on this thread; it returns a function, which runs on another one, or None to save nothing."""
        super().__init__(parent)
        self._work = work
        self.tasks = TaskQueue(self)
        self._has_failed = False
        self.throttle = Throttle(SAVE_MILLISECONDS, self)
        self.throttle.due.connect(self._save)

    @Slot()
    def request(self) -> None:
        """Save soon."""
        self.throttle.request()

    def finish(self) -> bool:
        """Save what was requested, and wait for it; False if that takes too long."""
        self.throttle.flush()
        return self.tasks.finish()

    @property
    def is_busy(self) -> bool:
        """Whether something is not saved yet."""
        return self.throttle.has_pending_request or self.tasks.is_busy

    @Slot()
    def _save(self) -> None:
        save = self._work()
        if save is not None:
            self.tasks.add("save", save, self._note_success, self._report, latest_only=True)

    def _note_success(self, _: object) -> None:
        self._has_failed = False

    def _report(self, sentence: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self.failed.emit(sentence)
