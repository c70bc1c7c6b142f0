"""Runs and their epochs as pandas tables and as CSV files: one of the runs, one of the epochs of all runs.

In a notebook:

    from app.storage.paths import run_log_path
    from app.storage.run_tables import epochs_table, runs_table
    from nncore.experiments.run_log.log import RunLog

    with RunLog(run_log_path()) as log:
        runs = log.runs()
        epochs_table([(run, log.epochs(run.id)) for run in runs]).groupby("run")["validation_accuracy"].max()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nncore.errors import DataError
from nncore.experiments.run_log.descriptions import settings_in_words
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.system.atomic_write import save_file
from nncore.training.history import EpochFigures

if TYPE_CHECKING:
    from pandas import DataFrame

TABLE_FIGURES = (
    "id", "note", "started", "state", "epochs", "steps", "seconds", "best_epoch", "best_accuracy",
    "validation_accuracy", "validation_loss", "training_accuracy", "training_loss", "test_accuracy", "test_loss",
    "model",
)  # fmt: skip

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet interprets text that starts with one of these characters as a formula."""


def runs_table(runs: Sequence[LoggedRun]) -> DataFrame:
    """One row for each run: name, figures, settings, machine. Accuracies from 0 to 1, missing if not measured."""
    names = ["epochs_done" if name == "epochs" else name for name in TABLE_FIGURES]  # "epochs" is the planned number
    rows: list[dict[str, object]] = []
    for run in runs:
        figures = zip(names, (getattr(run, name) for name in TABLE_FIGURES), strict=True)
        rows.append({"name": run.settings.name, **dict(figures), **settings_in_words(run.settings, has_names=True)})
    table = _table(rows, ["name", *names])
    table["machine"] = [run.settings.machine for run in runs]
    return table


def epochs_table(runs: Sequence[tuple[LoggedRun, Sequence[EpochFigures]]]) -> DataFrame:
    """One row for each epoch of each run; the figures of all runs, missing if a run has none."""
    rows = [{"run": run.id, "name": run.settings.name, **row} for run, epochs in runs for row in epochs]
    return _table(rows, ("run", "name"))


def write_run_tables(runs: Sequence[tuple[LoggedRun, Sequence[EpochFigures]]], path: Path) -> Path:
    """Write the runs to `path`, and their epochs to a second file beside it; returns the path of the second.

    Raises DataError if that fails.
    """
    epochs_path = path.with_name(f"{path.stem} epochs{path.suffix or '.csv'}")
    for target, table in ((path, runs_table([run for run, _ in runs])), (epochs_path, epochs_table(runs))):
        text = table.map(_cell).to_csv(index=False, lineterminator="\r\n")  # RFC 4180
        # Excel assumes another encoding if there is no byte order mark.
        save_file(target, text.encode("utf-8-sig"), DataError)
    return epochs_path


def _table(rows: Sequence[Mapping[str, object]], first: Sequence[str]) -> DataFrame:
    """The rows as a table that begins with the columns `first`; a column of integers may have missing values."""
    import pandas  # imported here, because it takes a few tenths of a second

    columns = dict.fromkeys([*first, *(name for row in rows for name in row)])
    return pandas.DataFrame({name: pandas.array([row.get(name) for row in rows]) for name in columns})


def _cell(value: object) -> object:
    """A cell; an apostrophe before a text prevents a spreadsheet from interpreting it as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_PREFIXES) else value
