"""A model with its network, what the window says of it, and what a run has brought. Imports no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.storage.models.model_library import is_listed, renamed
from nncore.evaluation.recognition import why_cannot_read
from nncore.files.model_file import Model
from nncore.model.network import Network
from nncore.reporting.number_text import counted_text, percent_text


@dataclass(frozen=True)
class LoadedModel:
    """A model and the network that is built from it; the window's thread uses the network to read digits."""

    model: Model
    network: Network

    @classmethod
    def from_model(cls, model: Model) -> LoadedModel:
        """Build the network of a model; takes a moment for a large one."""
        return cls(model, model.network())


class ModelWithPath(NamedTuple):
    """A model and its file; None for a model that is in no file of the user."""

    loaded: LoadedModel
    path: Path | None


@dataclass(frozen=True, eq=False)
class RunOutcome:
    """The models between which the user can choose after a run that learns digits.

    Attributes:
        trained: the model of the run.
        path: the file in which it is kept, None if it could not be saved.
        before: the model that was in use before the run, None if there was none.
    """

    trained: LoadedModel
    before: ModelWithPath | None
    path: Path | None = None

    @property
    def is_better(self) -> bool:
        """Whether the model of the run reads as well as the model before, or better, as far as both were measured.

        A model that cannot read drawings is worse than one that can. A model that was not measured, because its run
        was stopped in the first epoch, is worse than any.
        """
        if self.before is None:
            return True
        old, new = self.before.loaded, self.trained
        if why_cannot_read(new.network) or why_cannot_read(old.network):
            return not why_cannot_read(new.network)
        old_accuracy, new_accuracy = measured_accuracy(old.model), measured_accuracy(new.model)
        if new_accuracy is None:
            return False
        return old_accuracy is None or new_accuracy >= old_accuracy

    def saved_as(self, loaded: LoadedModel, saved: LoadedModel, path: Path) -> RunOutcome:
        """The outcome after the model `loaded` was saved in the file `path`, where it is `saved`."""
        if self.trained.model is loaded.model:
            return replace(self, trained=saved, path=path if is_listed(path) else self.path)
        if self.before is not None and self.before.loaded.model is loaded.model:
            return replace(self, before=ModelWithPath(saved, path))
        return self


class Renaming:
    """Gives models the names and notes of their files. Equal models stay equal: each is copied at most once."""

    def __init__(self, labels: Mapping[Path, tuple[str, str]]) -> None:
        """labels: name and note by file; a model of another file stays as it is."""
        self._labels = labels
        self._copies: dict[int, LoadedModel] = {}

    def __call__(self, loaded: LoadedModel, path: Path | None) -> LoadedModel:
        """The model of the file `path` with its name and note; the same object if it has them."""
        card = loaded.model.card
        unchanged = card.name, card.notes
        label = unchanged if path is None else self._labels.get(path, unchanged)
        if label == unchanged:
            return loaded
        if id(loaded.model) not in self._copies:
            self._copies[id(loaded.model)] = replace(loaded, model=renamed(loaded.model, *label))
        return self._copies[id(loaded.model)]

    def with_path(self, known: ModelWithPath | None) -> ModelWithPath | None:
        """The same for a model with its file."""
        return known and ModelWithPath(self(*known), known.path)

    def outcome(self, outcome: RunOutcome) -> RunOutcome:
        """The same for the models of a run; the same object if nothing changes."""
        trained, before = self(outcome.trained, outcome.path), self.with_path(outcome.before)
        old = outcome.trained, outcome.before and outcome.before.loaded
        is_same = all(new is each for new, each in zip((trained, before and before.loaded), old, strict=True))
        return outcome if is_same else RunOutcome(trained, before, outcome.path)


def measured_accuracy(model: Model) -> float | None:
    """The accuracy on the test set, 0 to 1; without it that on the validation set; None if neither was measured."""
    if model.card.test_accuracy is not None:
        return model.card.test_accuracy
    return model.history[-1].get("validation_accuracy") if model.history else None


def is_same_model(one: Model | None, other: Model | None) -> bool:
    """Whether two models are the same, even if one of them was read from its file again."""
    if one is None or other is None or one is other:
        return one is other
    is_described_alike = (one.card, one.spec) == (other.card, other.spec)
    return is_described_alike and np.array_equal(one.parameters, other.parameters)


def has_finished_epoch(model: Model) -> bool:
    """Whether a model has finished an epoch of training, or its accuracy was measured."""
    return model.card.epochs > 0 or measured_accuracy(model) is not None


def name_beside(model: Model, other: str) -> str:
    """The name of a model; if `other`, which is shown with it, is the same, with the time at which it was made."""
    card = model.card
    return f"{card.name} of {card.created[:16]}" if card.name == other and card.created else card.name


def model_in_words(model: Model) -> str:
    """Name and accuracy of a model: "handwriting, 99.5 %"; without an accuracy its epochs: "784-16-10, 3 epochs"."""
    card, accuracy = model.card, measured_accuracy(model)
    if accuracy is not None:
        kind = "" if card.test_accuracy is not None else " in validation"
        return f"{card.name}, {percent_text(accuracy, 1)}{kind}"
    return f"{card.name}, {counted_text(card.epochs, 'epoch') if card.epochs else 'no finished epoch'}"
