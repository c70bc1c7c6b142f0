"""Batch normalisation: each feature or channel brought to mean 0 and variance 1 over its batch."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace, rows_last
from nncore.model.layers.parameters import Parameters, Shape
from nncore.system.numpy_modes import unbuffered


@dataclass(frozen=True)
class BatchNorm(Spec):
    """Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, for each feature, or each channel of images.

    While training, mean and variance are those of the batch (of its part, where a batch is worked through in parts);
    afterwards, those that were seen on the way, each batch with the weight `momentum` (above 0 to 1). A batch of a
    single number a feature has no variance and is not counted in. epsilon: above 0.

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
    """The normalisation and its derivative (Ioffe and Szegedy, section 3), on arrays (features, numbers of each)."""

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
        self._X = self._features_of(self._lying_by_feature(X, self._work))
        count = self._X.shape[1]
        Y = self._Y.of(len(X))
        by_feature = self._features_of(Y)
        self._mean = self._X @ self._ones[:count] / count
        with unbuffered():
            np.subtract(self._X, self._mean[:, None], out=by_feature)
            variance = np.vecdot(by_feature, by_feature) / count
            self._scale = 1 / np.sqrt(variance + self.spec.epsilon)
            by_feature *= (self.gamma * self._scale)[:, None]
            by_feature += self.beta[:, None]
        self._remember(self._mean, variance, count)
        return Y

    def _remember(self, mean: Array, variance: Array, count: int) -> None:
        """Let the running figures follow those of a batch; the variance as that of a sample of `count` numbers."""
        if count < 2:  # one number has no variance
            return
        self.mean += self.spec.momentum * (mean - self.mean)
        self.variance += self.spec.momentum * (variance * (count / (count - 1)) - self.variance)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """The derivative: dX = gamma / sigma (dY - mean(dY) - normal mean(dY normal)), normal = (X - mean) / sigma."""
        dY = self._lying_by_feature(dY, self._Y)
        by_feature, centred = self._features_of(dY), self._features_of(self._work.of(len(dY)))
        count = by_feature.shape[1]
        with unbuffered():
            np.subtract(self._X, self._mean[:, None], out=centred)  # again: one array less to keep
            self.dgamma[...] = np.vecdot(by_feature, centred) * self._scale
            self.dbeta[...] = by_feature @ self._ones[:count]
            if not need_dX:
                return None
            centred *= (self.dgamma * self._scale / count)[:, None]
            by_feature -= centred
            by_feature -= (self.dbeta / count)[:, None]
            by_feature *= (self.gamma * self._scale)[:, None]
        return dY

    def _lying_by_feature(self, X: Array, room: Workspace) -> Array:
        """X itself, or where its images do not lie with their rows last, a copy in `room` that do."""
        if len(self.input_shape) == 1 or rows_last(X).flags.c_contiguous:
            return X
        copy = room.of(len(X))
        copy[...] = X
        return copy

    def _features_of(self, X: Array) -> Array:
        """X seen as (features, numbers of each)."""
        return X.T if len(self.input_shape) == 1 else rows_last(X).reshape(len(self.gamma), -1)

    def predict(self, X: Array) -> Array:
        beside = (-1,) + (1,) * (len(self.input_shape) - 1)  # one number a feature, beside the axes of images
        scale = self.gamma / np.sqrt(self.variance + self.spec.epsilon)
        Y: Array = X * scale.reshape(beside)
        Y += (self.beta - self.mean * scale).reshape(beside)
        return Y
