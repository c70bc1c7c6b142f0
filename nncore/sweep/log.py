"""The results of a sweep in the log of runs."""

from __future__ import annotations

from dataclasses import replace

from nncore.run_log import RunLog, RunSettings
from nncore.sweep.job import SweepResult


def log_result(log: RunLog, result: SweepResult, settings: RunSettings) -> int:
    """Write one run of a sweep into the log; gives its number there.

    settings: of the sweep: its data, machine, recipe and share held out; network and configuration come from the
    result, and its name is put behind the sweep's. A run that failed has the reason as its note, and counts as broken
    off. Raises RunLogError.
    """
    job = result.job
    name = f"{settings.name}: {job.name}" if job.name else settings.name
    run = log.begin(replace(settings, name=name, spec=job.spec, config=job.config), started=result.started)
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
    if result.state != "failed":
        log.end(run, result.state, test_accuracy=result.test_accuracy, test_loss=result.test_loss)
    return run
