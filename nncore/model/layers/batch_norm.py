"""Batch normalization: each feature or channel is shifted and scaled to mean 0 and variance 1 over the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan, prod, sqrt
from typing import Any, ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Layer, LayerSpec, Workspace, contiguous_rows_last, rows_first
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import CalculationStep, Position, Terms, terms_of_one
from nncore.system.numpy_modes import unbuffered


@dataclass(frozen=True)
class BatchNorm(LayerSpec):
    """Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, for each feature, or each channel of images.

    In training, mean and variance are those of the batch (or of its part, if a batch is processed in parts). A trained
    layer uses running averages, in which each batch has the weight `momentum` (above 0, at most 1). A batch with a
    single number per feature has no variance and does not change them. epsilon: above 0.

    Ioffe and Szegedy, "Batch Normalization", ICML 2015.
    """

    kind: ClassVar[str] = "batch_norm"
    label: ClassVar[str] = "batch norm"
    help: ClassVar[str] = "Shifts and scales each feature to mean 0 and variance 1 over the batch."
    formula: ClassVar[str] = "y = γ (x − mean) / √(variance + ε) + β"
    summary_format: ClassVar[str] = "norm"
    momentum: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.momentum <= 1:
            raise SettingError(
                "layers", f"The momentum of batch normalization must be above 0 and at most 1; got {self.momentum}."
            )
        if not (isfinite(self.epsilon) and self.epsilon > 0):
            raise SettingError(
                "layers", f"The epsilon of batch normalization must be above 0 and finite; got {self.epsilon}."
            )

    @property
    def reading_note(self) -> str:
        return (
            "When the network reads, mean and variance are the averages kept from the training. In training they are "
            "those of the batch."
        )

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Gamma and beta, one number per feature or channel."""
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The running mean and variance, one number per feature or channel."""
        return {"mean": input_shape[:1], "variance": input_shape[:1]}

    def min_batch_size(self, input_shape: Shape) -> int:
        """Two, if each row has one number per feature: a single number has no variance."""
        return 2 if len(input_shape) == 1 else 1

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> BatchNormLayer:
        """Create the layer that computes."""
        return BatchNormLayer(self, name, input_shape, parameters)


class BatchNormLayer(Layer):
    """The normalization and its derivative (Ioffe and Szegedy, section 3).

    It works on arrays (features, numbers per feature): for images, all pixels of all rows are the numbers of a channel.
    """

    def __init__(self, spec: BatchNorm, name: str, input_shape: Shape, parameters: Parameters) -> None:
        self.spec, self.input_shape = spec, input_shape
        self.gamma, self.beta = parameters.value(f"{name}.gamma"), parameters.value(f"{name}.beta")
        self.dgamma, self.dbeta = parameters.gradient(f"{name}.gamma"), parameters.gradient(f"{name}.beta")
        self.mean, self.variance = parameters.value(f"{name}.mean"), parameters.value(f"{name}.variance")

    def allocate(self, rows: int) -> None:
        self._Y = Workspace(rows, self.input_shape, self.mean.dtype)
        self._work = Workspace(rows, self.input_shape, self.mean.dtype)
        self._ones = np.ones(rows * prod(self.input_shape[1:]), self.mean.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        self.gamma[...], self.beta[...] = 1, 0
        self.mean[...], self.variance[...] = 0, 1

    def forward(self, X: Array) -> Array:
        self._X = self._by_feature(X, self._work)
        count = self._X.shape[1]  # n: the rows, times the pixels of an image
        Y = self._Y.array(len(X))
        by_feature = self._by_feature(Y, self._Y)
        self._mean = self._X @ self._ones[:count] / count  # as a BLAS product, which is faster than a sum
        with unbuffered():
            np.subtract(self._X, self._mean[:, None], out=by_feature)
            # The mean square of the centred numbers: E[X^2] - E[X]^2 would lose digits if the mean is large.
            variance = np.vecdot(by_feature, by_feature) / count
            self._scale = 1 / np.sqrt(variance + self.spec.epsilon)  # 1 / sigma, (features,)
            # Y = (gamma / sigma) (X - mean) + beta: one product per number instead of two.
            by_feature *= (self.gamma * self._scale)[:, None]
            by_feature += self.beta[:, None]
        self._update_running_averages(self._mean, variance, count)
        return Y

    def _update_running_averages(self, mean: Array, variance: Array, count: int) -> None:
        if count < 2:  # one number has no variance
            return
        # m <- m + momentum (mean - m) is the exponential running mean (1 - momentum) m + momentum mean.
        # count / (count - 1) makes the variance of a sample an unbiased estimate of that of all data.
        self.mean += self.spec.momentum * (mean - self.mean)
        self.variance += self.spec.momentum * (variance * (count / (count - 1)) - self.variance)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Compute dX = gamma / sigma (dY - mean(dY) - N mean(dY N)), where N = (X - mean) / sigma.

        Y = gamma N + beta gives dgamma = sum(dY N) and dbeta = sum(dY). X acts on N directly, through the mean, and
        through sigma: dN_i/dX_j = ([i = j] - 1/n - N_i N_j / n) / sigma. Summed with dLoss/dN = gamma dY, the second
        term gives mean(dY) = dbeta / n and the third mean(dY N) = dgamma / n.
        """
        by_feature, centred = self._by_feature(dY, self._Y), self._by_feature(self._work.array(len(dY)), self._work)
        count = by_feature.shape[1]
        with unbuffered():
            np.subtract(self._X, self._mean[:, None], out=centred)  # computed again, to keep one array less
            # N = centred / sigma, so the constant factor 1 / sigma is taken out of the sum over dY N.
            self.dgamma[...] = np.vecdot(by_feature, centred) * self._scale
            self.dbeta[...] = by_feature @ self._ones[:count]
            if not need_dX:
                return None
            centred *= (self.dgamma * self._scale / count)[:, None]  # N mean(dY N), since N = centred / sigma
            by_feature -= centred
            by_feature -= (self.dbeta / count)[:, None]
            by_feature *= (self.gamma * self._scale)[:, None]
        return by_feature.T if dY.ndim == 2 else rows_first(by_feature.reshape(*self.input_shape, -1))

    def _by_feature(self, X: Array, workspace: Workspace) -> Array:
        """X as (features, numbers per feature): a view, or a copy in `workspace` if rows of images are not last."""
        return X.T if X.ndim == 2 else contiguous_rows_last(X, workspace).reshape(len(self.gamma), -1)

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        return (type(self).predict, type(self)._scale_when_read, type(self)._per_channel)

    def input_gradient(self, X: Array, dY: Array) -> Array:
        dX: Array = dY * self._per_channel(self._scale_when_read())  # Y = scale X + shift, see `predict`
        return dX

    def predict(self, X: Array) -> Array:
        # mean and variance are constants here, so the layer is Y = scale X + shift with shift = beta - mean scale.
        scale = self._scale_when_read()
        Y: Array = X * self._per_channel(scale)
        Y += self._per_channel(self.beta - self.mean * scale)
        return Y

    def _scale_when_read(self) -> Array:
        """The factor (features,) of `predict`, from the running variance."""
        scale: Array = self.gamma / np.sqrt(self.variance + self.spec.epsilon)
        return scale

    def _per_channel(self, numbers: Array) -> Array:
        """Numbers (features,) in a shape that broadcasts along the height and width of images."""
        return numbers.reshape((-1,) + (1,) * (len(self.input_shape) - 1))

    def terms(self, X: Array, position: Position) -> Terms:
        names = {"γ": self.gamma, "β": self.beta, "mean": self.mean, "variance": self.variance}
        constants = {name: float(numbers[position[0]]) for name, numbers in names.items()}
        value, epsilon = float(self.predict(X)[0][position]), self.spec.epsilon
        centred = float(X[0][position]) - constants["mean"]
        deviation = sqrt(constants["variance"] + epsilon) if constants["variance"] + epsilon > 0 else nan
        normalized = centred / deviation
        steps = (
            CalculationStep("x − mean", centred),
            CalculationStep("√(variance + ε)", deviation),
            CalculationStep("(x − mean) / √(variance + ε)", normalized),
            CalculationStep("γ (x − mean) / √(variance + ε)", constants["γ"] * normalized),
            CalculationStep(self.spec.formula.removeprefix("y = "), value),
        )
        return terms_of_one(value, position, X[0], steps, **constants, **{"ε": epsilon})
