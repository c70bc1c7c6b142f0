"""The layers of a network: what each computes, and the derivative of it.

A layer comes in two parts. Its *spec* (`Dense`, `Activation`) is a frozen description that goes into files and
forms. `spec.build(...)` makes the *layer* that computes. Every layer has

    forward(X)          training: writes into a workspace of its own and remembers what backward needs
    backward(dY)        given dLoss/dY of the last forward, sets its parameters' gradients, returns dLoss/dX
    predict(X)          the same function as forward, into fresh arrays: no workspace is touched

`backward` may overwrite the dY it is given, which spares a copy: that array belongs to the step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.parameters import INITIALIZATIONS, Parameters, Shape

Array = NDArray[np.floating]


class Layer(Protocol):
    """What a network asks of a layer. Arrays are (rows, features), rows at most what `allocate` was told."""

    def allocate(self, rows: int) -> None:
        """Size the workspaces for batches of up to `rows` rows."""

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw fresh parameters."""

    def forward(self, X: Array) -> Array:
        """Compute the output and remember what `backward` needs."""

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Set the parameters' gradients; return dLoss/dX unless it is not needed."""

    def predict(self, X: Array) -> Array:
        """Compute the output without touching a workspace; X is left as it is."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer: Y = X W + b.

    units: its width, at least 1. initialization: "he" or "uniform".
    """

    kind: ClassVar[str] = "dense"
    units: int
    initialization: str = "he"

    def __post_init__(self) -> None:
        if isinstance(self.units, bool) or not isinstance(self.units, int) or self.units < 1:
            raise SettingError("layers", f"A layer of {self.units} units cannot be built: a width is 1 or more.")
        if self.initialization not in INITIALIZATIONS:
            raise SettingError(
                "initialization",
                f"Initialisation {self.initialization!r} is unknown: choose {' or '.join(INITIALIZATIONS)}.",
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(units,), whatever comes in; inputs with more axes are flattened by the network."""
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (inputs, units) and b (units,)."""
        return {"W": (input_shape[0], self.units), "b": (self.units,)}

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """The layer that computes, on views of `parameters`."""
        return DenseLayer(self, name, parameters)


class DenseLayer:
    """Y = X W + b, and its derivative."""

    def __init__(self, spec: Dense, name: str, parameters: Parameters) -> None:
        self.spec = spec
        self.W, self.b = parameters.value(f"{name}.W"), parameters.value(f"{name}.b")
        self.dW, self.db = parameters.gradient(f"{name}.W"), parameters.gradient(f"{name}.b")

    def allocate(self, rows: int) -> None:
        inputs, units = self.W.shape
        self._Y = np.empty((rows, units), self.W.dtype)
        self._dX = np.empty((rows, inputs), self.W.dtype)
        self._ones = np.ones(rows, self.W.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization](self.W, self.b, rng)

    def forward(self, X: Array) -> Array:
        self._X = X
        Y = np.matmul(X, self.W, out=self._Y[: len(X)])
        Y += self.b
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        np.matmul(self._X.T, dY, out=self.dW)
        np.matmul(self._ones[: len(dY)], dY, out=self.db)
        return np.matmul(dY, self.W.T, out=self._dX[: len(dY)]) if need_dX else None

    def predict(self, X: Array) -> Array:
        Y: Array = X @ self.W
        Y += self.b
        return Y


@dataclass(frozen=True)
class Activation:
    """A function applied to each number: "relu", "leaky_relu", "sigmoid", "tanh" or "linear"."""

    kind: ClassVar[str] = "activation"
    function: str

    def __post_init__(self) -> None:
        if self.function not in ACTIVATIONS:
            raise SettingError(
                "activation", f"Activation {self.function!r} is unknown: choose one of {', '.join(ACTIVATIONS)}."
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        """The same shape as comes in."""
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """An activation has no parameters."""
        return {}

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """The layer that computes."""
        return ActivationLayer(ACTIVATIONS[self.function], input_shape, parameters.values.dtype)


class ActivationLayer:
    """Y = f(X) and dX = dY f'(X): each of our derivatives can be told from Y alone."""

    def __init__(self, function: ActivationFunction, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.function, self.shape, self.dtype = function, shape, dtype

    def allocate(self, rows: int) -> None:
        self._output = np.empty((rows, *self.shape), self.dtype)
        self._derivative = np.empty((rows, *self.shape), self.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        pass

    def forward(self, X: Array) -> Array:
        self._Y = self.function.apply(X, self._output[: len(X)])
        return self._Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dY *= self.function.derivative(self._Y, self._derivative[: len(dY)])
        return dY

    def predict(self, X: Array) -> Array:
        return self.function.apply(X, np.empty_like(X))


@dataclass(frozen=True)
class ActivationFunction:
    """`apply(X, out)` gives Y = f(X); `derivative(Y, out)` gives f'(X), written as a function of Y.

    `out` is never the argument itself.
    """

    apply: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array], Array]


LEAK = 0.01


def _relu(X: Array, out: Array) -> Array:
    return np.maximum(X, 0, out=out)


def _relu_derivative(Y: Array, out: Array) -> Array:
    return np.greater(Y, 0, out=out)


def _leaky_relu(X: Array, out: Array) -> Array:
    """X where positive, LEAK X elsewhere: the larger of the two, since LEAK < 1."""
    np.multiply(X, LEAK, out=out)
    return np.maximum(X, out, out=out)


def _leaky_relu_derivative(Y: Array, out: Array) -> Array:
    np.greater(Y, 0, out=out)
    out *= 1 - LEAK
    out += LEAK
    return out


def _sigmoid(X: Array, out: Array) -> Array:
    """1 / (1 + exp(-X)), written with tanh, which cannot overflow."""
    np.multiply(X, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def _sigmoid_derivative(Y: Array, out: Array) -> Array:
    np.subtract(1, Y, out=out)
    out *= Y
    return out


def _tanh(X: Array, out: Array) -> Array:
    return np.tanh(X, out=out)


def _tanh_derivative(Y: Array, out: Array) -> Array:
    np.multiply(Y, Y, out=out)
    return np.subtract(1, out, out=out)


def _linear(X: Array, out: Array) -> Array:
    out[...] = X
    return out


def _linear_derivative(Y: Array, out: Array) -> Array:
    out[...] = 1
    return out


ACTIVATIONS = {
    "relu": ActivationFunction(_relu, _relu_derivative),
    "leaky_relu": ActivationFunction(_leaky_relu, _leaky_relu_derivative),
    "sigmoid": ActivationFunction(_sigmoid, _sigmoid_derivative),
    "tanh": ActivationFunction(_tanh, _tanh_derivative),
    "linear": ActivationFunction(_linear, _linear_derivative),
}

LayerSpec = Dense | Activation
LAYER_SPECS: dict[str, type[Dense] | type[Activation]] = {spec.kind: spec for spec in (Dense, Activation)}
