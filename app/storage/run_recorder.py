"""Records a run during training: in the run log, and in a checkpoint from which it can continue after a crash.

Imports no Qt: the window's training thread and the command line pass it the same events. An error of the
log or the disk never ends the run: it is reported once, and the missing entries are written later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from time import perf_counter
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.storage.run_log_file import ReportError, open_log, rename_damaged
from app.storage.run_process import process_description
from app.storage.writing_pace import CHECKPOINT_FRACTION, LOG_FRACTION, WritingPace
from nncore.errors import ModelFileError
from nncore.experiments.run_log.log import DamagedRunLogError, LoggedRun, RunLog, RunLogError, RunSettings, State
from nncore.files.checkpoint_file import save_checkpoint
from nncore.system.file_lock import FileLock
from nncore.training import Training
from nncore.training.checkpoint import Checkpoint
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.training.history import EPOCH_FIGURES, MAX_ROWS, EpochFigures
from nncore.training.step_curve import StepCurve

CANNOT_BE_CONTINUED = "This run cannot be trained further once Digit Lab is closed"
"""The beginning of the report if the checkpoint of an ended run could not be written; the reason follows."""

MAX_CHECKPOINTS = 20
"""Maximum number of ended runs whose checkpoints are kept; a checkpoint of a usual network has a few megabytes."""

RETRY_INTERVAL_SECONDS = 2.0
"""Seconds between two attempts to use a log after an error."""

SHORT_LOCK_TIMEOUT = 0.02
"""Seconds that the training waits in each of these attempts."""


class RunRecorder:
    """Records one run; used on the training thread.

        with RunRecorder(log_path, settings, checkpoints, report_error) as recorder:
            for event in training.events():
                recorder.record(event, training)

    number: the number of the run in the log; None while it is not logged. checkpoint: the file of its checkpoint.
    """

    def __init__(
        self,
        path: Path,
        settings: RunSettings,
        checkpoints: Path,
        report_error: ReportError,
        continued: LoggedRun | None = None,
        previous_curve: NDArray[np.float32] | None = None,
    ) -> None:
        """Record in the log at `path`, which is opened when the run starts.

        checkpoints: the folder for the run's checkpoint. report_error: called with one sentence if something cannot be
        written. continued: the interrupted run that is continued; it stays the same run. previous_curve: (3, n) step,
        loss and accuracy of the ended run from which this run starts. settings: data "" for the data of the training.
        """
        self.number = continued.id if continued else None
        self._path, self._settings = path, settings
        self._report_once = cache(report_error)  # a repeated sentence is not reported again
        name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {token_hex(4)}.checkpoint"
        self.checkpoint_path = checkpoints / ((continued.checkpoint_name if continued else "") or name)
        self._lock = FileLock(lock_file(self.checkpoint_path))
        self._started = continued.started if continued else datetime.now().isoformat(timespec="milliseconds")
        self._training: Training | None = None
        self._log: RunLog | None = None
        self._curve = StepCurve(previous_curve)
        self._rates = continued.settings.rates if continued else settings.rates
        self._pending_epochs: list[EpochFigures] = []
        self._earlier_epochs: Sequence[EpochFigures] = ()
        self._continued_at: tuple[int, int] | None = None
        self._last_epoch: EpochDone | None = None
        self._best = continued.best_accuracy if continued else None
        self._failed_at = float("-inf")
        self._checkpoint_pace, self._log_pace = WritingPace(CHECKPOINT_FRACTION), WritingPace(LOG_FRACTION)
        self._log_fails = False
        self._ended = False

    def __enter__(self) -> Self:
        """Lock the run's checkpoint; raises RunLogError if another process continues the same run."""
        try:
            is_free = self._lock.acquire()
        except OSError:  # a run does not end because its folder cannot be used
            is_free = True
        if not is_free:
            raise RunLogError(f"{self._settings.name} is already being trained by another window of Digit Lab.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def started(self) -> str:
        """When the run started, as in the log."""
        return self._started

    @property
    def curve(self) -> NDArray[np.float32]:
        """(3, n) step, loss and accuracy of the steps so far, including those before a run was continued."""
        return self._curve.array()

    # ------------------------------------------------------------------ events

    def record(self, event: TrainingEvent, training: Training) -> None:
        """Record an event; writes after an epoch and after the run. Errors of log and disk are reported, not raised."""
        if isinstance(event, StepDone):
            self._curve.add(event.step, event.loss, event.accuracy)
        elif isinstance(event, EpochDone):
            self._add_epoch(event)
            self._write(training)
        elif isinstance(event, Started):
            self._begin(training)
        else:
            self._end(event, training)

    def keep_model(self, path: Path) -> None:
        """Log that the model of the run was saved as `path`."""
        self._with_log(lambda log, run: log.update(run, model=str(path)))
        self._close_log()

    def close(self) -> None:
        """Close the log. A run that has not ended no longer belongs to this process, so another one can continue it."""
        if self._training is not None and self.number is not None and not self._ended:
            self._with_log(lambda log, run: log.release(run))
        self._close_log()
        self._lock.release()
        with suppress(OSError):
            if not self.checkpoint_path.exists():
                self._lock.path.unlink()

    # ----------------------------------------------------------------- writing

    def _begin(self, training: Training) -> None:
        counters = training.checkpoint().counters
        self._training, self._earlier_epochs = training, training.history.rows()
        self._settings = replace(self._settings, data=self._settings.data or training.data.training.source)
        if self.number is not None:
            self._continued_at = counters.epochs_done, counters.step
        self._with_log(lambda log, run: None)

    def _add_epoch(self, done: EpochDone) -> None:
        self._last_epoch = done
        self._pending_epochs.append({"step": done.step, **{figure: getattr(done, figure) for figure in EPOCH_FIGURES}})
        if len(self._pending_epochs) > 2 * MAX_ROWS:  # the log has failed for a long time
            self._pending_epochs = self._pending_epochs[::2]
        if done.validation_accuracy is not None:
            self._best = max(self._best or 0.0, done.validation_accuracy)

    def _write(self, training: Training) -> None:
        """Write the epochs that are not in the log yet, and the checkpoint, each if it is due."""
        if self._log_pace.is_due:
            with self._log_pace.working():
                checkpoint = training.checkpoint()
                if self._with_log(lambda log, run_id: self._add_epochs(log, run_id, checkpoint)):
                    self._pending_epochs = []
        if self.number is not None and self._checkpoint_pace.is_due:
            with self._checkpoint_pace.working():
                self._save(training.checkpoint())

    def _add_epochs(self, log: RunLog, run_id: int, checkpoint: Checkpoint) -> None:
        counters, last = checkpoint.counters, self._last_epoch
        summary = {
            "epochs": counters.epochs_done, "steps": counters.step, "seconds": counters.seconds,
            "best_epoch": counters.best_epoch or None, "best_accuracy": self._best,
        }  # fmt: skip
        if last is not None:
            figures = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
            summary |= {name: getattr(last, name) for name in figures}
        log.add_epochs(run_id, self._pending_epochs, self._curve.array(), **summary)
        rates = tuple(change for change in checkpoint.rates_used if change != (1, checkpoint.config.learning_rate))
        if rates != self._rates:
            log.set_rates(run_id, rates)
            self._rates = rates
        if last is not None and last.confusion is not None:
            log.set_confusion(run_id, "validation" if last.validation_loss is not None else "training", last.confusion)

    def _save(self, checkpoint: Checkpoint, consequence: str = "If this run is killed, it cannot be continued") -> bool:
        """Write the checkpoint; if that fails, report the `consequence`."""
        recipe, fraction = self._settings.recipe, self._settings.validation_fraction
        try:
            save_checkpoint(replace(checkpoint, recipe=recipe, validation_fraction=fraction), self.checkpoint_path)
        except ModelFileError as problem:
            self._report_once(f"{consequence}: {problem}")
            return False
        return True

    def _end(self, event: Finished | Diverged, training: Training) -> None:
        state = training.checkpoint()
        self._failed_at = float("-inf")  # try once more, with the full timeout
        # A checkpoint of an ended run is needed only to train the run further.
        can_be_continued = isinstance(event, Finished) and event.step > 0 and self.number is not None
        kept = can_be_continued and self._save(state, CANNOT_BE_CONTINUED)

        def end(log: RunLog, run_id: int) -> None:
            self._add_epochs(log, run_id, state)
            if isinstance(event, Diverged):
                log.end(run_id, "diverged")
                return
            if event.test is not None and event.test.confusion is not None:
                log.set_confusion(run_id, "test", event.test.confusion)
            test = event.test
            figures = {"test_accuracy": test.accuracy, "test_loss": test.loss} if test else {}
            ended: State = "stopped" if event.stopped else "finished"
            log.end(run_id, ended, self.checkpoint_path.name if kept else "", seconds=event.seconds, **figures)

        self._ended = self._with_log(end)
        if self._ended:
            self._delete([] if kept else [self.checkpoint_path.name])
            self._with_log(lambda log, run: self._delete(log.forget_old_checkpoints(MAX_CHECKPOINTS)))

    def _delete(self, checkpoints: Sequence[str]) -> None:
        for name in checkpoints:
            path = self.checkpoint_path.with_name(name)
            try:
                path.unlink(missing_ok=True)
                if path != self.checkpoint_path:
                    lock_file(path).unlink(missing_ok=True)
            except OSError as problem:
                self._report_once(f"{path}: it is no longer needed, but could not be deleted ({problem.strerror}).")

    # ----------------------------------------------------------------- the log

    def _with_log(self, work: Callable[[RunLog, int], None]) -> bool:
        """Call `work` with the log and the run's number; returns False and reports it if the log is unusable now."""
        if perf_counter() - self._failed_at < RETRY_INTERVAL_SECONDS:
            return False
        try:
            try:
                work(*self._open_log_and_number())
            except DamagedRunLogError as problem:  # `work` has found the damage
                damaged = self._log
                if damaged is None:
                    raise
                self._close_log()
                rename_damaged(damaged.path, damaged.file, problem, self._report_once)
                work(*self._open_log_and_number())
        except (RunLogError, OSError) as problem:
            if not self._log_fails:  # another attempt may fail for another reason, but that is not said again
                self._report_once(f"This run continues, but is not logged for now: {problem}")
            self._close_log()
            self._log_fails, self._failed_at = True, perf_counter()
            return False
        self._log_fails, self._failed_at = False, float("-inf")
        return True

    def _open_log_and_number(self) -> tuple[RunLog, int]:
        if self._log is not None and self._log.was_replaced:  # another process has found damage in it
            self._close_log()
        if self._log is None:
            has_failed = self._failed_at > float("-inf")
            self._log = open_log(self._path, self._report_once, SHORT_LOCK_TIMEOUT if has_failed else None)
            if self.number is not None and not self._log.has(self.number, self._started):  # the log was replaced
                self.number = self._continued_at = None
        if self.number is None:
            self._pending_epochs = self._all_epochs()
            self.number = self._log.begin(
                self._settings, process_description(), self.checkpoint_path.name, self._started
            )
        elif self._continued_at is not None:
            self._resume_entry(self._log, self.number, *self._continued_at)
            self._continued_at = None
        return self._log, self.number

    def _all_epochs(self) -> list[EpochFigures]:
        """All epochs of the run; the pending rows have more figures than those of the training's history."""
        pending = {row["epoch"]: row for row in self._pending_epochs}
        rows = self._training.history.rows() if self._training else ()
        return [pending.get(row["epoch"], row) for row in rows]

    def _resume_entry(self, log: RunLog, run_id: int, epochs: int, steps: int) -> None:
        """Continue the entry of an interrupted run: remove rows after the checkpoint, add missing ones before it."""
        log.continue_run(run_id, process_description(), epochs, steps)
        known = {row["epoch"] for row in log.epochs(run_id)}
        self._pending_epochs = [row for row in self._earlier_epochs if row["epoch"] not in known] + self._pending_epochs
        self._curve = StepCurve(np.hstack((log.curve(run_id), self._curve.array())))

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def lock_file(checkpoint_path: Path) -> Path:
    """The file that a process locks while it trains the run of a checkpoint."""
    return checkpoint_path.with_suffix(".lock")
