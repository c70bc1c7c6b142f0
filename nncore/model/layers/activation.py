"""The activation functions, and the layer that applies one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace
from nncore.model.layers.parameters import Parameters, Shape


@dataclass(frozen=True)
class Activation(Spec):
    """A function applied to each number, by its name in ACTIVATIONS; "softmax" to the features or channels of a row."""

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

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """The layer that computes."""
        dtype = parameters.values.dtype
        if self.function == "softmax":
            return SoftmaxLayer(input_shape, dtype)
        return ActivationLayer(ELEMENTWISE[self.function], input_shape, dtype)


class ActivationLayer(Layer):
    """Y = f(X), and dX from dY."""

    def __init__(self, function: ActivationFunction, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.function, self.shape, self.dtype = function, shape, dtype

    def allocate(self, rows: int) -> None:
        self._output = Workspace(rows, self.shape, self.dtype)
        self._work = Workspace(rows, self.shape, np.bool_ if self.function.works_in_booleans else self.dtype)

    def forward(self, X: Array) -> Array:
        self._X = X
        self._Y = self.function.apply(X, self._output.of(len(X)))
        return self._Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return self.function.backward(dY, self._X, self._Y, self._work.of(len(dY))) if need_dX else None

    def predict(self, X: Array) -> Array:
        return self.function.apply(X, np.empty_like(X))


@dataclass(frozen=True)
class ActivationFunction:
    """A function f and its derivative.

    apply(X, out): Y = f(X), into `out`. backward(dY, X, Y, work): dX = dY f'(X), into dY; `work` is room for one more
    array, of booleans if it works in them. No argument is another one.
    """

    apply: Callable[[Array, Array], Array]
    backward: Callable[[Array, Array, Array, Any], Array]
    works_in_booleans: bool = False


LEAK = 0.01

FEW = 2000
"""Of fewer numbers than this NumPy finds the signs faster than it makes numbers of booleans: 0.8 against 1.9 us."""


def _relu(X: Array, out: Array) -> Array:
    return np.maximum(X, 0, out=out)


def _relu_backward(dY: Array, X: Array, Y: Array, work: NDArray[np.bool_]) -> Array:
    if Y.size < FEW:
        dY *= np.sign(Y, out=Y)  # Y is this step's own and has done its work
    else:
        dY *= np.greater(Y, 0, out=work)
    return dY


def _leaky_relu(X: Array, out: Array) -> Array:
    """X where positive, LEAK X elsewhere: the larger of the two, since LEAK < 1."""
    np.multiply(X, LEAK, out=out)
    return np.maximum(X, out, out=out)


def _leaky_relu_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    np.greater(Y, 0, out=work)
    work *= 1 - LEAK
    work += LEAK
    dY *= work
    return dY


def _sigmoid(X: Array, out: Array) -> Array:
    """1 / (1 + exp(-X)), written with tanh, which cannot overflow."""
    np.multiply(X, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def _sigmoid_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """F' = Y (1 - Y)."""
    dY *= Y
    dY *= np.subtract(1, Y, out=work)
    return dY


def _tanh(X: Array, out: Array) -> Array:
    return np.tanh(X, out=out)


def _tanh_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """F' = 1 - Y^2."""
    np.multiply(Y, Y, out=work)
    dY *= np.subtract(1, work, out=work)
    return dY


def _linear(X: Array, out: Array) -> Array:
    out[...] = X
    return out


def _linear_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    return dY


GELU_SCALE, GELU_CUBIC = sqrt(2 / pi), 0.044715


def _gelu_tanh(X: Array, out: Array) -> Array:
    """T = tanh(sqrt(2 / pi) (X + 0.044715 X^3))."""
    np.multiply(X, X, out=out)
    out *= GELU_SCALE * GELU_CUBIC
    out += GELU_SCALE
    out *= X
    return np.tanh(out, out=out)


def _gelu(X: Array, out: Array) -> Array:
    """X (1 + t) / 2: the tanh form of X Phi(X) (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016)."""
    _gelu_tanh(X, out)
    out += 1
    out *= X
    out *= 0.5
    return out


def _gelu_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """F' = (1 + t) / 2 (1 + (1 - t) X s), with s = sqrt(2 / pi) (1 + 3 0.044715 X^2) the slope within the tanh.

    Taken apart as dY (1 + t) / 2 + dY (1 - t^2) X s / 2, so that one array of work is enough.
    """
    np.multiply(X, X, out=Y)  # Y is this step's own and has done its work
    Y *= 3 * GELU_SCALE * GELU_CUBIC
    Y += GELU_SCALE
    Y *= X
    t = _gelu_tanh(X, work)
    Y *= np.subtract(1, t, out=t)
    Y += 1
    np.subtract(2, t, out=t)  # 1 + t again
    dY *= Y
    dY *= t
    dY *= 0.5
    return dY


ELEMENTWISE = {
    "relu": ActivationFunction(_relu, _relu_backward, works_in_booleans=True),
    "leaky_relu": ActivationFunction(_leaky_relu, _leaky_relu_backward),
    "sigmoid": ActivationFunction(_sigmoid, _sigmoid_backward),
    "tanh": ActivationFunction(_tanh, _tanh_backward),
    "gelu": ActivationFunction(_gelu, _gelu_backward),
    "linear": ActivationFunction(_linear, _linear_backward),
}


class SoftmaxLayer(Layer):
    """Y = exp(X) / sum exp(X), over the features or channels of a row; each output depends on all its inputs."""

    def __init__(self, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.shape, self.dtype = shape, dtype

    def allocate(self, rows: int) -> None:
        self._output = Workspace(rows, self.shape, self.dtype)
        self._work = Workspace(rows, self.shape, self.dtype)
        self._one = Workspace(rows, (1, *self.shape[1:]), self.dtype)

    def forward(self, X: Array) -> Array:
        self._Y = _softmax(X, self._output.of(len(X)), self._one.of(len(X)))
        return self._Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """DX = Y (dY - sum(dY Y))."""
        work, one = np.multiply(dY, self._Y, out=self._work.of(len(dY))), self._one.of(len(dY))
        dY -= np.sum(work, axis=1, keepdims=True, out=one)
        dY *= self._Y
        return dY

    def predict(self, X: Array) -> Array:
        return _softmax(X, np.empty_like(X), np.empty_like(X[:, :1]))


def _softmax(X: Array, out: Array, one: Array) -> Array:
    """Without the largest of a row first, so that nothing overflows; `one` is room for one number a row."""
    np.subtract(X, np.max(X, axis=1, keepdims=True, out=one), out=out)
    np.exp(out, out=out)
    out /= np.sum(out, axis=1, keepdims=True, out=one)
    return out


ACTIVATIONS = (*ELEMENTWISE, "softmax")
