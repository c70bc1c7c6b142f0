"""Writes the runs of a sweep into the run log. Imports no Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.storage.run_log_file import Complain, open_log
from app.storage.run_process import this_process
from nncore.experiments.run_log.log import RunLog, RunLogError, RunSettings
from nncore.experiments.sweep import SweepProgress, SweepResult, SweepRuns


class SweepRecorder:
    """Logs a sweep. An error of the log is reported, and the sweep continues."""

    def __init__(self, path: Path | None, settings: RunSettings, complain: Complain) -> None:
        """path: of the log, None for no log. settings: of the sweep. complain: called with one sentence on an error."""
        self._path, self._complain = path, complain
        self._runs = SweepRuns(settings, this_process())
        self._said = ""

    def tell(self, event: SweepProgress | SweepResult) -> int | None:
        """Log an event; returns the number of a run that ended, None if it is not logged."""
        if isinstance(event, SweepResult):
            return self._do(lambda log: self._runs.end(log, event))
        if self._runs.has_news(event):
            self._do(lambda log: self._runs.note(log, event))
        return None

    def _do(self, work: Callable[[RunLog], int | None]) -> int | None:
        if self._path is None:
            return None
        try:
            with open_log(self._path, self._complain) as log:
                return work(log)
        except RunLogError as problem:
            if str(problem) != self._said:
                self._said = str(problem)
                self._complain(f"A run of the sweep is not logged: {problem}")
            return None
