"""Teach my hand: keeps what was taught, and has the network in use learn it on a thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot

from app.background.task import BackgroundTask
from app.session.fine_tuning import Adaptation, HeldOut, adapted, drawings, held_out, others
from app.storage.ink_library import Example, InkLibrary
from app.storage.paths import user_folder
from nncore.errors import DataError
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink

CLOSE_TIMEOUT = 10_000
"""Milliseconds that closing waits for a thread to end."""


def library_path() -> Path:
    """Where the user's examples are kept."""
    return user_folder() / "ink" / "my hand.unipen"


class OwnHand(QObject):
    """The user's examples, and the network that has learnt them.

    The network is always made anew of the one given to `set_base` and of all examples, with the same seed: so the same
    examples give the same bits, undo brings back those from before, and without examples it is the base itself. All
    methods return at once; of several requests the newest counts. Nothing leaves the computer.
    """

    adapted = Signal(object)
    """The Adaptation whose network is to be used from now on."""
    judged = Signal(object)
    """A HeldOut, some time after `adapted`: how well the drawings are read that were not learnt."""
    failed = Signal(str)
    """One sentence: why something could not be kept, read or learnt."""
    changed = Signal()
    """A property may have another value."""

    def __init__(self, parent: QObject | None = None, path: Path | None = None) -> None:
        """`path`: another file than the user's own."""
        super().__init__(parent)
        self.library = InkLibrary(path or library_path())
        self.base: Network | None = None
        self._learnt = False
        self._task: BackgroundTask | None = None
        self._cancel = Event()
        self._tasks: set[BackgroundTask] = set()

    @property
    def count(self) -> int:
        """How many examples there are."""
        return len(self.library.examples)

    @property
    def can_undo(self) -> bool:
        """Whether there is an example, or a hand forgotten, that `undo` could see to."""
        return bool(self.count or self.undo_brings_back)

    @property
    def undo_brings_back(self) -> int:
        """How many forgotten examples `undo` would bring back; 0 if it would take the newest example away."""
        return 0 if self.count else len(self.library.forgotten)

    @property
    def has_learnt(self) -> bool:
        """Whether the network last told by `adapted` is another one than the base."""
        return self._learnt

    @property
    def is_busy(self) -> bool:
        """Whether a network is being taught."""
        return self._task is not None and self._task.kind == "adapt"

    def load(self) -> None:
        """Read what was kept; a damaged file is set aside, and `failed` says so."""
        trouble = self.library.load()
        self.changed.emit()
        if trouble:
            self.failed.emit(trouble)

    def prepare(self) -> None:
        """Have at hand what teaching needs, so that the first time takes no longer than the next."""
        if self._task is None:
            self._start("prepare", lambda _: others())

    def set_base(self, network: Network | None, *, learn: bool = True) -> None:
        """Teach `network` from now on; it is never changed itself.

        learn: teach it at once what there is, for `adapted` to tell; otherwise with the next change.
        """
        self._stop()
        self.base, self._learnt = network, False
        if learn and self.count:
            self._adapt()
        self.changed.emit()

    def teach(self, ink: Ink, digit: int, read: int | None = None) -> None:
        """Keep `ink` as an example of `digit`, 0 to 9, which was read as `read`, and learn it."""
        if ink.is_blank:
            self.failed.emit("Nothing is drawn yet, so there is nothing to learn.")
            return
        self._change(partial(self.library.add, Example(ink, digit, datetime.now(), read)))

    def undo(self) -> None:
        """Take the newest example back, or a forgetting if there is none; does nothing if neither is to be had."""
        if self.count:
            self._change(self.library.remove_last)
        elif self.library.forgotten:
            self._change(self.library.remember)

    def forget(self) -> None:
        """Take all examples away, until `undo`, and go back to the base."""
        if self.count:
            self._change(self.library.forget)

    def close(self) -> bool:
        """Stop learning and wait for the threads; False if one did not end in time."""
        self._stop()
        if not all(task.wait(CLOSE_TIMEOUT) for task in self._tasks):
            return False
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        return True

    def _change(self, step: Callable[[], None]) -> None:
        try:
            step()
        except DataError as problem:
            self.failed.emit(str(problem))
        else:
            self._adapt()
        self.changed.emit()

    def _adapt(self) -> None:
        """Have the base learn what there is now."""
        self._stop()
        if self.base is None:
            return
        if self.count:
            base, examples = self.base, self.library.examples
            self._start("adapt", lambda cancelled: _lesson(base, examples, cancelled))
        elif self._learnt:
            self._learnt = False
            self.adapted.emit(Adaptation(self.base, 0))

    def _take_adaptation(self, adaptation: Adaptation) -> None:
        self._learnt = True
        base, examples = self.base, self.library.examples
        assert base is not None
        self._start("judge", lambda cancelled: held_out(base, drawings(examples), cancelled))
        self.adapted.emit(adaptation)
        self.changed.emit()

    # --------------------------------------------------------------- threads

    def _start(self, kind: str, work: Callable[[Callable[[], bool]], object]) -> None:
        """Run `work`, which is told how to hear that it is cancelled, in place of what has been running.

        It must not refer to this object: a circle of references might be cleared away by the thread.
        """
        self._stop()
        self._cancel = Event()
        task = BackgroundTask(kind, partial(work, self._cancel.is_set), _unused, self)
        self._task = task
        self._tasks.add(task)
        task.succeeded.connect(self._on_success)
        task.failed.connect(self._on_failure)
        task.finished.connect(self._drop_ended_tasks)
        task.start()

    def _stop(self) -> None:
        """Let go of what is running; nobody hears of it any more."""
        self._cancel.set()
        self._task = None

    @Slot(object)
    def _on_success(self, result: object) -> None:
        task = self.sender()
        if isinstance(task, BackgroundTask) and task is self._task:
            self._task = None
            if isinstance(result, Adaptation):
                self._take_adaptation(result)
            elif isinstance(result, HeldOut):
                self.judged.emit(result)

    @Slot(str)
    def _on_failure(self, problem: str) -> None:
        if self.sender() is self._task:
            self._task = None
            self.failed.emit(problem)
            self.changed.emit()

    @Slot()
    def _drop_ended_tasks(self) -> None:
        for task in [task for task in self._tasks if task.isFinished()]:
            self._tasks.remove(task)
            task.deleteLater()


def _lesson(base: Network, examples: tuple[Example, ...], cancelled: Callable[[], bool]) -> Adaptation | None:
    return adapted(base, drawings(examples), cancelled)


def _unused(result: object) -> None:
    """What a task gives goes by its type."""
