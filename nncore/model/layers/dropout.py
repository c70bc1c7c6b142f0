"""Dropout: each step sets a random fraction of the units to zero, so that no unit can rely on another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Layer, LayerSpec, Workspace
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms, terms_of_one
from nncore.reporting.number_text import decimal_text, percent_text


@dataclass(frozen=True)
class Dropout(LayerSpec):
    """In training, each number is zero with probability `rate` (0 to below 1); the others are divided by 1 - rate.

    The division keeps the mean, so a trained network predicts without any change ("inverted dropout"; Srivastava et
    al., "Dropout", JMLR 2014, section 10).
    """

    kind: ClassVar[str] = "dropout"
    label: ClassVar[str] = "dropout"
    help: ClassVar[str] = "Sets random units to zero in training, so that no unit relies on another one."
    formula: ClassVar[str] = "y = x; only in training some numbers are set to 0"
    summary_format: ClassVar[str] = "dropout {rate}"
    uses_randomness: ClassVar[bool] = True
    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise SettingError("layers", f"The dropout rate must be 0 or more and below 1; got {self.rate}.")

    @property
    def reading_note(self) -> str:
        return (
            "When the network reads, dropout passes every number on. In training it sets each to 0 with a probability "
            f"of {percent_text(self.rate, 0)} and divides the others by {decimal_text(1 - self.rate)}, so that the "
            "mean stays the same."
        )

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> DropoutLayer:
        """Create the layer that computes."""
        return DropoutLayer(self.rate, input_shape, parameters.values.dtype)


class DropoutLayer(Layer):
    """Y = X mask, with a new mask of 0 and 1 / (1 - rate) in each forward."""

    def __init__(self, rate: float, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.rate = rate
        self.shape = shape
        self.dtype = dtype
        self.generator = np.random.default_rng()

    def allocate(self, rows: int) -> None:
        self._mask, self._Y = Workspace(rows, self.shape, self.dtype), Workspace(rows, self.shape, self.dtype)

    def set_generator(self, rng: np.random.Generator) -> None:
        self.generator = rng

    def forward(self, X: Array) -> Array:
        mask = self._mask.array(len(X))
        self.generator.random(dtype=self.dtype, out=self._mask.vector(len(X)))
        # A uniform number in [0, 1) is below the rate with this probability. The mean of a number of the mask is
        # (1 - rate) / (1 - rate) = 1, so that the mean of Y is X.
        np.greater_equal(mask, self.rate, out=mask)
        mask *= 1 / (1 - self.rate)
        return np.multiply(X, mask, out=self._Y.array(len(X)))

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dY *= self._mask.array(len(dY))  # Y = X mask, so dY/dX is the mask of this step
        return dY

    def input_gradient(self, X: Array, dY: Array) -> Array:
        return dY  # nothing is dropped when a trained network reads

    def predict(self, X: Array) -> Array:
        return X

    def terms(self, X: Array, position: Position) -> Terms:
        # Numbers are dropped in training only; here each passes unchanged.
        return terms_of_one(float(X[0][position]), position, X[0])
