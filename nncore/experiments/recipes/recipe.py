"""What a recipe is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nncore.data.dataset import Splits, load_mnist
from nncore.experiments.recipes.examples import ALL_DIGITS, CurveExamples, DigitExamples
from nncore.experiments.recipes.page import Page
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, hold_out_validation

VALIDATION_SHARE = 0.1
"""The share of the training images that a run holds out to watch itself on, unless a recipe says otherwise."""


@dataclass(frozen=True)
class Recipe:
    """A complete experiment: examples, network, how to train, and the page that explains it.

    title: what it is, in a few words. description: what it is for, in a sentence or two. validation_share: share of
    the training images held out at random, 0 for none; those that `examples` holds out come first.
    """

    name: str
    title: str
    description: str
    spec: NetworkSpec
    config: TrainingConfig
    page: Page
    validation_share: float = VALIDATION_SHARE
    examples: DigitExamples | CurveExamples = ALL_DIGITS

    @property
    def fits_a_curve(self) -> bool:
        """Whether it learns numbers, a function of x, and no digits."""
        return isinstance(self.examples, CurveExamples)

    def splits(self, digits: Splits | None = None) -> Splits:
        """What it learns from and is judged on; `digits`: to use instead of the MNIST in the box.

        Raises SettingError if those are too few, DataError if MNIST is missing.
        """
        share = 0.0 if self.fits_a_curve else self.validation_share
        return hold_out_validation(self.chosen(digits), share, self.config.seed)

    def chosen(self, digits: Splits | None = None) -> Splits:
        """Like `splits`, before a share of it is held out at random."""
        if isinstance(self.examples, CurveExamples):
            return self.examples.curve().splits()
        return self.examples.of(load_mnist() if digits is None else digits)

    @property
    def settings_in_words(self) -> str:
        """Such as: sgd, learning rate 0.1, full batch, 500 steps, seed 33."""
        config = self.config
        size = config.batch_size
        batch = "full batch" if size is None else f"{size} example{'' if size == 1 else 's'} a step"
        length = f"{config.epochs:,} {'steps' if config.batch_size is None else 'epochs'}"
        return f"{config.optimizer}, learning rate {config.learning_rate:g}, {batch}, {length}, seed {config.seed}"

    def to_json(self) -> dict[str, Any]:
        """As plain lists, numbers and strings."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "examples": self.examples.description,
            "validation_share": self.validation_share,
            "network": self.spec.summary,
            "layers": list(self.spec.widths) if self.spec.is_dense else None,
            "parameters": self.spec.parameter_count,
            "config": asdict(self.config),
            "page": asdict(self.page),
        }
