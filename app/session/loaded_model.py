"""A model with its network, what the window says of it, and what a run has brought. Imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nncore.evaluation.recognition import why_cannot_read
from nncore.files.model_file import Model
from nncore.model.network import Network
from nncore.reporting.number_text import percent_text


@dataclass(frozen=True)
class LoadedModel:
    """A model and the network that is built from it; the window's thread uses the network to read digits."""

    model: Model
    network: Network

    @classmethod
    def from_model(cls, model: Model) -> LoadedModel:
        """Build the network of a model; takes a moment for a large one."""
        return cls(model, model.network())


@dataclass(frozen=True, eq=False)
class RunOutcome:
    """The models between which the user can choose after a run that learns digits.

    trained: the model of the run. before: the model that was in use before the run and its file, None if there was
    none. The file is None for a model without one.
    """

    trained: LoadedModel
    before: tuple[LoadedModel, Path | None] | None

    @property
    def is_better(self) -> bool:
        """Whether the model of the run reads as well as the model before, or better, as far as both were measured.

        A model that cannot read drawings is worse than one that can. A model that was not measured, because its run
        was stopped in the first epoch, is worse than any.
        """
        if self.before is None:
            return True
        old, new = self.before[0], self.trained
        if why_cannot_read(new.network) or why_cannot_read(old.network):
            return not why_cannot_read(new.network)
        old_accuracy, new_accuracy = measured_accuracy(old.model), measured_accuracy(new.model)
        if new_accuracy is None:
            return False
        return old_accuracy is None or new_accuracy >= old_accuracy


def measured_accuracy(model: Model) -> float | None:
    """The accuracy on the test set, 0 to 1; without it that on the validation set; None if neither was measured."""
    if model.card.test_accuracy is not None:
        return model.card.test_accuracy
    return model.history[-1].get("validation_accuracy") if model.history else None


def model_in_words(model: Model) -> str:
    """Name and accuracy of a model: "handwriting, 99.5 %"; without an accuracy its epochs: "784-16-10, 3 epochs"."""
    card, accuracy = model.card, measured_accuracy(model)
    if accuracy is not None:
        kind = "" if card.test_accuracy is not None else " in validation"
        return f"{card.name}, {percent_text(accuracy, 1)}{kind}"
    return f"{card.name}, {card.epochs:,} epoch{'' if card.epochs == 1 else 's'}"
