"""Writes the runs of a sweep into the log of runs while the sweep is in progress."""

from __future__ import annotations

from dataclasses import replace

from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.experiments.sweep.grid import SweepJob
from nncore.experiments.sweep.job import SweepProgress, SweepResult


class SweepRuns:
    """Writes the runs of one sweep into the log: their beginning, their progress and their results.

    A run that is killed stays in the log as interrupted. The log is an argument of each call, because it may be
    reopened between two calls; all methods raise RunLogError.
    """

    def __init__(self, settings: RunSettings, process: str = "") -> None:
        """settings: name, data, machine, recipe and validation share of the sweep; process: the one that does it."""
        self._settings, self._process = settings, process
        self._numbers: dict[int, int] = {}
        self._epochs: dict[int, int] = {}

    def has_news(self, progress: SweepProgress) -> bool:
        """Whether the progress has anything to write down."""
        return any(self._epochs.get(job.number, -1) != _epochs(job, share) for job, share in progress.at_work)

    def note(self, log: RunLog, progress: SweepProgress) -> None:
        """Write down which runs are in progress, and how many epochs each has done."""
        for job, share in progress.at_work:
            epochs = _epochs(job, share)
            if self._epochs.get(job.number, -1) != epochs:
                log.update(self._number(log, job), epochs=epochs)
                self._epochs[job.number] = epochs

    def end(self, log: RunLog, result: SweepResult) -> int:
        """Write down the result of one run; returns its number in the log.

        A run that failed has the reason as its note, and is shown as interrupted.
        """
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
            log.judge(run, "test", result.confusion)
        if result.problem:
            log.annotate(run, result.problem)
        if result.state == "failed":
            log.leave(run)
        else:
            log.end(run, result.state, test_accuracy=result.test_accuracy, test_loss=result.test_loss)
        return run

    def _number(self, log: RunLog, job: SweepJob, started: str = "") -> int:
        """The run's number in the log; adds it to the log if it is not there."""
        known = self._numbers.get(job.number)
        if known is not None:
            return known
        name = f"{self._settings.name}: {job.name}" if job.name else self._settings.name
        settings = replace(self._settings, name=name, spec=job.spec, config=job.config)
        number = self._numbers[job.number] = log.begin(settings, self._process, started=started)
        return number


def _epochs(job: SweepJob, share: float) -> int:
    return int(share * job.config.epochs)
