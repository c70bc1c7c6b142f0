"""Pooling: each window of an image becomes one number, its maximum or its mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import inf, prod
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.layer import Array, Layer, Spec, Workspace, rows_first
from nncore.model.layers.parameters import Parameters, Shape
from nncore.model.layers.windows import Pair, Windows, padded_copy, pair


@dataclass(frozen=True)
class _Pool(Spec):
    """size, stride, padding: (height, width) in pixels, or one number for both; the default stride is the size."""

    label: ClassVar[str]
    needs_images: ClassVar[bool] = True
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
                "layers",
                f"The padding of a pooling must be at most half of its windows, {windows.size}; got {windows.padding}.",
            )

    @property
    def windows(self) -> Windows:
        """The windows whose pixels are pooled."""
        size = pair(self.size, "size", 1)
        return Windows(size, pair(self.stride, "stride", 1), pair(self.padding, "padding", 0))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) for images (channels, height, width)."""
        return (*input_shape[:1], *self.windows.output_shape(input_shape))

    @property
    def summary(self) -> str:
        """Its part of a one-line summary of the network."""
        return self.label

    def workspace_size(self, input_shape: Shape) -> int:
        """The padded images, their gradient, the output, and the gradient of one pixel of each window."""
        return 2 * prod(self.windows.padded_shape(input_shape)) + 2 * prod(self.output_shape(input_shape))


@dataclass(frozen=True)
class MaxPool2D(_Pool):
    """The largest pixel of each window; padding is never the largest.

    size, stride, padding: (height, width) in pixels, or one number for both. The default stride is the size; the
    padding is at most half of the size.
    """

    kind: ClassVar[str] = "max_pool2d"
    label: ClassVar[str] = "max pool"
    help: ClassVar[str] = "The largest pixel of each window: a smaller image."

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> MaxPool2DLayer:
        """The layer that computes."""
        return MaxPool2DLayer(self.windows, input_shape, parameters.values.dtype)


@dataclass(frozen=True)
class AveragePool2D(_Pool):
    """The mean of each window, including its padding of zeros.

    size, stride, padding: (height, width) in pixels, or one number for both. The default stride is the size; the
    padding is at most half of the size.
    """

    kind: ClassVar[str] = "average_pool2d"
    label: ClassVar[str] = "average pool"
    help: ClassVar[str] = "The mean of each window: a smaller image."

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> AveragePool2DLayer:
        """The layer that computes."""
        return AveragePool2DLayer(self.windows, input_shape, parameters.values.dtype)


class _PoolLayer(Layer):
    """The common part of both: one pass per pixel of a window, over all windows of all images at once.

    A window of 2 x 2 pixels takes four passes, each over a view of one pixel of every window. padding_value: the value
    of the pixels outside the image.
    """

    padding_value = 0.0

    def __init__(self, windows: Windows, input_shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.windows, self.input_shape, self.dtype = windows, input_shape, dtype
        self.windows_per_image = windows.output_shape(input_shape)
        self.window_pixels = list(product(*map(range, windows.size)))

    def allocate(self, rows: int) -> None:
        padded, pooled = self.windows.padded_shape(self.input_shape), (self.input_shape[0], *self.windows_per_image)
        self._X = Workspace(rows, padded, self.dtype)
        self._dX = Workspace(rows, padded, self.dtype)
        self._Y = Workspace(rows, pooled, self.dtype)
        self._part = Workspace(rows, pooled, self.dtype)

    def forward(self, X: Array) -> Array:
        padded = self._X.array(len(X))
        padded[...] = self.padding_value
        self.windows.interior(padded)[...] = X
        return self._pool(padded, self._Y.array(len(X)))

    def predict(self, X: Array) -> Array:
        Y = rows_first(np.empty((self.input_shape[0], *self.windows_per_image, len(X)), X.dtype))
        return self._pool(padded_copy(X, self.windows, self.padding_value), Y)

    def _pool(self, padded: Array, out: Array) -> Array:
        raise NotImplementedError


class MaxPool2DLayer(_PoolLayer):
    """Y = max of each window; the gradient goes to the largest pixel, or to the first of several equal ones."""

    padding_value = -inf

    def allocate(self, rows: int) -> None:
        super().allocate(rows)
        pooled = (self.input_shape[0], *self.windows_per_image)
        self._open, self._hit = Workspace(rows, pooled, np.bool_), Workspace(rows, pooled, np.bool_)

    def _pool(self, padded: Array, out: Array) -> Array:
        out[...] = self.windows.pixel_of_each_window(padded, 0, 0, self.windows_per_image)
        for row, column in self.window_pixels[1:]:
            np.maximum(out, self.windows.pixel_of_each_window(padded, row, column, self.windows_per_image), out=out)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        rows = len(dY)
        X, Y, dX = self._X.array(rows), self._Y.array(rows), self._dX.array(rows)
        part, still_open, hit = self._part.array(rows), self._open.array(rows), self._hit.array(rows)
        dX[...] = 0
        still_open[...] = True
        # A window is open until its largest pixel is found; later pixels that are equal get no gradient.
        for row, column in self.window_pixels:
            np.equal(self.windows.pixel_of_each_window(X, row, column, self.windows_per_image), Y, out=hit)
            np.logical_and(hit, still_open, out=hit)
            np.logical_xor(still_open, hit, out=still_open)
            pixels = self.windows.pixel_of_each_window(dX, row, column, self.windows_per_image)
            pixels += np.multiply(dY, hit, out=part)
        return self.windows.interior(dX)


class AveragePool2DLayer(_PoolLayer):
    """Y = mean of each window; each of its pixels gets an equal share of the gradient."""

    def _pool(self, padded: Array, out: Array) -> Array:
        out[...] = self.windows.pixel_of_each_window(padded, 0, 0, self.windows_per_image)
        for row, column in self.window_pixels[1:]:
            out += self.windows.pixel_of_each_window(padded, row, column, self.windows_per_image)
        out *= 1 / len(self.window_pixels)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dX, share = self._dX.array(len(dY)), np.multiply(dY, 1 / len(self.window_pixels), out=self._part.array(len(dY)))
        dX[...] = 0
        for row, column in self.window_pixels:
            pixels = self.windows.pixel_of_each_window(dX, row, column, self.windows_per_image)
            pixels += share
        return self.windows.interior(dX)
