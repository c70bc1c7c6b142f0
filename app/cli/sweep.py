"""`sweep`: train a recipe with several values of some settings, one run per combination, in parallel."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from pathlib import Path
from threading import Event
from typing import Any

from tqdm import tqdm

from app.background.interrupt import on_end_signal
from app.cli.output import INTERRUPTED, FaultTolerantOutput, print_error
from app.cli.train_options import add_settings, examples_for
from app.storage.leftovers import remove_leftovers
from app.storage.paths import run_log_path
from app.storage.run_process import machine_description
from app.storage.sweep_recorder import SweepRecorder
from nncore.data.dataset import Splits
from nncore.data.formats import format_names
from nncore.errors import SettingError
from nncore.experiments.recipes import Recipe, recipe_named
from nncore.experiments.run_log.log import RunSettings
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, check_jobs, grid, run_sweep
from nncore.experiments.sweep.cluster import run_on_cluster
from nncore.experiments.sweep.grid import SWEPT
from nncore.reporting.number_text import duration_text, percent_text, rounded_text

SOME_FAILED = 1
"""An exit status."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sweep`."""
    parser.add_argument("--recipe", default="quick", metavar="NAME", help="the experiment to vary (quick)")
    add_settings(parser, SWEPT, several=True)
    parser.add_argument("--data", type=Path, metavar="PATH", help=f"{format_names()} file (bundled MNIST)")
    parser.add_argument("--name", default="sweep", help="name of the runs in the log (sweep)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="number of parallel processes (one per core)")
    where.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="use the Dask cluster of this scheduler")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    if options.workers is not None and options.workers < 1:
        raise SettingError("workers", f"--workers must be at least 1; got {options.workers}.")
    recipe = recipe_named(options.recipe)
    values = {name: given for name, given in vars(options).items() if name in SWEPT}
    jobs = grid(recipe.spec, recipe.config, values)
    data, fraction = examples_for(recipe, options.data), 0.0 if recipe.fits_a_curve else recipe.validation_fraction
    check_jobs(jobs, data, fraction)
    settings = RunSettings(
        options.name,
        recipe.spec,
        recipe.config,
        data=data.training.source,
        machine=machine_description(),
        recipe=recipe.name,
        validation_fraction=fraction,
    )
    output, results = FaultTolerantOutput(), []
    remove_leftovers()
    write_result = _write_json if options.json else _write_text
    interrupted = Event()
    with on_end_signal(interrupted.set):
        recorder = SweepRecorder(run_log_path(), settings, print_error)
        events = _events(options, jobs, data, recipe, fraction, interrupted.is_set)
        for result, number in _with_progress_bar(events, recorder):
            results.append(result)
            write_result(output, result, number)
    _report_best(output, results, options.json)
    if interrupted.is_set():
        return INTERRUPTED
    return SOME_FAILED if any(result.state == "failed" for result in results) else 0


def _events(
    options: argparse.Namespace,
    jobs: Sequence[SweepJob],
    data: Splits,
    recipe: Recipe,
    fraction: float,
    cancelled: Callable[[], bool],
) -> Iterator[SweepProgress | SweepResult]:
    if options.scheduler:
        data_source = data if options.data else recipe.chosen  # every machine with Digit Lab has the bundled data
        return run_on_cluster(jobs, data_source, options.scheduler, fraction, cancelled=cancelled)
    source = partial(examples_for, recipe, options.data) if options.data else data
    return run_sweep(jobs, source, fraction, options.workers, cancelled=cancelled)


def _with_progress_bar(
    events: Iterator[SweepProgress | SweepResult], recorder: SweepRecorder
) -> Iterator[tuple[SweepResult, int | None]]:
    """The results, each with its number in the log, None if it is not logged.

    On a terminal, show the progress of the sweep and the remaining time on standard error.
    """
    hidden = sys.stderr is None or not sys.stderr.isatty()
    bar_format = "{desc} {percentage:3.0f}%|{bar}| {postfix}"
    with tqdm(total=1.0, dynamic_ncols=True, disable=hidden, leave=False, bar_format=bar_format) as bar:
        for event in events:
            number = recorder.record(event)
            if isinstance(event, SweepResult):
                yield event, number
            else:
                left = event.seconds_left
                bar.set_description_str(f"{event.done} of {event.jobs} runs", refresh=False)
                bar.set_postfix_str("" if left is None else f"{duration_text(left)} left", refresh=False)
                bar.update(event.fraction - bar.n)


def _write_text(output: FaultTolerantOutput, result: SweepResult, number: int | None) -> None:
    run = "" if number is None else f"run {number}: "
    name = result.job.name or "as in the recipe"
    end = "" if result.state == "finished" else f", {result.state}"
    why = f": {result.problem}" if result.problem else ""
    output.write_line(f"{_score_in_words(result):>8}  {duration_text(result.seconds):>9}  {run}{name}{end}{why}")


def _score_in_words(result: SweepResult) -> str:
    """The accuracy, or the loss of a run without classes."""
    return rounded_text(result.loss) if result.accuracy is None else percent_text(result.accuracy)


def _write_json(output: FaultTolerantOutput, result: SweepResult, number: int | None) -> None:
    output.write_line(json.dumps({"event": "run", **_as_json(result, number)}, allow_nan=False))


def _as_json(result: SweepResult, number: int | None) -> dict[str, Any]:
    figures = (
        "state", "test_accuracy", "test_loss", "loss", "best_accuracy", "seconds", "steps", "best_epoch", "attempts",
    )  # fmt: skip
    settings = {name: list(value) if isinstance(value, tuple) else value for name, value in result.job.settings}
    return {
        "id": number, "settings": settings, "parameters": result.job.spec.parameter_count,
        **{name: getattr(result, name) for name in figures}, "problem": result.problem or None,
    }  # fmt: skip


def _report_best(output: FaultTolerantOutput, results: Sequence[SweepResult], as_json: bool) -> None:
    """Report the best run."""
    finished = [result for result in results if result.state == "finished"]
    best = max(finished, key=_score, default=None)
    if as_json:
        settings = _as_json(best, None)["settings"] if best else None
        found = {"runs": len(results), "finished": len(finished), "best": settings}
        found["best_accuracy"] = best.accuracy if best else None
        output.write_line(json.dumps({"event": "finished", **found}))
    elif best is not None and len(results) > 1:
        output.write_line(f"best: {best.job.name}, {_score_in_words(best)}")


def _score(result: SweepResult) -> float:
    if result.accuracy is not None:
        return result.accuracy
    return -inf if result.loss is None else -result.loss
