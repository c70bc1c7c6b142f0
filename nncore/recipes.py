"""Named, complete experiments: a network and how to train it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nncore.augment import Augmentation
from nncore.errors import SettingError
from nncore.network import NetworkSpec
from nncore.training import TrainingConfig

VALIDATION_SHARE = 0.1
"""The share of the training images that a run holds out to watch itself on, unless a recipe says otherwise."""


@dataclass(frozen=True)
class Recipe:
    """A complete experiment.

    title: what it is, in a few words. description: what it is for, in a sentence or two. validation_share: share of
    the training images held out, 0 for none.
    """

    name: str
    title: str
    description: str
    spec: NetworkSpec
    config: TrainingConfig
    validation_share: float = VALIDATION_SHARE

    def to_json(self) -> dict[str, Any]:
        """As plain lists, numbers and strings."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "network": self.spec.summary,
            "layers": list(self.spec.widths),
            "parameters": self.spec.parameter_count,
            "config": asdict(self.config),
        }


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "quick",
            "A first network",
            "Two small hidden layers; reads 97 % of MNIST after a few seconds. What the Train tab starts with.",
            NetworkSpec.dense((784, 128, 64, 10)),
            TrainingConfig(learning_rate=0.003, schedule="cosine"),
        ),
        Recipe(
            "mlp",
            "The model in the box",
            "A wider network that sees every digit shifted, turned and stretched a little anew in each epoch. "
            "It makes the model that Digit Lab starts with.",
            NetworkSpec.dense((784, 512, 256, 128, 10)),
            TrainingConfig(
                epochs=24, schedule="cosine", augmentation=Augmentation(shift=1.5, rotation=12, scale=0.12, slant=0.15)
            ),
            validation_share=0,
        ),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe called `name`; raises SettingError with the names there are."""
    if name not in RECIPES:
        raise SettingError("recipe", f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
