"""Writes the runs of a sweep into the run log. Imports no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from app.storage.run_log_file import ReportError, with_log
from app.storage.run_process import process_description
from nncore.experiments.run_log.log import RunLog, RunLogError, RunSettings
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult


class SweepRecorder:
    """Logs the runs of a sweep: their beginning, progress and results.

    An error of the log is reported, and the sweep continues. A run that is killed stays in the log as interrupted.
    """

    def __init__(self, path: Path | None, settings: RunSettings, report_error: ReportError) -> None:
        """path: of the log, None for no log. settings: of the sweep; each run has its own network and config.

        report_error: called with one sentence for an error of the log.
        """
        self._path, self._settings = path, settings
        self._report_once = cache(report_error)  # a repeated sentence is not reported again
        self._log_fails = False
        self._runs: dict[int, tuple[int, str]] = {}  # number and start time of runs in the log, by index of the job
        self._epochs: dict[int, int] = {}  # that were logged last, by index of the job

    def record(self, event: SweepProgress | SweepResult) -> int | None:
        """Log an event; returns the number of a run that ended, None if it is not logged."""
        if isinstance(event, SweepResult):
            return self._with_log(lambda log: self._log_result(log, event))
        progress = [(job, int(fraction * job.config.epochs)) for job, fraction in event.running]
        changed = [(job, epochs) for job, epochs in progress if self._epochs.get(job.index) != epochs]
        if changed:
            self._with_log(lambda log: self._log_progress(log, changed))
        return None

    def _log_progress(self, log: RunLog, changed: Sequence[tuple[SweepJob, int]]) -> None:
        """Log the number of completed epochs of each job."""
        for job, epochs in changed:
            log.update(self._number(log, job), epochs=epochs)
            self._epochs[job.index] = epochs

    def _log_result(self, log: RunLog, result: SweepResult) -> int:
        """Log the result of one run; a run that failed has the reason as its note, and is shown as interrupted."""
        run = self._number(log, result.job, result.started)
        if result.history:
            last = result.history[-1]
            figures = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
            log.add_epochs(
                run, result.history, result.curve, epochs=last["epoch"], steps=result.steps, seconds=result.seconds,
                best_epoch=result.best_epoch, best_accuracy=result.best_accuracy,
                **{figure: last[figure] for figure in figures},
            )  # fmt: skip
        if result.confusion is not None:
            log.set_confusion(run, "test", result.confusion)
        if result.problem:
            log.annotate(run, result.problem)
        if result.state == "failed":
            log.release(run)
        else:
            log.end(run, result.state, test_accuracy=result.test_accuracy, test_loss=result.test_loss)
        return run

    def _number(self, log: RunLog, job: SweepJob, started: str = "") -> int:
        """Return the run's number in the log; adds the run if the log does not have it, because it was replaced."""
        number, logged_start = self._runs.get(job.index, (0, ""))
        if not log.has(number, logged_start):
            name = f"{self._settings.name}: {job.name}" if job.name else self._settings.name
            settings = replace(self._settings, name=name, spec=job.spec, config=job.config)
            started = started or logged_start or datetime.now().isoformat(timespec="milliseconds")
            number = log.begin(settings, process_description(), started=started)
            self._runs[job.index] = number, started
        return number

    def _with_log(self, work: Callable[[RunLog], int | None]) -> int | None:
        if self._path is None:
            return None
        try:
            result = with_log(self._path, self._report_once, work)
        except (RunLogError, OSError) as problem:
            if not self._log_fails:  # another attempt may fail for another reason, but that is not said again
                self._report_once(f"A run of the sweep is not logged: {problem}")
            self._log_fails = True
            return None
        self._log_fails = False
        return result
