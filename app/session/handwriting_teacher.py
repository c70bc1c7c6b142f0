"""Teaches the user's handwriting to a copy of the network in use, on a thread, and saves the drawings."""

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

IN_TRAINING = "The model in use is the network of the run in progress. Teach it when the run has ended."


class HandwritingTeacher(QObject):
    """The user's examples, and the network that has learned them.

    Each training starts from the network given to `set_base`, and uses all examples and the same seed. So the same
    examples give the same bits, undo restores the previous network, and without examples the network is the base
    itself. Only `close` waits for a training; a new request replaces an older one. Nothing leaves the computer.
    """

    adapted = Signal(Adaptation)
    """The network to use now, and its accuracy."""
    cross_validated = Signal(HeldOut)
    """Emitted some time after `adapted`: how well the network reads drawings that it did not learn."""
    failed = Signal(str)
    """One sentence: why a drawing could not be saved, read or learned."""
    changed = Signal()
    """A property may have a new value."""

    def __init__(self, parent: QObject | None = None, path: Path | None = None) -> None:
        """path: the file of the examples; None for the user's own file."""
        super().__init__(parent)
        self.library = InkLibrary(path or own_ink_path())
        self.base: Network | None = None
        self.is_base_in_training = False
        """Whether the base is the network of a run in progress, which cannot be taught."""
        self.learned_count = 0
        """The number of examples that the network of the last `adapted` has learned; 0 for the base."""
        self._tasks = TaskQueue(self)

    @property
    def count(self) -> int:
        """The number of examples."""
        return len(self.library.examples)

    @property
    def has_learned(self) -> bool:
        """Whether the network of the last `adapted` differs from the base."""
        return self.learned_count > 0

    @property
    def can_undo(self) -> bool:
        """Whether `undo` can remove an example or restore forgotten ones."""
        return bool(self.count or self.restorable_count)

    @property
    def restorable_count(self) -> int:
        """The number of forgotten examples that `undo` would restore; 0 if it would remove the newest example."""
        return 0 if self.count else len(self.library.forgotten)

    @property
    def is_busy(self) -> bool:
        """Whether a network is being adapted, or will be."""
        return self._tasks.has("adapt")

    def load(self) -> None:
        """Read the saved examples; a damaged file is renamed, and `failed` reports its new name."""
        problem = self.library.load()
        self.changed.emit()
        if problem:
            self.failed.emit(problem)

    def set_base_in_training(self, is_in_training: bool) -> None:
        """Say whether the base is the network of a run in progress."""
        if is_in_training != self.is_base_in_training:
            self.is_base_in_training = is_in_training
            self.changed.emit()

    def load_replay_data(self) -> None:
        """Load the replay data, so that the first adaptation is as fast as later ones."""
        if not self._tasks.is_busy:
            self._start("prepare", replay_data, lambda _: None)

    def set_base(self, network: Network | None, *, learn: bool = True) -> None:
        """Adapt copies of `network`; `network` itself stays unchanged.

        learn: adapt to the current examples now; otherwise when the examples change next.
        """
        self._stop()
        self.base, self.learned_count = network, 0
        if learn and self.count:
            self._adapt()
        self.changed.emit()

    def teach(self, ink: Ink, digit: int, read: int | None = None) -> None:
        """Save `ink` as an example of `digit`, 0 to 9, and learn it, unless this drawing is such an example already.

        read: the digit that the network had read.
        """
        if self.is_base_in_training:
            self.failed.emit(IN_TRAINING)
            return
        if ink.is_blank:
            self.failed.emit("Nothing is drawn yet, so there is nothing to learn.")
            return
        if self.library.has(ink, digit):
            self.failed.emit(f"This drawing is already taught as {digit}. Draw another one.")
            return
        self._change(partial(self.library.add, Example(ink, digit, datetime.now(), read)))

    def undo(self) -> None:
        """Remove the newest example; without examples, restore the forgotten examples."""
        if self.count:
            self._change(self.library.remove_last)
        elif self.library.forgotten:
            self._change(self.library.restore_forgotten)

    def forget(self) -> None:
        """Remove all examples and use the base network again; `undo` restores the examples."""
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
        """Adapt the base to the current examples."""
        self._stop()
        if self.base is None or self.is_base_in_training:
            return
        if self.count:
            self._start("adapt", partial(_adapt_to_examples, self.base, self.library.examples), self._use_adaptation)
        elif self.has_learned:
            self.learned_count = 0
            self.adapted.emit(Adaptation(self.base, 0))

    def _use_adaptation(self, adaptation: Adaptation | None) -> None:
        if adaptation is None or self.base is None:
            return
        self.learned_count = adaptation.examples
        self._start("cross_validate", partial(_measure_held_out, self.base, self.library.examples), self._emit_held_out)
        self.adapted.emit(adaptation)
        self.changed.emit()

    def _emit_held_out(self, held_out: HeldOut | None) -> None:
        if held_out is not None:
            self.cross_validated.emit(held_out)

    def _start(self, kind: str, work: Callable[[], object], on_result: Callable[[Any], None]) -> None:
        """Run `work` on the other thread, then `on_result` with its result on this one.

        `work` must not hold a reference to this object: the last reference could then be released on the other thread,
        which would delete a Qt object there.
        """
        self._tasks.add(kind, work, on_result, self._report_failure)

    def _stop(self) -> None:
        self._tasks.discard("prepare", "adapt", "cross_validate")

    def _report_failure(self, problem: str) -> None:
        self.failed.emit(problem)
        self.changed.emit()


def _adapt_to_examples(base: Network, examples: tuple[Example, ...]) -> Adaptation | None:
    return fine_tune_and_evaluate(base, dataset_of(examples), cancelled=is_cancelled)


def _measure_held_out(base: Network, examples: tuple[Example, ...]) -> HeldOut | None:
    return cross_validate(base, dataset_of(examples), cancelled=is_cancelled)
