"""Batch normalisation: each feature or channel brought to mean 0 and variance 1 over its batch."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.layers.layer import Array, Layer, Spec, Workspace
from nncore.parameters import Parameters, Shape


@dataclass(frozen=True)
class BatchNorm(Spec):
    """Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, for each feature, or each channel of images.

    While training, mean and variance are those of the batch (of its part, where a batch is worked through in parts);
    afterwards, those that were seen on the way, each batch with the weight `momentum` (above 0 to 1). epsilon: above 0.

    Ioffe and Szegedy, "Batch Normalization", ICML 2015.
    """

    kind: ClassVar[str] = "batch_norm"
    momentum: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.momentum <= 1:
            raise SettingError(
                "layers", f"Batch normalisation with momentum {self.momentum}: it is above 0, at most 1."
            )
        if not (isfinite(self.epsilon) and self.epsilon > 0):
            raise SettingError("layers", f"Batch normalisation with epsilon {self.epsilon}: it is above 0 and finite.")

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return "norm"

    def output_shape(self, input_shape: Shape) -> Shape:
        """The same shape as comes in."""
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Gamma and beta, one a feature or channel."""
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Mean and variance as seen so far, one a feature or channel."""
        return {"mean": input_shape[:1], "variance": input_shape[:1]}

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> BatchNormLayer:
        """The layer that computes, on views of `parameters`."""
        return BatchNormLayer(self, name, input_shape, parameters)


class BatchNormLayer(Layer):
    """The normalisation and its derivative (Ioffe and Szegedy, section 3)."""

    def __init__(self, spec: BatchNorm, name: str, input_shape: Shape, parameters: Parameters) -> None:
        self.spec, self.input_shape = spec, input_shape
        self.gamma, self.beta = parameters.value(f"{name}.gamma"), parameters.value(f"{name}.beta")
        self.dgamma, self.dbeta = parameters.gradient(f"{name}.gamma"), parameters.gradient(f"{name}.beta")
        self.mean, self.variance = parameters.value(f"{name}.mean"), parameters.value(f"{name}.variance")
        # One number a feature stands beside (rows, features) as it is, beside images with two axes more.
        self._beside = (-1,) + (1,) * (len(input_shape) - 1)
        self._over = (0,) if len(input_shape) == 1 else (0, 2, 3)

    def allocate(self, rows: int) -> None:
        self._normal = Workspace(rows, self.input_shape, self.mean.dtype)
        self._work = Workspace(rows, self.input_shape, self.mean.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        self.gamma[...], self.beta[...] = 1, 0
        self.mean[...], self.variance[...] = 0, 1

    def forward(self, X: Array) -> Array:
        normal, Y = self._normal.of(len(X)), self._work.of(len(X))
        mean = X.mean(axis=self._over)
        np.subtract(X, mean.reshape(self._beside), out=normal)
        variance = np.multiply(normal, normal, out=Y).mean(axis=self._over)
        self._scale = 1 / np.sqrt(variance + self.spec.epsilon)
        normal *= self._scale.reshape(self._beside)
        self._remember(mean, variance, X.size // len(mean))
        return self._shifted(normal, Y)

    def _remember(self, mean: Array, variance: Array, count: int) -> None:
        """Let the running figures follow those of a batch; the variance as that of a sample of `count` numbers."""
        self.mean += self.spec.momentum * (mean - self.mean)
        self.variance += self.spec.momentum * (variance * (count / max(1, count - 1)) - self.variance)

    def _shifted(self, normal: Array, out: Array) -> Array:
        np.multiply(normal, self.gamma.reshape(self._beside), out=out)
        out += self.beta.reshape(self._beside)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """DX = gamma / sigma (dY - mean(dY) - normal mean(dY normal))."""
        normal, work = self._normal.of(len(dY)), self._work.of(len(dY))
        np.sum(np.multiply(dY, normal, out=work), axis=self._over, out=self.dgamma)
        np.sum(dY, axis=self._over, out=self.dbeta)
        if not need_dX:
            return None
        count = dY.size // len(self.gamma)
        dY -= np.multiply(normal, (self.dgamma / count).reshape(self._beside), out=work)
        dY -= (self.dbeta / count).reshape(self._beside)
        dY *= (self.gamma * self._scale).reshape(self._beside)
        return dY

    def predict(self, X: Array) -> Array:
        scale = self.gamma / np.sqrt(self.variance + self.spec.epsilon)
        Y: Array = X * scale.reshape(self._beside)
        Y += (self.beta - self.mean * scale).reshape(self._beside)
        return Y
