"""The columns of the table of runs: text, sort key and width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.storage.run_store import StoredRun
from nncore.experiments.run_log.descriptions import title_and_differences
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.reporting.number_text import counted_text, duration_text, percent_text, rounded_text


@dataclass(frozen=True)
class Column:
    """A column. text: returns the text of a run. sample: a text as wide as the column. tooltip: of the title.

    Attributes:
        number: returns the sort key; if None, the table is sorted by the text, ignoring case.
        edited_field: the field of a run that an edit changes, "" for a read-only column.
    """

    title: str
    text: Callable[[StoredRun], str]
    sample: str
    tooltip: str
    number: Callable[[StoredRun], float] | None = None
    edited_field: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the column is right-aligned."""
        return self.number is not None

    def key(self, stored: StoredRun, text: str) -> str | float:
        """The sort key of a run with this `text`."""
        return text.casefold() if self.number is None else self.number(stored)


def _number_column(
    title: str, value: Callable[[StoredRun], float | None], shown: Callable[[float], str], sample: str, tooltip: str
) -> Column:
    def text(stored: StoredRun) -> str:
        number = value(stored)
        return "–" if number is None else shown(number)

    def key(stored: StoredRun) -> float:
        number = value(stored)
        return -inf if number is None else number

    return Column(title, text, sample, tooltip, key)


def epochs_text(stored: StoredRun) -> str:
    """The number of finished epochs; of a run in its first epoch, its steps: "12 steps"."""
    return f"{stored.run.epochs:,}" if stored.run.epochs or not stored.run.steps else progress_text(stored.run)


def progress_text(run: LoggedRun) -> str:
    """How far a run came: "3 epochs"; within its first epoch "12 steps"."""
    if run.epochs or not run.steps:
        return counted_text(run.epochs, "epoch")
    return counted_text(run.steps, "step")


def _progress(stored: StoredRun) -> float:
    """The sort key: a run without a finished epoch is before all others, and has more with more steps."""
    run = stored.run
    return run.epochs if run.epochs else 1 - 1 / (1 + run.steps)


SPARKLINE_COLUMN = "Course"
"""The title of the column with the sparklines; its text is for screen readers."""


RUN_COLUMNS = (
    Column("Name", lambda row: row.run.settings.name, "784-128-64-10", "Name; F2 edits it.", edited_field="name"),
    Column(
        "Recipe and settings",
        lambda row: title_and_differences(row.run.settings),
        "A wide dense network: 64 64, rate 0",
        "Title of the recipe, and the settings that differ from it, or from the defaults.",
    ),
    Column(
        SPARKLINE_COLUMN,
        lambda row: f"best {percent_text(row.run.best_accuracy)} after {progress_text(row.run)}",
        "sparkline",
        "Validation accuracy after each epoch, from its lowest to its highest value.",
    ),
    _number_column("Best", lambda row: row.run.best_accuracy, percent_text, "100.00 %", "Highest validation accuracy."),
    _number_column("Test", lambda row: row.run.test_accuracy, percent_text, "100.00 %", "Test accuracy."),
    Column("State", lambda row: row.state, "interrupted", "State; an interrupted run can be continued."),
    Column("Note", lambda row: row.run.note, "a note on this", "Your note; F2 edits it.", edited_field="note"),
    Column("Epochs", epochs_text, "999 steps", "Finished epochs; within the first one, the finished steps.", _progress),
    _number_column(
        "Time",
        lambda row: row.run.seconds if row.run.epochs else None,
        duration_text,
        "12:34 min",
        "Time of all finished epochs, without pauses.",
    ),
    _number_column(
        "Validation", lambda row: row.run.validation_accuracy, percent_text, "100.00 %", "Of the last epoch."
    ),
    _number_column(
        "Loss", lambda row: row.run.training_loss, rounded_text, "0.008888", "Training loss of the last epoch."
    ),
    Column("Started", lambda row: row.run.started[:16].replace("T", " "), "2026-08-28 20:38.", "Start time."),
)
