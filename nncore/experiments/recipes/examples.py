"""The examples that a recipe uses for training."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import pi

from nncore.data.curves import CurvePoints, describe_formula, parse_number, sample_formula
from nncore.data.dataset import Splits
from nncore.errors import SettingError


@dataclass(frozen=True)
class DigitExamples:
    """The first images of a training set, some of which are held out.

    Attributes:
        count: the number of images that are used, None for all.
        held_out: the number of these, counted from the first, that become the validation set.
    """

    count: int | None = None
    held_out: int = 0

    def take_from(self, digits: Splits) -> Splits:
        """Return these images of `digits` with its test set. Raises SettingError("data") if there are too few."""
        images = digits.training
        if self.count is None and not self.held_out:
            return digits
        if len(images) <= self.held_out:
            raise SettingError(
                "data",
                f"{images.source} has {len(images):,} training images; "
                f"this recipe needs more than {self.held_out:,}, because it holds out that many.",
            )
        validation = images.take(slice(self.held_out)) if self.held_out else digits.validation
        return Splits(images.take(slice(self.held_out, self.count)), validation, digits.test)

    @property
    def description(self) -> str:
        """The images in words, such as: the first 20,000 training images, the first 1,000 of them held out."""
        used = "all training images" if self.count is None else f"the first {self.count:,} training images"
        return used + (f", the first {self.held_out:,} of them held out" if self.held_out else "")


ALL_DIGITS = DigitExamples()


@dataclass(frozen=True)
class CurveExamples:
    """Points of a function of x, see `nncore.data.curves.sample_formula`."""

    function: str
    low: float = -2 * pi
    high: float = 2 * pi
    points: int = 500

    @classmethod
    def from_description(cls, description: str) -> CurveExamples | None:
        """Return exactly the examples with this `description`; None if it is not a description of a curve."""
        found = re.fullmatch(r"([\d,]+) points of (.+), x from (\S+) to (\S+)", description)
        if found is None:
            return None
        count, function, low, high = found.groups()
        try:
            examples = cls(function, parse_number("low", low), parse_number("high", high), int(count.replace(",", "")))
            examples.curve()
        except SettingError:
            return None
        return examples

    def curve(self) -> CurvePoints:
        """Compute the points. Raises SettingError if the function is undefined somewhere."""
        return sample_formula(self.function, self.low, self.high, self.points)

    @property
    def description(self) -> str:
        """The points in words, such as: 500 points of sin(x), x from -2*pi to 2*pi."""
        return describe_formula(self.function, self.low, self.high, self.points)
