"""From images to rows of features."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from nncore.model.layers.layer import Array, Layer, Spec
from nncore.model.layers.parameters import Parameters, Shape


@dataclass(frozen=True)
class Flatten(Spec):
    """All numbers of an image in one row, channel by channel, line by line."""

    kind: ClassVar[str] = "flatten"

    def output_shape(self, input_shape: Shape) -> Shape:
        """(features,), as many as there are numbers in `input_shape`."""
        return (prod(input_shape),)

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> FlattenLayer:
        """The layer that computes."""
        return FlattenLayer(input_shape)


class FlattenLayer(Layer):
    """Y is X, indexed in another way: nothing moves in memory."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, X: Array) -> Array:
        return X.reshape(len(X), -1)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return dY.reshape(len(dY), *self.shape)

    def predict(self, X: Array) -> Array:
        return X.reshape(len(X), -1)
