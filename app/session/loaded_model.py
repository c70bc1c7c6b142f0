"""A model with the network that is built from it."""

from __future__ import annotations

from dataclasses import dataclass

from nncore.files.model_file import Model
from nncore.model.network import Network


@dataclass(frozen=True)
class LoadedModel:
    """A model and the network built from it, which the window's thread uses to read digits."""

    model: Model
    network: Network

    @classmethod
    def from_model(cls, model: Model) -> LoadedModel:
        """Build the network of a model; takes a moment for a large one."""
        return cls(model, model.network())
