"""Teaches the network in use the user's handwriting: keeps the drawings, and has a copy learn them on a thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background.task_queue import TaskQueue, is_cancelled
from app.session.fine_tuning import Adaptation, HeldOut, cross_validate, dataset_of, fine_tune_and_evaluate, replay_data
from app.storage.ink_library import Example, InkLibrary
from app.storage.paths import own_ink_path
from nncore.errors import DataError
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink


class HandwritingTeacher(QObject):
    """The user's examples, and the network that has learnt them.

    The adapted network is always trained from the network given to `set_base`, with all examples, with the same
    seed. So the same examples give the same bits, undo restores the network from before, and without examples the
    network is the base itself. All methods return at once; a new request replaces an older one. Nothing leaves the
    computer.
    """

    adapted = Signal(Adaptation)
    """The network to use from now on, and how well it reads."""
    judged = Signal(HeldOut)
    """Some time after `adapted`: how well the network reads drawings that it did not learn."""
    failed = Signal(str)
    """One sentence: why a drawing could not be kept, read or learnt."""
    changed = Signal()
    """A property may have another value."""

    def __init__(self, parent: QObject | None = None, path: Path | None = None) -> None:
        """path: a file of examples other than the user's own."""
        super().__init__(parent)
        self.library = InkLibrary(path or own_ink_path())
        self.base: Network | None = None
        self._has_learnt = False
        self._tasks = TaskQueue(self)

    @property
    def count(self) -> int:
        """The number of examples."""
        return len(self.library.examples)

    @property
    def can_undo(self) -> bool:
        """Whether `undo` has something to undo: an example that was added, or examples that were forgotten."""
        return bool(self.count or self.undo_brings_back)

    @property
    def undo_brings_back(self) -> int:
        """How many forgotten examples `undo` would bring back; 0 if it would remove the newest example."""
        return 0 if self.count else len(self.library.forgotten)

    @property
    def has_learnt(self) -> bool:
        """Whether the network of the last `adapted` differs from the base."""
        return self._has_learnt

    @property
    def is_busy(self) -> bool:
        """Whether a network is being adapted."""
        return self._tasks.has("adapt")

    def load(self) -> None:
        """Read the kept examples; a damaged file is renamed, and `failed` tells how."""
        trouble = self.library.load()
        self.changed.emit()
        if trouble:
            self.failed.emit(trouble)

    def prepare(self) -> None:
        """Load the data that teaching needs, so that the first lesson is as fast as the next."""
        if not self._tasks.is_busy:
            self._start("prepare", replay_data, lambda _: None)

    def set_base(self, network: Network | None, *, learn: bool = True) -> None:
        """Adapt `network`, which stays unchanged itself, from now on.

        learn: adapt it at once to the present examples; otherwise with the next change of them.
        """
        self._stop()
        self.base, self._has_learnt = network, False
        if learn and self.count:
            self._adapt()
        self.changed.emit()

    def teach(self, ink: Ink, digit: int, read: int | None = None) -> None:
        """Keep `ink` as an example of `digit`, 0 to 9, and learn it. read: the digit that the network had read."""
        if ink.is_blank:
            self.failed.emit("Nothing is drawn yet, so there is nothing to learn.")
            return
        self._change(partial(self.library.add, Example(ink, digit, datetime.now(), read)))

    def undo(self) -> None:
        """Remove the newest example; without examples, bring the forgotten ones back, if there are any."""
        if self.count:
            self._change(self.library.remove_last)
        elif self.library.forgotten:
            self._change(self.library.remember)

    def forget(self) -> None:
        """Remove all examples, which `undo` brings back, and return to the base."""
        if self.count:
            self._change(self.library.forget)

    def close(self) -> bool:
        """Stop learning and wait for the thread; False if it did not end in time."""
        self._stop()
        return self._tasks.finish()

    def _change(self, step: Callable[[], None]) -> None:
        try:
            step()
        except DataError as problem:
            self.failed.emit(str(problem))
        else:
            self._adapt()
        self.changed.emit()

    def _adapt(self) -> None:
        """Adapt the base to the present examples."""
        self._stop()
        if self.base is None:
            return
        if self.count:
            self._start("adapt", partial(_lesson, self.base, self.library.examples), self._take_adaptation)
        elif self._has_learnt:
            self._has_learnt = False
            self.adapted.emit(Adaptation(self.base, 0))

    def _take_adaptation(self, adaptation: Adaptation | None) -> None:
        if adaptation is None or self.base is None:
            return
        self._has_learnt = True
        self._start("judge", partial(_judgement, self.base, self.library.examples), self._take_judgement)
        self.adapted.emit(adaptation)
        self.changed.emit()

    def _take_judgement(self, judged: HeldOut | None) -> None:
        if judged is not None:
            self.judged.emit(judged)

    def _start(self, kind: str, work: Callable[[], object], use: Callable[[Any], None]) -> None:
        """Run `work`; it must not refer to this object, or the thread might delete it."""
        self._tasks.add(kind, work, use, self._refuse)

    def _stop(self) -> None:
        self._tasks.discard("prepare", "adapt", "judge")

    def _refuse(self, problem: str) -> None:
        self.failed.emit(problem)
        self.changed.emit()


def _lesson(base: Network, examples: tuple[Example, ...]) -> Adaptation | None:
    return fine_tune_and_evaluate(base, dataset_of(examples), is_cancelled)


def _judgement(base: Network, examples: tuple[Example, ...]) -> HeldOut | None:
    return cross_validate(base, dataset_of(examples), is_cancelled)
