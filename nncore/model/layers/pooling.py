"""Pooling: one number for each window of an image, its largest or its mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import inf, prod
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace, rows_first
from nncore.model.layers.parameters import Parameters, Shape
from nncore.model.layers.windows import Pair, Windows, pad_once, pair


@dataclass(frozen=True)
class _Pool(Spec):
    """size, stride, padding: (height, width) in pixels, or one number for both; the stride is the size unless given."""

    wants_images: ClassVar[bool] = True
    size: int | Pair = (2, 2)
    stride: int | Pair | None = None
    padding: int | Pair = (0, 0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair(self.size, "size", 1))
        object.__setattr__(self, "stride", pair(self.size if self.stride is None else self.stride, "stride", 1))
        object.__setattr__(self, "padding", pair(self.padding, "padding", 0))
        windows = self.windows
        if any(2 * margin > size for margin, size in zip(windows.padding, windows.size, strict=True)):
            raise SettingError(
                "layers", f"A padding of {windows.padding} for windows of {windows.size}: it is at most half of them."
            )

    @property
    def windows(self) -> Windows:
        """What is pooled."""
        size = pair(self.size, "size", 1)
        return Windows(size, pair(self.stride, "stride", 1), pair(self.padding, "padding", 0))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width), of images (channels, height, width)."""
        return (*input_shape[:1], *self.windows.output_shape(input_shape))

    def workspace(self, input_shape: Shape) -> int:
        """The padded images, their gradient, and a part of it."""
        return 2 * prod(self.windows.padded_shape(input_shape)) + 2 * prod(self.output_shape(input_shape))


@dataclass(frozen=True)
class MaxPool2D(_Pool):
    """The largest pixel of each window; the margin never is it.

    size, stride, padding: (height, width) in pixels, or one number for both. Windows of (2, 2), the stride the size
    unless given, the padding at most half of it.
    """

    kind: ClassVar[str] = "max_pool2d"

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return "max pool"

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> MaxPool2DLayer:
        """The layer that computes."""
        return MaxPool2DLayer(self.windows, input_shape, parameters.values.dtype)


@dataclass(frozen=True)
class AveragePool2D(_Pool):
    """The mean of each window, its margin of zeros counted in.

    size, stride, padding: (height, width) in pixels, or one number for both. Windows of (2, 2), the stride the size
    unless given, the padding at most half of it.
    """

    kind: ClassVar[str] = "average_pool2d"

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return "average pool"

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> AveragePool2DLayer:
        """The layer that computes."""
        return AveragePool2DLayer(self.windows, input_shape, parameters.values.dtype)


class _PoolLayer(Layer):
    """What both have in common: a pass over the windows for each of their pixels, all images at once."""

    margin = 0.0

    def __init__(self, windows: Windows, input_shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.windows, self.input_shape, self.dtype = windows, input_shape, dtype
        self.count = windows.output_shape(input_shape)
        self.places = list(product(*map(range, windows.size)))

    def allocate(self, rows: int) -> None:
        padded, pooled = self.windows.padded_shape(self.input_shape), (self.input_shape[0], *self.count)
        self._X = Workspace(rows, padded, self.dtype)
        self._dX = Workspace(rows, padded, self.dtype)
        self._Y = Workspace(rows, pooled, self.dtype)
        self._part = Workspace(rows, pooled, self.dtype)

    def forward(self, X: Array) -> Array:
        padded = self._X.of(len(X))
        padded[...] = self.margin
        self.windows.inside(padded)[...] = X
        return self._pool(padded, self._Y.of(len(X)))

    def predict(self, X: Array) -> Array:
        Y = rows_first(np.empty((self.input_shape[0], *self.count, len(X)), X.dtype))
        return self._pool(pad_once(X, self.windows, self.margin), Y)

    def _pool(self, padded: Array, out: Array) -> Array:
        raise NotImplementedError


class MaxPool2DLayer(_PoolLayer):
    """Y = max of each window; the gradient goes to the pixel it came from, of equal ones the first."""

    margin = -inf

    def allocate(self, rows: int) -> None:
        super().allocate(rows)
        pooled = (self.input_shape[0], *self.count)
        self._open, self._hit = Workspace(rows, pooled, np.bool_), Workspace(rows, pooled, np.bool_)

    def _pool(self, padded: Array, out: Array) -> Array:
        out[...] = self.windows.pixel(padded, 0, 0, self.count)
        for row, column in self.places[1:]:
            np.maximum(out, self.windows.pixel(padded, row, column, self.count), out=out)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        rows = len(dY)
        X, Y, dX = self._X.of(rows), self._Y.of(rows), self._dX.of(rows)
        part, still_open, hit = self._part.of(rows), self._open.of(rows), self._hit.of(rows)
        dX[...] = 0
        still_open[...] = True
        for row, column in self.places:
            np.equal(self.windows.pixel(X, row, column, self.count), Y, out=hit)
            np.logical_and(hit, still_open, out=hit)
            np.logical_xor(still_open, hit, out=still_open)
            pixels = self.windows.pixel(dX, row, column, self.count)
            pixels += np.multiply(dY, hit, out=part)
        return self.windows.inside(dX)


class AveragePool2DLayer(_PoolLayer):
    """Y = mean of each window; every pixel of it gets an equal share of the gradient."""

    def _pool(self, padded: Array, out: Array) -> Array:
        out[...] = self.windows.pixel(padded, 0, 0, self.count)
        for row, column in self.places[1:]:
            out += self.windows.pixel(padded, row, column, self.count)
        out *= 1 / len(self.places)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dX, share = self._dX.of(len(dY)), np.multiply(dY, 1 / len(self.places), out=self._part.of(len(dY)))
        dX[...] = 0
        for row, column in self.places:
            pixels = self.windows.pixel(dX, row, column, self.count)
            pixels += share
        return self.windows.inside(dX)
