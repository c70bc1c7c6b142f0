"""Runs and their epochs as CSV: one table of runs, and one of the epochs of all of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from nncore.errors import DataError
from nncore.experiments.run_log.descriptions import settings_in_words
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.system.atomic_write import write_safely
from nncore.training.history import Row

FIGURES = (
    "id", "note", "started", "state", "epochs", "steps", "seconds", "best_epoch", "best_accuracy",
    "validation_accuracy", "validation_loss", "training_accuracy", "training_loss", "test_accuracy", "test_loss",
    "model",
)  # fmt: skip

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def runs_as_csv(runs: Sequence[LoggedRun]) -> str:
    """One line a run: name, figures, settings. Accuracies from 0 to 1, empty where not measured."""
    described = [settings_in_words(run.settings) for run in runs]
    settings = list(dict.fromkeys(name for each in described for name in each))
    figures = ["epochs_done" if name == "epochs" else name for name in FIGURES]  # "epochs" are those that were wanted
    lines: list[list[object]] = [["name", *figures, *settings, "machine"]]
    for run, each in zip(runs, described, strict=True):
        own = [each.get(name, "") for name in settings]
        lines.append([run.settings.name, *(getattr(run, name) for name in FIGURES), *own, run.settings.machine])
    return _as_csv(lines)


def epochs_as_csv(runs: Sequence[tuple[LoggedRun, Sequence[Row]]]) -> str:
    """One line an epoch of each run; the figures of all runs, empty where one has none."""
    figures = list(dict.fromkeys(name for _, rows in runs for row in rows for name in row))
    lines: list[list[object]] = [["run", "name", *figures]]
    for run, rows in runs:
        lines += [[run.id, run.settings.name, *(row.get(name) for name in figures)] for row in rows]
    return _as_csv(lines)


def write_csv(runs: Sequence[tuple[LoggedRun, Sequence[Row]]], path: Path) -> Path:
    """Write the table of runs to `path` and that of their epochs beside it, whose path this gives.

    Raises DataError if that fails.
    """
    beside = path.with_name(f"{path.stem} epochs{path.suffix or '.csv'}")
    for target, text in ((path, runs_as_csv([run for run, _ in runs])), (beside, epochs_as_csv(runs))):
        try:
            write_safely(target, text.encode("utf-8-sig"))  # without the mark Excel takes it for another encoding
        except OSError as problem:
            raise DataError(f"{target}: could not be written ({problem.strerror or problem}).") from None
    return beside


def _as_csv(lines: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerows([[_cell(value) for value in line] for line in lines])
    return text.getvalue()


def _cell(value: object) -> object:
    """A cell; text that a spreadsheet would compute is kept from that by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
