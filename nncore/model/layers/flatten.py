"""Flatten: images become rows of features."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nncore.model.layers.layer import Layer, LayerSpec
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms, terms_of_one


@dataclass(frozen=True)
class Flatten(LayerSpec):
    """Put all numbers of an image in one row, channel by channel and line by line."""

    kind: ClassVar[str] = "flatten"
    label: ClassVar[str] = "flatten"
    help: ClassVar[str] = "Puts the pixels of all channels in one row."
    formula: ClassVar[str] = "y = x"
    gives_flat_output: ClassVar[bool] = True
    is_counted: ClassVar[bool] = False

    @property
    def reading_note(self) -> str:
        return "Flatten computes nothing, neither in training nor later: it puts the maps in one row, line by line."

    def output_shape(self, input_shape: Shape) -> Shape:
        """(features,): one for each number of the input."""
        return (prod(input_shape),)

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> FlattenLayer:
        """Create the layer that computes."""
        return FlattenLayer(input_shape)


class FlattenLayer(Layer):
    """Y is a view of X: nothing is copied."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, X: Array) -> Array:
        return X.reshape(len(X), -1)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return dY.reshape(len(dY), *self.shape)

    def predict(self, X: Array) -> Array:
        return X.reshape(len(X), -1)

    def terms(self, X: Array, position: Position) -> Terms:
        source = tuple(int(index) for index in np.unravel_index(position[0], self.shape))
        return terms_of_one(float(X[0][source]), source, X[0])
