"""Every number times the same factor."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace
from nncore.model.layers.parameters import Parameters, Shape


@dataclass(frozen=True)
class Scale(Spec):
    """Y = factor X, with nothing to learn.

    factor: not 0, finite. As the first layer it decides in which unit the network sees its inputs: images come as 0 to
    1, and Scale(255) gives the next layer the bytes, 0 to 255, that were never divided by 255.
    """

    kind: ClassVar[str] = "scale"
    factor: float

    def __post_init__(self) -> None:
        if isinstance(self.factor, bool) or not (isfinite(self.factor) and self.factor):
            raise SettingError("layers", f"A scale of {self.factor} leaves nothing to learn from: it is not 0, finite.")

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return f"times {self.factor:g}"

    def output_shape(self, input_shape: Shape) -> Shape:
        """The same shape as comes in."""
        return input_shape

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> ScaleLayer:
        """The layer that computes."""
        return ScaleLayer(self.factor, input_shape, parameters.values.dtype)


class ScaleLayer(Layer):
    """Y = factor X, dX = factor dY."""

    def __init__(self, factor: float, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.factor, self.shape, self.dtype = float(factor), shape, dtype

    def allocate(self, rows: int) -> None:
        self._Y = Workspace(rows, self.shape, self.dtype)

    def forward(self, X: Array) -> Array:
        return np.multiply(X, self.factor, out=self._Y.of(len(X)))

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        if need_dX:
            dY *= self.factor
        return dY

    def predict(self, X: Array) -> Array:
        return X * self.factor
