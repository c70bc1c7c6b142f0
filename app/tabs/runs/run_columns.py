"""The columns of the table of runs: text, sort key and width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.storage.run_store import StoredRun
from nncore.experiments.run_log.descriptions import changed_settings, duration, figure, percent
from nncore.experiments.run_log.logged_run import RunSettings


@dataclass(frozen=True)
class Column:
    """text: the text of a run. widest: a text that sets the column width. explained: the tooltip.

    number: the sort key; None: the text, ignoring case. edits: the field that an edit changes, "" if read-only.
    """

    title: str
    text: Callable[[StoredRun], str]
    widest: str
    explained: str
    number: Callable[[StoredRun], float] | None = None
    edits: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the column is right-aligned."""
        return self.number is not None

    def key(self, known: StoredRun, text: str) -> str | float:
        """The sort key of a run with this `text`."""
        return text.casefold() if self.number is None else self.number(known)


def _changed(settings: RunSettings) -> str:
    return changed_settings(settings.config, settings.recipe, settings.rates)


def _number(
    title: str, value: Callable[[StoredRun], float | None], shown: Callable[[float], str], widest: str, explained: str
) -> Column:
    def text(known: StoredRun) -> str:
        found = value(known)
        return "–" if found is None else shown(found)

    def key(known: StoredRun) -> float:
        found = value(known)
        return -inf if found is None else found

    return Column(title, text, widest, explained, key)


COLUMNS = (
    Column("Name", lambda known: known.run.settings.name, "784-128-64-10", "Name; F2 edits it.", edits="name"),
    Column("Begun", lambda known: known.run.started[:16].replace("T", " "), "2026-08-28 20:38.", "Start time."),
    Column("Recipe", lambda known: known.run.settings.recipe or "–", "numpynet", "Recipe of the settings."),
    Column("Network", lambda known: known.run.settings.spec.summary, "784 - 128 - 64 - 10", "Layers."),
    Column(
        "Settings",
        lambda known: _changed(known.run.settings) or "–",
        "learning rate 0.01",
        "Settings that differ from the recipe, or from the defaults.",
    ),
    _number("Epochs", lambda known: known.run.epochs, lambda n: f"{n:,.0f}", "1,000", "Finished epochs."),
    _number("Best", lambda known: known.run.best_accuracy, percent, "100.00 %", "Highest validation accuracy."),
    _number("Validation", lambda known: known.run.validation_accuracy, percent, "100.00 %", "After the last epoch."),
    _number("Test", lambda known: known.run.test_accuracy, percent, "100.00 %", "Test accuracy."),
    _number("Loss", lambda known: known.run.training_loss, figure, "0.008888", "Training loss of the last epoch."),
    _number("Time", lambda known: known.run.seconds, duration, "12:34 min", "Time of all epochs, without pauses."),
    Column("State", lambda known: known.state, "interrupted", "State; an interrupted run can be continued."),
    Column("Note", lambda known: known.run.note, "a note", "Your note; F2 edits it.", edits="note"),
)  # fmt: skip
