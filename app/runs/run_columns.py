"""The columns of the table of runs: what each shows, what it is sorted by, and how wide it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.runs.run_store import KnownRun
from nncore.run_words import changed_settings, duration, figure, percent


@dataclass(frozen=True)
class Column:
    """text: what is shown. key: what it is sorted by. widest: a text for which there is room. explained: a tooltip."""

    title: str
    text: Callable[[KnownRun], str]
    key: Callable[[KnownRun], str | float]
    widest: str
    explained: str
    is_number: bool = False
    edits: str = ""


def _words(title: str, text: Callable[[KnownRun], str], widest: str, explained: str, edits: str = "") -> Column:
    return Column(title, text, lambda known: text(known).casefold(), widest, explained, edits=edits)


def _number(
    title: str, value: Callable[[KnownRun], float | None], shown: Callable[[float], str], widest: str, explained: str
) -> Column:
    def text(known: KnownRun) -> str:
        found = value(known)
        return "–" if found is None else shown(found)

    def key(known: KnownRun) -> float:
        found = value(known)
        return -inf if found is None else found

    return Column(title, text, key, widest, explained, is_number=True)


COLUMNS = (
    _words("Name", lambda known: known.run.settings.name, "784-128-64-10", "Its name; F2 changes it.", "name"),
    _words("Begun", lambda known: known.run.started[:16].replace("T", " "), "2026-11-22 11:35", "When it began."),
    _words("Recipe", lambda known: known.run.settings.recipe or "–", "convnet", "The recipe it was begun from."),
    _words("Network", lambda known: known.run.settings.spec.summary, "784 - 128 - 64 - 10", "Its layers."),
    _words(
        "Settings",
        lambda known: changed_settings(known.run.settings.config, known.run.settings.recipe) or "–",
        "learning rate 0.003",
        "What is not as in its recipe, or as usual without one.",
    ),
    _number("Epochs", lambda known: known.run.epochs, lambda n: f"{n:,.0f}", "10,000", "Epochs done."),
    _number("Best", lambda known: known.run.best_accuracy, percent, "100.00 %", "The highest validation accuracy."),
    _number("Validation", lambda known: known.run.validation_accuracy, percent, "100.00 %", "That of the last epoch."),
    _number("Test", lambda known: known.run.test_accuracy, percent, "100.00 %", "The accuracy on the test set."),
    _number("Loss", lambda known: known.run.training_loss, figure, "0.00001234", "Training loss, last epoch."),
    _number("Time", lambda known: known.run.seconds, duration, "1:02:03 h", "Spent in its epochs, pauses left out."),
    _words("State", lambda known: known.state, "broken off", "How it stands; what was broken off may go on."),
    _words("Note", lambda known: known.run.note, "a longer note", "A note of yours; F2 changes it.", "note"),
)  # fmt: skip
