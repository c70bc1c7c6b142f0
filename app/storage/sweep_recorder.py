"""Writes the runs of a sweep into the run log. Imports no Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.storage.run_log_file import ReportError, open_log
from app.storage.run_process import this_process
from nncore.experiments.run_log.log import RunLog, RunLogError, RunSettings
from nncore.experiments.sweep import SweepProgress, SweepResult, SweepRuns


class SweepRecorder:
    """Logs a sweep. An error of the log is reported, and the sweep continues."""

    def __init__(self, path: Path | None, settings: RunSettings, report_error: ReportError) -> None:
        """path: of the log, None for no log. settings: of the sweep. report_error: called for an error of the log."""
        self._path, self._report_error = path, report_error
        self._runs = SweepRuns(settings, this_process())
        self._said = ""

    def record(self, event: SweepProgress | SweepResult) -> int | None:
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
            with open_log(self._path, self._report_error) as log:
                return work(log)
        except RunLogError as problem:
            if str(problem) != self._said:
                self._said = str(problem)
                self._report_error(f"A run of the sweep is not logged: {problem}")
            return None
