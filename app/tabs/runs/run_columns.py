"""The columns of the table of runs: what each shows, what it is sorted by, and how wide it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.storage.run_store import KnownRun
from nncore.experiments.run_log.descriptions import changed_settings, duration, figure, percent
from nncore.experiments.run_log.logged_run import RunSettings


@dataclass(frozen=True)
class Column:
    """text: what is shown. widest: a text for which there is room. explained: a tooltip.

    number: what it is sorted by, None for its text, whatever its case. edits: what an edit of it changes, if it can be.
    """

    title: str
    text: Callable[[KnownRun], str]
    widest: str
    explained: str
    number: Callable[[KnownRun], float] | None = None
    edits: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.number is not None

    def key(self, known: KnownRun, text: str) -> str | float:
        """What a run whose `text` is known is sorted by."""
        return text.casefold() if self.number is None else self.number(known)


def _changed(settings: RunSettings) -> str:
    return changed_settings(settings.config, settings.recipe, settings.rates)


def _number(
    title: str, value: Callable[[KnownRun], float | None], shown: Callable[[float], str], widest: str, explained: str
) -> Column:
    def text(known: KnownRun) -> str:
        found = value(known)
        return "–" if found is None else shown(found)

    def key(known: KnownRun) -> float:
        found = value(known)
        return -inf if found is None else found

    return Column(title, text, widest, explained, key)


COLUMNS = (
    Column("Name", lambda known: known.run.settings.name, "784-128-64-10", "Its name; F2 changes it.", edits="name"),
    Column("Begun", lambda known: known.run.started[:16].replace("T", " "), "2026-08-28 20:38.", "When it began."),
    Column("Recipe", lambda known: known.run.settings.recipe or "–", "numpynet", "The recipe it was begun from."),
    Column("Network", lambda known: known.run.settings.spec.summary, "784 - 128 - 64 - 10", "Its layers."),
    Column(
        "Settings",
        lambda known: _changed(known.run.settings) or "–",
        "learning rate 0.01",
        "What is not as in its recipe, or as usual without one.",
    ),
    _number("Epochs", lambda known: known.run.epochs, lambda n: f"{n:,.0f}", "1,000", "Epochs done."),
    _number("Best", lambda known: known.run.best_accuracy, percent, "100.00 %", "The highest validation accuracy."),
    _number("Validation", lambda known: known.run.validation_accuracy, percent, "100.00 %", "That of the last epoch."),
    _number("Test", lambda known: known.run.test_accuracy, percent, "100.00 %", "The accuracy on the test set."),
    _number("Loss", lambda known: known.run.training_loss, figure, "0.008888", "Training loss, last epoch."),
    _number("Time", lambda known: known.run.seconds, duration, "12:34 min", "Spent in its epochs, pauses left out."),
    Column("State", lambda known: known.state, "broken off", "How it stands; what was broken off may go on."),
    Column("Note", lambda known: known.run.note, "a note", "A note of yours; F2 changes it.", edits="note"),
)  # fmt: skip
