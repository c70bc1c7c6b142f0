"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace
from nncore.model.layers.parameters import INITIALIZATIONS, Parameters, Shape


def check_initialization(name: str) -> None:
    """Raise SettingError unless `name` is an initialisation there is."""
    if name not in INITIALIZATIONS:
        raise SettingError(
            "initialization", f"Initialisation {name!r} is unknown: choose one of {', '.join(INITIALIZATIONS)}."
        )


@dataclass(frozen=True)
class Dense(Spec):
    """A fully connected layer: Y = X W + b.

    units: its width, at least 1. initialization: how its weights begin, a name in INITIALIZATIONS.
    """

    kind: ClassVar[str] = "dense"
    units: int
    initialization: str = "he"

    def __post_init__(self) -> None:
        if isinstance(self.units, bool) or not isinstance(self.units, int) or self.units < 1:
            raise SettingError("layers", f"A layer of {self.units} units cannot be built: a width is 1 or more.")
        check_initialization(self.initialization)

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return str(self.units)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(units,), of rows (inputs,)."""
        if len(input_shape) != 1:
            raise SettingError(
                "layers", f"takes rows of shape (inputs,), is given {input_shape}; a Flatten before it makes them fit."
            )
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (inputs, units) and b (units,)."""
        return {"W": (input_shape[0], self.units), "b": (self.units,)}

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> DenseLayer:
        """The layer that computes, on views of `parameters`."""
        return DenseLayer(self, name, parameters)


class DenseLayer(Layer):
    """Y = X W + b, and its derivative."""

    def __init__(self, spec: Dense, name: str, parameters: Parameters) -> None:
        self.spec = spec
        self.W, self.b = parameters.value(f"{name}.W"), parameters.value(f"{name}.b")
        self.dW, self.db = parameters.gradient(f"{name}.W"), parameters.gradient(f"{name}.b")
        self._transposed = self.W.T

    def allocate(self, rows: int) -> None:
        inputs, units = self.W.shape
        self._output = Workspace(rows, (units,), self.W.dtype)
        self._dX = Workspace(rows, (inputs,), self.W.dtype)
        self._all_ones = np.ones(rows, self.W.dtype)
        self._use_rows(rows)

    def _use_rows(self, rows: int) -> None:
        """Note the views of so many rows: to make them anew takes a tenth of a step on a single example."""
        self._Y, self._ones = self._output.of(rows), self._all_ones[:rows]

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization](self.W, self.b, len(self.W), rng)

    def forward(self, X: Array) -> Array:
        self._X = X
        if len(X) != len(self._Y):
            self._use_rows(len(X))
        Y = X.dot(self.W, self._Y)  # with few rows, the method takes a third of the time of np.matmul
        Y += self.b
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        self._X.T.dot(dY, self.dW)
        self._ones.dot(dY, self.db)
        return self._dX_from(dY) if need_dX else None

    def _dX_from(self, dY: Array) -> Array:
        """DX = dY W^T, lying in memory as X does: flattened images have their rows last."""
        if self._X.flags.c_contiguous:
            return dY.dot(self._transposed, self._dX.of(len(dY)))
        rows, inputs = self._X.shape
        return np.matmul(dY, self.W.T, out=self._dX.memory(rows).reshape(inputs, rows).T)

    def predict(self, X: Array) -> Array:
        Y: Array = X @ self.W
        Y += self.b
        return Y
