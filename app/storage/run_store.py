"""The Runs tab's access to the run log. Each call opens the log, because its file may be renamed. Imports no Qt."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from app.storage.paths import models_folder
from app.storage.run_log_file import path_beside, with_log
from app.storage.run_process import is_alive
from app.storage.run_tables import write_run_tables
from nncore.experiments.run_log.html_report import ReportedRun, write_report
from nncore.experiments.run_log.log import RunLog
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.training.history import EpochFigures

WINDOW_LOCK_TIMEOUT = 0.2
"""Seconds that the window may wait for another program that is writing to the log."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class StoredRun:
    """A run of the log. is_interrupted: it has not ended, and its process no longer runs.

    Attributes:
        checkpoint_path: the file for continuing an interrupted run or training an ended run further; None without a
            file.
        model: the file of its model; None if it has none, or if it was deleted.
    """

    run: LoggedRun
    is_interrupted: bool = False
    checkpoint_path: Path | None = None
    model: Path | None = None

    @property
    def state(self) -> str:
        """The state in one word."""
        return "interrupted" if self.is_interrupted else self.run.state


class RunStore:
    """The log at `path`, with the checkpoints of runs beside it; every method raises RunLogError.

    report_error: called with one sentence, once, if the log is damaged and was renamed.
    """

    def __init__(self, path: Path, report_error: Callable[[str], None]) -> None:
        self.path = path
        self._report_once = cache(report_error)  # a repeated sentence is not reported again

    def modification_stamp(self) -> tuple[object, ...]:
        """A value that changes whenever any program writes to the log."""
        stamps = (_file_stamp(f"{self.path}{suffix}") for suffix in ("", "-wal"))
        beside = _file_stamp(str(path_beside(self.path))), _file_stamp(f"{path_beside(self.path)}-wal")
        return (*stamps, *beside)

    def runs(self) -> list[StoredRun]:
        """All runs that are not deleted, newest first."""
        return [self._stored(run) for run in self._with_log(RunLog.runs)]

    def newest_interrupted(self) -> StoredRun | None:
        """The newest interrupted run that can be continued and was not dismissed; None if there is none."""
        if not os.path.lexists(self.path):
            return None
        known = (self._stored(run) for run in self._with_log(RunLog.unfinished) if run.process)
        return next((run for run in known if run.checkpoint_path is not None), None)

    def dismiss(self, run_id: int) -> None:
        """Exclude this run from `newest_interrupted`; it can still be continued in the Runs tab."""
        self._with_log(lambda log: log.release(run_id))

    def rename(self, run_id: int, name: str) -> None:
        """Rename a run."""
        self._with_log(lambda log: log.rename(run_id, name))

    def annotate(self, run_id: int, note: str) -> None:
        """Replace the note on a run."""
        self._with_log(lambda log: log.annotate(run_id, note))

    def delete(self, runs: Sequence[int]) -> None:
        """Mark runs as deleted."""
        self._with_log(lambda log: log.delete(runs))

    def restore(self, runs: Sequence[int]) -> None:
        """Restore deleted runs."""
        self._with_log(lambda log: log.restore(runs))

    def reported_runs(self, runs: Sequence[int]) -> list[ReportedRun]:
        """Runs with their epochs and curves, for a report or for the curves in the Train tab."""
        return self._with_log(lambda log: [ReportedRun.from_log(log, run) for run in runs])

    def epochs(self, runs: Sequence[int]) -> list[list[EpochFigures]]:
        """The figures of the epochs of runs."""
        return self._with_log(lambda log: [log.epochs(run) for run in runs])

    def export(self, runs: Sequence[int], path: Path) -> str:
        """Write runs as CSV, or as a report if `path` ends in .html; returns a sentence about the written files."""
        reported = self.reported_runs(runs)
        if path.suffix.lower() in (".html", ".htm"):
            write_report(reported, path)
            return f"Written: {path}."
        epochs_path = write_run_tables([(each.run, each.epochs) for each in reported], path)
        return f"Written: {path}, and the epochs in {epochs_path.name} in the same folder."

    def _stored(self, run: LoggedRun) -> StoredRun:
        is_unfinished = run.state == "running"
        if is_unfinished and is_alive(run.process):
            return StoredRun(run)
        checkpoint = self.path.parent / run.checkpoint_name
        found = checkpoint if run.checkpoint_name and os.path.isfile(checkpoint) else None
        return StoredRun(run, is_unfinished, found, _model_of(run))

    def _with_log(self, work: Callable[[RunLog], Result]) -> Result:
        return with_log(self.path, self._report_once, work, WINDOW_LOCK_TIMEOUT)


def _model_of(run: LoggedRun) -> Path | None:
    """The file of the model of a run, even if the folder of the user's files was moved later."""
    if not run.model:
        return None
    model = Path(run.model)
    return next((path for path in (model, models_folder() / model.name) if os.path.isfile(path)), None)


def _file_stamp(path: str) -> tuple[int, int] | None:
    """Time and size of a file; None if it does not exist, or vanishes at this moment, or may not be looked at."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
