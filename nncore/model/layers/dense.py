"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.initialization import INITIALIZATIONS, check_initialization
from nncore.model.layers.layer import Layer, LayerSpec, Workspace
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms


@dataclass(frozen=True)
class Dense(LayerSpec):
    """A fully connected layer: Y = X W + b.

    Attributes:
        units: its width, 1 or more.
        initialization: a key of INITIALIZATIONS.
    """

    kind: ClassVar[str] = "dense"
    label: ClassVar[str] = "dense"
    help: ClassVar[str] = "Each unit computes a weighted sum of all its inputs."
    formula: ClassVar[str] = "y = Σ w·x + b"
    summary_format: ClassVar[str] = "{units}"
    needs_flat_input: ClassVar[bool] = True
    gives_flat_output: ClassVar[bool] = True
    has_weights: ClassVar[bool] = True
    units: int
    initialization: str = "he"

    def __post_init__(self) -> None:
        if isinstance(self.units, bool) or not isinstance(self.units, int) or self.units < 1:
            raise SettingError("layers", f"The width of a layer must be a whole number, 1 or more; got {self.units}.")
        check_initialization(self.initialization)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(units,) for rows (inputs,). Raises SettingError for rows of a different shape."""
        if len(input_shape) != 1:
            raise SettingError(
                "layers", f"takes rows of shape (inputs,); got {input_shape}. Put a Flatten layer before it."
            )
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (inputs, units) and b (units,)."""
        return {"W": (input_shape[0], self.units), "b": (self.units,)}

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> DenseLayer:
        """Create the layer that computes."""
        return DenseLayer(self, name, parameters)


class DenseLayer(Layer):
    """Y = X W + b, for rows X (n, inputs).

    With G = dLoss/dY, the chain rule over all rows gives dW = X^T G, db = the column sums of G, and dX = G W^T.
    """

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
        """Keep the views for batches of `rows` rows: making them takes a tenth of a step on a single example."""
        self._Y, self._ones = self._output.array(rows), self._all_ones[:rows]

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization].fill(self.W, self.b, len(self.W), rng)

    def forward(self, X: Array) -> Array:
        self._X = X
        if len(X) != len(self._Y):
            self._use_rows(len(X))
        Y = X.dot(self.W, self._Y)  # for few rows, the method takes a third of the time of np.matmul
        Y += self.b
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        # Y[n, j] = sum_i X[n, i] W[i, j] + b[j]: W[i, j] acts on output j of every row n, so its gradient is the sum
        # over the rows of X[n, i] dY[n, j].
        self._X.T.dot(dY, self.dW)
        self._ones.dot(dY, self.db)  # column sums as a BLAS product, which is faster than dY.sum(axis=0)
        return self._dX_from(dY) if need_dX else None

    def _dX_from(self, dY: Array) -> Array:
        """Compute dX = dY W^T in the memory order of X: flattened images have their rows last."""
        if self._X.flags.c_contiguous:
            return dY.dot(self._transposed, self._dX.array(len(dY)))
        rows, inputs = self._X.shape
        return np.matmul(dY, self.W.T, out=self._dX.vector(rows).reshape(inputs, rows).T)

    def predict(self, X: Array) -> Array:
        Y: Array = X @ self.W
        Y += self.b
        return Y

    def terms(self, X: Array, position: Position) -> Terms:
        # y_u = sum_i x_i W[i, u] + b_u: the weights of unit u are column u of W, one for each input.
        (unit,) = position
        sources = np.arange(X.shape[1])[:, None]
        return Terms(float(self.predict(X)[0, unit]), sources, X[0], self.W[:, unit], {"b": float(self.b[unit])})
