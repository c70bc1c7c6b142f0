"""The bar below the progress of a run: which model is in use, and what can be done with the model of the last run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.session.loaded_model import RunOutcome, is_same_model, measured_accuracy, model_in_words
from app.style.theme import GAP
from app.widgets.elements import enable, push_button, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.plain_text import ReservedLabel
from nncore.files.model_file import Model

NO_MODEL_IN_USE = "No model is in use yet."
NO_TRAINED_MODEL = "There is no model of a run yet. Train a network first."
ALREADY_IN_USE = "This model is in use now."
RUN_NOT_ENDED = "The run has not ended yet."
LONG_SENTENCE = (
    "In use: handwriting, 99.5 %. Not in use, because it is correct less often: 784-128-64-10, 98.5 % in validation."
)
"""A sentence for which there is room."""


class OutcomeBar(QWidget):
    """Says which model is in use, and offers what to do with the model of the run that has ended.

    The bar has the same place and height before, during and after a run, so that nothing moves when a run ends.
    """

    try_requested = Signal()
    """Use the model of the run, and draw for it."""
    mistakes_requested = Signal()
    """Use the model of the run, and look at the images that it misreads."""
    keep_requested = Signal()
    """Keep the model of the run under a name."""
    back_requested = Signal()
    """Use the model before the run again."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = ReservedLabel(LONG_SENTENCE, max_lines=2)
        self.try_button = push_button("Try it in Draw", "", self.try_requested)
        self.mistakes_button = push_button("See its mistakes", "", self.mistakes_requested)
        self.keep_button = push_button("Keep it…", "", self.keep_requested)
        self.back_button = push_button("Model before", "", self.back_requested)
        buttons = FlowLayout(self.try_button, self.mistakes_button, self.keep_button, self.back_button)
        layout = without_margins(QVBoxLayout(self), GAP // 2)
        layout.addWidget(self.sentence)
        layout.addLayout(buttons)
        self.show_models(None, None)

    def show_models(
        self, outcome: RunOutcome | None, in_use: Model | None, *, is_running: bool = False, is_taught: bool = False
    ) -> None:
        """Show the model that is in use, and what a run has brought.

        outcome: the models of the run that has ended, None if there is none. is_running: whether a run is in progress.
        is_taught: whether the network that reads has learned drawings since the accuracy of the model was measured.
        """
        self.sentence.set_full_text(_sentence(outcome, in_use, is_taught=is_taught))
        obstacle = "" if outcome else RUN_NOT_ENDED if is_running else NO_TRAINED_MODEL
        name = model_in_words(outcome.trained.model) if outcome else ""
        enable(self.try_button, f"Use {name}, and draw a digit for it.", obstacle)
        enable(self.mistakes_button, f"Use {name}, and look at the test images that it misreads.", obstacle)
        keep_tip = f"Give {name} a name of your own. A model with a name is never deleted automatically."
        enable(self.keep_button, keep_tip, obstacle)
        before = outcome.before.loaded.model if outcome and outcome.before else None
        tip = f"Use {model_in_words(before)} again." if before else ""
        no_way_back = "" if before else "There was no model before this run."
        enable(
            self.back_button, tip, obstacle or no_way_back or (ALREADY_IN_USE if is_same_model(before, in_use) else "")
        )


def _sentence(outcome: RunOutcome | None, in_use: Model | None, *, is_taught: bool) -> str:
    """Which model is in use, and why it is not that of the run."""
    if in_use is None:
        return NO_MODEL_IN_USE
    using = f"In use: {model_in_words(in_use)}{' before teaching' if is_taught else ''}."
    if outcome is None:
        return using
    trained, before = outcome.trained.model, outcome.before.loaded.model if outcome.before else None
    if is_same_model(in_use, trained):
        return f"{using} Before: {model_in_words(before)}." if before else using
    is_before = is_same_model(in_use, before)
    if is_before and measured_accuracy(trained) is None:
        return f"{using} Not in use, not measured: {model_in_words(trained)}."
    if is_before and not outcome.is_better:
        return f"{using} Not in use, because it is correct less often: {model_in_words(trained)}."
    return f"{using} Not in use: {model_in_words(trained)}."
