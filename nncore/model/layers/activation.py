"""The activation functions, and the layer that applies one.

A new activation is a pair of functions, f and its derivative, and a row of ACTIVATIONS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import pi, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.model.layers.layer import Layer, LayerSpec, Workspace
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import CalculationStep, Position, Terms, positions_of_all, terms_of_one
from nncore.model.outputs import sigmoid_by_tanh


@dataclass(frozen=True)
class Activation(LayerSpec):
    """An activation function, by its key in ACTIVATIONS, applied to each number (softmax: to all features of a row)."""

    kind: ClassVar[str] = "activation"
    label: ClassVar[str] = "activation"
    help: ClassVar[str] = "An activation function as a separate layer."
    is_counted: ClassVar[bool] = False
    function: str

    def __post_init__(self) -> None:
        if self.function not in ACTIVATIONS:
            raise SettingError(
                "activation", f"Activation {self.function!r} is unknown: choose one of {', '.join(ACTIVATIONS)}."
            )

    @property
    def full_label(self) -> str:
        """The name of the function in the window."""
        return ACTIVATIONS[self.function].label

    @property
    def formula(self) -> str:  # type: ignore[override]  # it depends on the function
        """How one number is computed."""
        return ACTIVATIONS[self.function].formula

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """Create the layer that computes."""
        return ACTIVATIONS[self.function].build(input_shape, parameters.values.dtype)


@dataclass(frozen=True)
class ActivationKind:
    """A row of ACTIVATIONS: an activation and its properties.

    Attributes:
        label: its name in the window.
        formula: how y is computed from x.
        build: creates its layer for inputs of `shape`.
        saturates: whether its slope vanishes for large positive and negative inputs, which can make gradients vanish.
        can_die: whether a unit that gives 0 for all inputs has no gradient; the health view counts such units.
        gives_negative: whether y can be below 0; views then draw it in two colours.
    """

    label: str
    formula: str
    build: Callable[[Shape, np.dtype[np.floating]], Layer]
    saturates: bool = False
    can_die: bool = False
    gives_negative: bool = True


class ActivationLayer(Layer):
    """Y = f(X) for each number, so dX = dY f'(X)."""

    def __init__(self, function: ActivationFunction, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.function = function
        self.shape = shape
        self.dtype = dtype

    def allocate(self, rows: int) -> None:
        self._output = Workspace(rows, self.shape, self.dtype)
        self._work = Workspace(rows, self.shape, np.bool_ if self.function.works_in_booleans else self.dtype)

    def forward(self, X: Array) -> Array:
        self._X = X
        self._Y = self.function.apply(X, self._output.array(len(X)))
        return self._Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return self.function.backward(dY, self._X, self._Y, self._work.array(len(dY))) if need_dX else None

    def predict(self, X: Array) -> Array:
        return self.function.apply(X, np.empty_like(X))

    def terms(self, X: Array, position: Position) -> Terms:
        return terms_of_one(float(self.predict(X)[0][position]), position, X[0])

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        return (self.function.apply,)


@dataclass(frozen=True)
class ActivationFunction:
    """A function f and its derivative.

    apply(X, out): writes Y = f(X) to `out`. backward(dY, X, Y, work): writes dX = dY f'(X) to dY, and may overwrite Y
    and `work`, an array of the same size (of booleans if `works_in_booleans`). All arguments are different arrays.
    """

    apply: Callable[[Array, Array], Array]
    backward: Callable[[Array, Array, Array, Any], Array]
    works_in_booleans: bool = False


LEAKY_RELU_SLOPE = 0.01
"""The slope of leaky ReLU below 0."""

SIGN_IS_FASTER_BELOW = 2000
"""For fewer numbers than this, np.sign is faster than a comparison and a product with booleans: 0.8 against 1.9 us."""


def _relu(X: Array, out: Array) -> Array:
    return np.maximum(X, 0, out=out)


def _relu_backward(dY: Array, X: Array, Y: Array, work: NDArray[np.bool_]) -> Array:
    if Y.size < SIGN_IS_FASTER_BELOW:
        dY *= np.sign(Y, out=Y)  # Y >= 0, so its sign is the slope; Y itself is no longer needed in this step
    else:
        dY *= np.greater(Y, 0, out=work)
    return dY


def _leaky_relu(X: Array, out: Array) -> Array:
    """The larger of X and LEAKY_RELU_SLOPE X, which is X where X is positive, because LEAKY_RELU_SLOPE < 1."""
    np.multiply(X, LEAKY_RELU_SLOPE, out=out)
    return np.maximum(X, out, out=out)


def _leaky_relu_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """Multiply dY by f' = slope + (1 - slope) [Y > 0]: 1 for Y > 0, otherwise the slope LEAKY_RELU_SLOPE."""
    np.greater(Y, 0, out=work)  # 1 or 0; the slope is positive, so Y has the sign of X
    work *= 1 - LEAKY_RELU_SLOPE
    work += LEAKY_RELU_SLOPE
    dY *= work
    return dY


def _sigmoid_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """Multiply dY by f' = Y (1 - Y): with Y = 1 / (1 + exp(-X)), f' = exp(-X) Y^2 and exp(-X) Y = 1 - Y."""
    dY *= Y
    dY *= np.subtract(1, Y, out=work)
    return dY


def _tanh(X: Array, out: Array) -> Array:
    return np.tanh(X, out=out)


def _tanh_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """Multiply dY by f' = 1 - Y^2, the derivative 1 / cosh(X)^2 of tanh in terms of its value."""
    np.multiply(Y, Y, out=work)
    dY *= np.subtract(1, work, out=work)
    return dY


def _linear(X: Array, out: Array) -> Array:
    out[...] = X
    return out


def _linear_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    return dY


GELU_SCALE = sqrt(2 / pi)
"""The outer factor in the tanh of GELU."""

GELU_CUBIC = 0.044715
"""The factor of the cube in the tanh of GELU."""


def _gelu_tanh(X: Array, out: Array) -> Array:
    """Compute t = tanh(sqrt(2 / pi) (X + 0.044715 X^3)) in `out`."""
    np.multiply(X, X, out=out)
    out *= GELU_SCALE * GELU_CUBIC  # Horner's scheme: the argument is X (s + s c X^2) with the constants s and c
    out += GELU_SCALE
    out *= X
    return np.tanh(out, out=out)


def _gelu(X: Array, out: Array) -> Array:
    """Compute X (1 + t) / 2, which approximates X Phi(X), where Phi is the normal distribution function.

    Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, section 2.
    """
    _gelu_tanh(X, out)
    out += 1
    out *= X
    out *= 0.5
    return out


def _gelu_backward(dY: Array, X: Array, Y: Array, work: Array) -> Array:
    """Multiply dY by f' = (1 + t) / 2 (1 + (1 - t) X s).

    s = sqrt(2 / pi) (1 + 3 0.044715 X^2) is the derivative of tanh's argument. Derivation: (X (1 + t) / 2)' =
    (1 + t) / 2 + X t' / 2 with t' = (1 - t^2) s = (1 - t) (1 + t) s. Factored in this way it needs one array besides Y.
    """
    np.multiply(X, X, out=Y)  # Y is no longer needed in this step; in the following it holds (1 - t) X s + 1
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


class SoftmaxLayer(Layer):
    """Y = exp(X) / sum exp(X) over the features or channels of a row; each output depends on all inputs of its row."""

    def __init__(self, shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.shape, self.dtype = shape, dtype

    def allocate(self, rows: int) -> None:
        self._output = Workspace(rows, self.shape, self.dtype)
        self._work = Workspace(rows, self.shape, self.dtype)
        self._row_values = Workspace(rows, (1, *self.shape[1:]), self.dtype)

    def forward(self, X: Array) -> Array:
        self._Y = _softmax(X, self._output.array(len(X)), self._row_values.array(len(X)))
        return self._Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Compute dX_j = sum_i dY_i Y_i ([i = j] - Y_j) = Y_j (dY_j - sum_i dY_i Y_i) in dY."""
        # The Jacobian of a row is diag(Y) - Y Y^T; its product with dY needs no matrix, only the sum of dY Y.
        work, row_sum = np.multiply(dY, self._Y, out=self._work.array(len(dY))), self._row_values.array(len(dY))
        dY -= np.sum(work, axis=1, keepdims=True, out=row_sum)
        dY *= self._Y
        return dY

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        return (_softmax,)

    def predict(self, X: Array) -> Array:
        return _softmax(X, np.empty_like(X), np.empty_like(X[:, :1]))

    def terms(self, X: Array, position: Position) -> Terms:
        sources = positions_of_all(self.shape)
        sources = sources[(sources[:, 1:] == position[1:]).all(axis=1)]  # all features, or channels of this pixel
        value, inputs = float(self.predict(X)[0][position]), X[0][tuple(sources.T)]
        shifted = inputs - inputs.max()
        own = X[0][position] - inputs.max()
        steps = (
            CalculationStep("the largest x", float(inputs.max())),
            CalculationStep("x − the largest x", float(own)),
            CalculationStep("exp(x − the largest x)", float(np.exp(own))),
            CalculationStep("Σ exp(x − the largest x)", float(np.exp(shifted).sum())),
            CalculationStep("exp(x) / Σ exp(x)", value),
        )
        return Terms(value, sources, inputs, steps=steps)


def _softmax(X: Array, out: Array, row_values: Array) -> Array:
    """Subtract the maximum of each row before exp, so that it cannot overflow; `row_values` holds a number per row."""
    np.subtract(X, np.max(X, axis=1, keepdims=True, out=row_values), out=out)
    np.exp(out, out=out)
    out /= np.sum(out, axis=1, keepdims=True, out=row_values)
    return out


def _elementwise(
    apply: Callable[[Array, Array], Array],
    backward: Callable[[Array, Array, Array, Any], Array],
    works_in_booleans: bool = False,
) -> Callable[[Shape, np.dtype[np.floating]], Layer]:
    return partial(ActivationLayer, ActivationFunction(apply, backward, works_in_booleans))


ACTIVATIONS = {
    "relu": ActivationKind(
        "ReLU",
        "y = max(x, 0)",
        _elementwise(_relu, _relu_backward, works_in_booleans=True),
        can_die=True,
        gives_negative=False,
    ),
    "leaky_relu": ActivationKind(
        "leaky ReLU", f"y = max(x, {LEAKY_RELU_SLOPE} x)", _elementwise(_leaky_relu, _leaky_relu_backward)
    ),
    "gelu": ActivationKind(
        "GELU", "y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2", _elementwise(_gelu, _gelu_backward)
    ),
    "sigmoid": ActivationKind(
        "sigmoid",
        "y = 1 / (1 + exp(−x))",
        _elementwise(sigmoid_by_tanh, _sigmoid_backward),
        saturates=True,
        gives_negative=False,
    ),
    "tanh": ActivationKind("tanh", "y = tanh(x)", _elementwise(_tanh, _tanh_backward), saturates=True),
    "softmax": ActivationKind("softmax", "y = exp(x) / Σ exp(x)", SoftmaxLayer, gives_negative=False),
    "linear": ActivationKind("none", "y = x", _elementwise(_linear, _linear_backward)),
}
"""The activations, by their names in settings and files, in the order of the window's list."""
