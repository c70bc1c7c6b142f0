"""Which examples a recipe learns from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import pi

from nncore.data.curves import CurvePoints, describe_formula, parse_number, sample_formula
from nncore.data.dataset import Splits
from nncore.errors import SettingError


@dataclass(frozen=True)
class DigitExamples:
    """The first images of a training set, and how many of them are held out.

    count: the first so many are used, None for all there are. held_out: of those the first so many become the
    validation set, and the network never learns from them.
    """

    count: int | None = None
    held_out: int = 0

    def of(self, digits: Splits) -> Splits:
        """Those of `digits`, with its test set; raises SettingError("data") if it has too few images."""
        images = digits.training
        if self.count is None and not self.held_out:
            return digits
        if len(images) <= self.held_out:
            raise SettingError(
                "data",
                f"{images.source} has {len(images):,} images to train on; "
                f"this recipe holds out the first {self.held_out:,} and needs more than those.",
            )
        validation = images.take(slice(self.held_out)) if self.held_out else digits.validation
        return Splits(images.take(slice(self.held_out, self.count)), validation, digits.test)

    @property
    def description(self) -> str:
        """Such as: the first 20,000 training images, the first 1,000 of them held out."""
        used = "all training images" if self.count is None else f"the first {self.count:,} training images"
        return used + (f", the first {self.held_out:,} of them held out" if self.held_out else "")


ALL_DIGITS = DigitExamples()


@dataclass(frozen=True)
class CurveExamples:
    """Points of a function of x, see `nncore.data.curves.sampled`."""

    function: str
    low: float = -2 * pi
    high: float = 2 * pi
    points: int = 500

    @classmethod
    def from_words(cls, words: str) -> CurveExamples | None:
        """Those that `description` tells of, to the last bit; None if it did not write `words`."""
        found = re.fullmatch(r"([\d,]+) points of (.+), x from (\S+) to (\S+)", words)
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
        """The points; raises SettingError if the function has none."""
        return sample_formula(self.function, self.low, self.high, self.points)

    @property
    def description(self) -> str:
        """Such as: 500 points of sin(x), x from -2*pi to 2*pi."""
        return describe_formula(self.function, self.low, self.high, self.points)
