"""`runs`: list, show, export, delete and restore logged runs."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app.cli.output import print_error
from app.storage.paths import run_log_path, runs_folder
from app.storage.run_log_file import with_log
from app.storage.run_process import is_alive
from app.storage.run_tables import write_run_tables
from nncore.errors import SettingError, printable
from nncore.experiments.run_log.descriptions import settings_in_words
from nncore.experiments.run_log.html_report import ReportedRun, write_report
from nncore.experiments.run_log.log import RunLog
from nncore.experiments.run_log.logged_run import SUMMARY, LoggedRun
from nncore.reporting.number_text import counted_text, duration_text, percent_text, rounded_text

MAX_SHOWN_NAME = 32
"""Characters of a name in the list of runs; a longer one is cut."""

MAX_VALUE_LENGTH = 2000
"""Characters of a value in the description of a run; a longer one is cut."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `runs`, and its own commands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    show = actions.add_parser("show", help="show a run: settings, figures, epochs")
    show.add_argument("numbers", nargs=1, type=int, metavar="N", help="its number in the list")
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
    export = actions.add_parser("export", help="write runs as CSV, or as a report with curves")
    export.add_argument("numbers", nargs="+", type=int, metavar="N", help="their numbers in the list")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="a file that ends in .csv or .html")
    for name, what in (
        ("delete", "delete runs; `runs restore` restores them"),
        ("restore", "restore deleted runs"),
    ):
        action = actions.add_parser(name, help=what)
        action.add_argument("numbers", nargs="+", type=int, metavar="N", help="their numbers in the list")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    with_log(run_log_path(), print_error, partial(_run_action, options))
    return 0


def _run_action(options: argparse.Namespace, log: RunLog) -> None:
    match options.action:
        case "show":
            _show(log, options.numbers[0], options.json)
        case "export":
            _export(log, options.numbers, options.out)
        case "delete" | "restore":
            _delete_or_restore(log, options.numbers, options.action)
        case _:
            _list(log.runs(), options.json)


def state_in_words(run: LoggedRun) -> str:
    """The state of a run; a run that has not ended and whose process no longer exists was interrupted."""
    if run.state != "running" or is_alive(run.process):
        return run.state
    return "interrupted"


def _list(runs: Sequence[LoggedRun], as_json: bool) -> None:
    if as_json:
        for run in runs:
            print(json.dumps(_as_json(run)))
        return
    if not runs:
        print("No run is logged yet. Train a network to add one.")
        return
    print(f"{'run':>5}  {'begun':16}  {'state':10}  {'epochs':>6}  {'time':>11}  {'validation':>10}  {'test':>9}  name")
    for run in runs:
        best = percent_text(run.best_accuracy if run.best_accuracy is not None else run.training_accuracy)
        print(
            f"{run.id:5}  {printable(run.started[:16].replace('T', ' '))}  {state_in_words(run):10}  {run.epochs:6,}  "
            f"{duration_text(run.seconds):>11}  {best:>10}  {percent_text(run.test_accuracy):>9}  "
            f"{printable(run.settings.name, MAX_SHOWN_NAME)}  {run.settings.spec.summary}"
        )


def _show(log: RunLog, number: int, as_json: bool) -> None:
    run, rows = log.run(number), log.epochs(number)
    if as_json:
        print(json.dumps({**_as_json(run), "history": rows}))
        return
    print(f"run {run.id}: {printable(run.settings.name)}, {state_in_words(run)}")
    about = {
        **settings_in_words(run.settings, has_names=True),
        "begun": run.started.replace("T", " "), "time": duration_text(run.seconds),
        "machine": run.settings.machine, "best epoch": run.best_epoch, "test accuracy": percent_text(run.test_accuracy),
        "test loss": rounded_text(run.test_loss), "model": run.model, "note": run.note,
        "continue from": _checkpoint(run),
    }  # fmt: skip
    for name, value in about.items():
        if value not in ("", None):
            print(f"  {name:20} {printable(str(value), MAX_VALUE_LENGTH)}")
    print(f"\n{'epoch':>6} {'loss':>10} {'accuracy':>10} {'validation':>11} {'accuracy':>10}")
    for row in rows:
        print(
            f"{row['epoch']:6.0f} {rounded_text(row.get('training_loss')):>10} "
            f"{percent_text(row.get('training_accuracy')):>10} "
            f"{rounded_text(row.get('validation_loss')):>11} {percent_text(row.get('validation_accuracy')):>10}"
        )


def _checkpoint(run: LoggedRun) -> str:
    """The checkpoint from which `train --resume` can continue an ended or interrupted run, or ""."""
    path = runs_folder() / run.checkpoint_name
    return str(path) if run.checkpoint_name and state_in_words(run) != "running" and os.path.isfile(path) else ""


def _export(log: RunLog, numbers: Sequence[int], out: Path) -> None:
    runs = [ReportedRun.from_log(log, number) for number in dict.fromkeys(numbers)]
    match out.suffix.lower():
        case ".csv":
            epochs_file = write_run_tables([(each.run, each.epochs) for each in runs], out)
            print(f"written: {out} and {epochs_file}")
        case ".html" | ".htm":
            write_report(runs, out)
            print(f"written: {out}")
        case _:
            raise SettingError("out", f"{out}: runs are exported as a file that ends in .csv or .html.")


def _delete_or_restore(log: RunLog, numbers: Sequence[int], action: str) -> None:
    runs = [log.run(number) for number in numbers]  # raises before any run is changed
    for run in runs:
        if action == "delete" and run.state == "running" and is_alive(run.process):
            raise SettingError("numbers", f"Run {run.id} is still in progress. Delete it when it has ended.")
    (log.delete if action == "delete" else log.restore)(numbers)
    what = counted_text(len(runs), "run")
    print(f"{what} deleted. `runs restore` restores them." if action == "delete" else f"{what} restored.")


def _as_json(run: LoggedRun) -> dict[str, Any]:
    figures = {name: getattr(run, name) for name in SUMMARY}
    return {
        "id": run.id, "name": run.settings.name, "note": run.note, "started": run.started, "state": state_in_words(run),
        **figures, "checkpoint": _checkpoint(run), "parent": run.settings.parent, "machine": run.settings.machine,
        "settings": settings_in_words(run.settings, has_names=True),
    }  # fmt: skip
