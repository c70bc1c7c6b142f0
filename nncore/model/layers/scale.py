"""Scale: every number is multiplied by the same factor."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Layer, LayerSpec, Workspace
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms, terms_of_one


@dataclass(frozen=True)
class Scale(LayerSpec):
    """Y = factor X, without parameters.

    factor: not 0, finite. As the first layer it sets the range of the inputs: images come as 0 to 1, and Scale(255)
    gives the next layer numbers from 0 to 255.
    """

    kind: ClassVar[str] = "scale"
    label: ClassVar[str] = "times"
    help: ClassVar[str] = "Every number times the same factor."
    formula: ClassVar[str] = "y = factor · x"
    summary_format: ClassVar[str] = "times {factor}"
    factor: float

    def __post_init__(self) -> None:
        if isinstance(self.factor, bool) or not (isfinite(self.factor) and self.factor):
            raise SettingError("layers", f"The factor of a scale layer must be finite and not 0; got {self.factor}.")

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> ScaleLayer:
        """Create the layer that computes."""
        return ScaleLayer(self.factor, input_shape, parameters.values.dtype)


class ScaleLayer(Layer):
    """Y = factor X, dX = factor dY."""

    def __init__(self, factor: float, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.factor = float(factor)
        self.shape = shape
        self.dtype = dtype

    def allocate(self, rows: int) -> None:
        self._Y = Workspace(rows, self.shape, self.dtype)

    def forward(self, X: Array) -> Array:
        return np.multiply(X, self.factor, out=self._Y.array(len(X)))

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        if need_dX:
            dY *= self.factor
        return dY

    def predict(self, X: Array) -> Array:
        return X * self.factor

    def terms(self, X: Array, position: Position) -> Terms:
        return terms_of_one(float(self.predict(X)[0][position]), position, X[0], factor=self.factor)
