"""The definition of a recipe."""

from __future__ import annotations

from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any, Literal, get_args

from nncore.data.dataset import Splits, load_mnist
from nncore.experiments.recipes.examples import ALL_DIGITS, CurveExamples, DigitExamples
from nncore.experiments.recipes.page import Page
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import counted_text, decimal_text
from nncore.training import TrainingConfig, hold_out_validation
from nncore.training.config import SETTINGS

VALIDATION_FRACTION = 0.1
"""The default fraction of the training images that is held out for validation."""


RecipeGroup = Literal["Start", "Classic notebooks", "Failures worth seeing", "Best readers"]
"""The heading under which a recipe is listed."""
RECIPE_GROUPS: tuple[RecipeGroup, ...] = get_args(RecipeGroup)


@dataclass(frozen=True)
class Recipe:
    """A complete experiment: examples, network, training settings, and the page that explains it.

    Attributes:
        title: a few words.
        description: its purpose in one or two sentences.
        validation_fraction: fraction of the training images that is held out at random, 0 for none; it is taken from
            the images that `examples` does not hold out.
        group: its heading in a list.
        result: what to expect, in one to three words: the accuracy on the test images, or a loss, or "not measured".
    """

    name: str
    title: str
    description: str
    spec: NetworkSpec
    config: TrainingConfig
    page: Page
    validation_fraction: float = VALIDATION_FRACTION
    examples: DigitExamples | CurveExamples = ALL_DIGITS
    _: KW_ONLY
    group: RecipeGroup
    result: str

    @property
    def fits_a_curve(self) -> bool:
        """Whether the network learns a function of x instead of digits."""
        return isinstance(self.examples, CurveExamples)

    def splits(self, digits: Splits | None = None) -> Splits:
        """Return the training, validation and test sets, from `digits` or else from the bundled MNIST.

        Raises SettingError if `digits` has too few images, DataError if MNIST is missing.
        """
        return self.hold_out(self.chosen(digits))

    def hold_out(self, data: Splits) -> Splits:
        """Return `data` with a random `validation_fraction` of its training set held out; unchanged for a curve."""
        fraction = 0.0 if self.fits_a_curve else self.validation_fraction
        return hold_out_validation(data, fraction, self.config.seed)

    def chosen(self, digits: Splits | None = None) -> Splits:
        """Return the same as `splits`, before `validation_fraction` is held out at random."""
        if isinstance(self.examples, CurveExamples):
            return self.examples.curve().splits()
        return self.examples.take_from(load_mnist() if digits is None else digits)

    @property
    def settings_in_words(self) -> str:
        """The settings in words, such as: SGD, learning rate 0.1, full batch, 500 steps, seed 33."""
        config = self.config
        size = config.batch_size
        batch = "full batch" if size is None else f"{counted_text(size, 'example')} a step"
        length = counted_text(config.epochs, "step" if config.batch_size is None else "epoch")
        rate = decimal_text(config.learning_rate, 6)
        optimizer = SETTINGS["optimizer"].in_words(config.optimizer)
        return f"{optimizer}, learning rate {rate}, {batch}, {length}, seed {config.seed}"

    @property
    def tip(self) -> str:
        """Title and purpose, and the name that the command line takes."""
        return f"{self.title}. {self.description} Its name on the command line is {self.name}."

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as lists, numbers and strings for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "group": self.group,
            "result": self.result,
            "examples": self.examples.description,
            "validation_share": self.validation_fraction,
            "network": self.spec.summary,
            "layers": list(self.spec.widths) if self.spec.is_dense else None,
            "parameters": self.spec.parameter_count,
            "config": asdict(self.config),
            "page": asdict(self.page),
        }
