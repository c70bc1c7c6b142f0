"""A queue of tasks that run on a thread, one after another, in the order in which they were added."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from nncore.errors import DigitLabError

CLOSE_TIMEOUT_MILLISECONDS = 10_000
"""How long closing the window waits for a task that is running."""


class ShownError(Exception):
    """An unexpected exception, its cause, that the user already sees where the work was started: it is only logged."""


class TaskThread(QThread):
    """Runs one function once and reports its result. Connect it to objects that live on the window's thread."""

    succeeded = Signal(object)
    """What the function returned."""
    failed = Signal(str)
    """One sentence: why the function failed."""

    def __init__(self, work: Callable[[], object], parent: QObject, *, shows_errors: bool = True) -> None:
        """shows_errors: whether the sentence of `failed` is shown; if not, a bug is shown in the dialog for errors."""
        super().__init__(parent)
        self._work, self._shows_errors = work, shows_errors

    def run(self) -> None:
        """Call the function; Qt calls this on the new thread."""
        try:
            result = self._work()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this.")
        except Exception as problem:  # a bug
            self.failed.emit(unexpected_error("This failed", problem))
            if self._shows_errors:
                raise ShownError from problem
            raise
        else:
            self.succeeded.emit(result)


def unexpected_error(failure: str, problem: Exception) -> str:
    """The sentence for a bug. failure: what has failed, as the beginning of the sentence."""
    return f"{failure} because of an error in Digit Lab ({type(problem).__name__}); the log file has the details."


@dataclass(frozen=True, eq=False)
class _Task:
    kind: str
    work: Callable[[], object]
    on_result: Callable[[Any], None]
    on_error: Callable[[str], None] | None


class TaskQueue(QObject):
    """Runs one task after another on a thread. Results and error messages are delivered on the window's thread."""

    busy_changed = Signal(bool)
    """True each time a task starts, False when no further task is waiting."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[_Task] = deque()
        self._thread: TaskThread | None = None
        self._current: _Task | None = None  # None also after it was delivered or discarded

    @property
    def is_busy(self) -> bool:
        """Whether a task is running or waiting."""
        return self._thread is not None or bool(self._waiting)

    def has(self, kind: str) -> bool:
        """Whether a task of this kind is running or waiting, and was not discarded."""
        return any(task is not None and task.kind == kind for task in (self._current, *self._waiting))

    def add(
        self,
        kind: str,
        work: Callable[[], object],
        on_result: Callable[[Any], None],
        on_error: Callable[[str], None] | None,
        *,
        latest_only: bool = False,
    ) -> None:
        """Run `work` after all earlier tasks; then call `on_result` with its result, or `on_error` with a sentence.

        on_error: None if errors that the user can cause need not be shown; a bug is then shown in a dialog.

        kind: a word by which tasks are cancelled and replaced. latest_only: waiting tasks of this kind are dropped,
        because this one replaces them; a running one still delivers its result.
        """
        if latest_only:
            self._drop_waiting(kind)
        self._waiting.append(_Task(kind, work, on_result, on_error))
        self._start_next()

    def cancel(self, *kinds: str) -> None:
        """Drop waiting tasks of these kinds, and ask a running one to stop: `is_cancelled` becomes true for it.

        The running task still delivers the result that its function returns.
        """
        self._drop_waiting(*kinds)
        if self._thread is not None and self._current is not None and self._current.kind in kinds:
            self._thread.requestInterruption()

    def discard(self, *kinds: str) -> None:
        """Cancel tasks of these kinds; a running one delivers neither its result nor its error."""
        self.cancel(*kinds)
        if self._current is not None and self._current.kind in kinds:
            self._current = None

    def finish(self, milliseconds: int = CLOSE_TIMEOUT_MILLISECONDS) -> bool:
        """Run all remaining tasks and wait for them; False if one of them takes longer than this."""
        while self.is_busy:
            self._start_next()
            if self._thread is None or not self._thread.wait(milliseconds):
                return False
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        return True

    def _drop_waiting(self, *kinds: str) -> None:
        self._waiting = deque(task for task in self._waiting if task.kind not in kinds)

    def _start_next(self) -> None:
        if self._thread is not None or not self._waiting:
            return
        self._current = task = self._waiting.popleft()
        self._thread = TaskThread(task.work, self, shows_errors=task.on_error is not None)
        self._thread.succeeded.connect(self._deliver_result)
        self._thread.failed.connect(self._deliver_error)
        self._thread.finished.connect(self._end)
        self._thread.start()
        self.busy_changed.emit(True)

    @Slot(object)
    def _deliver_result(self, result: object) -> None:
        task, self._current = self._current, None
        if task is not None:
            task.on_result(result)

    @Slot(str)
    def _deliver_error(self, sentence: str) -> None:
        task, self._current = self._current, None
        if task is not None and task.on_error is not None:
            task.on_error(sentence)

    @Slot()
    def _end(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
        self._thread = None
        self._start_next()
        if not self.is_busy:
            self.busy_changed.emit(False)


def is_cancelled() -> bool:
    """Whether the task that calls this, on its thread, was cancelled."""
    return QThread.currentThread().isInterruptionRequested()


def in_whole_percent(report: Callable[[float], None]) -> Callable[[float], None]:
    """Report only whole percentages: a signal for each batch would keep the window busy."""
    last_percent = -1

    def report_fraction(fraction: float) -> None:
        nonlocal last_percent
        if int(100 * fraction) != last_percent:
            last_percent = int(100 * fraction)
            report(fraction)

    return report_fraction
