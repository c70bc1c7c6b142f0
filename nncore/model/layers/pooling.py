"""Pooling: each window of an image becomes one number, its maximum or its mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import inf, prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.model.layers.layer import Layer, LayerSpec, Workspace, rows_first
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms
from nncore.model.layers.windows import Pair, Windows, padded_copy, pair_of_integers


class _PoolLayer(Layer):
    """Combines the pixels of each window: one pass per pixel of a window, over all windows of all images at once.

    A window of 2 x 2 pixels takes four passes, each over a view of one pixel of every window, so that no windows are
    copied. combine: the ufunc that combines a pixel with the result of the pixels before it.
    padding_value: the value of the pixels outside the image.
    """

    combine: np.ufunc = np.add
    padding_value = 0.0

    def __init__(self, windows: Windows, input_shape: Shape, dtype: np.dtype[np.floating]) -> None:
        self.windows = windows
        self.input_shape = input_shape
        self.dtype = dtype
        self.windows_per_image = windows.output_shape(input_shape)
        self.window_pixels = list(product(range(windows.size[0]), range(windows.size[1])))

    def allocate(self, rows: int) -> None:
        padded, pooled = self.windows.padded_shape(self.input_shape), (self.input_shape[0], *self.windows_per_image)
        self._X = Workspace(rows, padded, self.dtype)
        self._dX = Workspace(rows, padded, self.dtype)
        self._Y = Workspace(rows, pooled, self.dtype)
        self._gradient_of_pixel = Workspace(rows, pooled, self.dtype)

    def forward(self, X: Array) -> Array:
        padded = self._X.array(len(X))
        padded[...] = self.padding_value
        self.windows.interior(padded)[...] = X
        return self._pool(padded, self._Y.array(len(X)))

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        return (type(self).predict, type(self)._pool)

    def predict(self, X: Array) -> Array:
        Y = rows_first(np.empty((self.input_shape[0], *self.windows_per_image, len(X)), X.dtype))
        return self._pool(padded_copy(X, self.windows, self.padding_value), Y)

    def terms(self, X: Array, position: Position) -> Terms:
        _, pixels = self.windows.pixels_inside(position[1:], self.input_shape)
        sources = np.concatenate((np.full((1, pixels.shape[1]), position[0]), pixels)).T
        value = float(self.predict(X)[0][position])
        return self._terms_of_window(value, sources, X[0][position[0], *pixels])

    def _terms_of_window(self, value: float, sources: NDArray[np.intp], inputs: Array) -> Terms:
        raise NotImplementedError

    def _pool(self, padded: Array, out: Array) -> Array:
        """Combine the pixels of each window of `padded` images in `out` (rows, channels, height, width)."""
        out[...] = self._pixel_of_each_window(padded, self.window_pixels[0])
        for pixel in self.window_pixels[1:]:
            self.combine(out, self._pixel_of_each_window(padded, pixel), out=out)
        return out

    def _pixel_of_each_window(self, padded: Array, pixel: Pair) -> Array:
        """The pixel (row, column) of each window, a view (rows, channels, height, width) of `padded`."""
        return self.windows.pixel_of_each_window(padded, *pixel, self.windows_per_image)


class MaxPool2DLayer(_PoolLayer):
    """Y = max of each window; the gradient goes to the largest pixel, or to the first of several equal ones."""

    combine = np.maximum
    padding_value = -inf

    def allocate(self, rows: int) -> None:
        super().allocate(rows)
        pooled = (self.input_shape[0], *self.windows_per_image)
        self._is_open, self._is_maximum = Workspace(rows, pooled, np.bool_), Workspace(rows, pooled, np.bool_)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        rows = len(dY)
        X, Y, dX = self._X.array(rows), self._Y.array(rows), self._dX.array(rows)
        dX_of_pixel, is_open = self._gradient_of_pixel.array(rows), self._is_open.array(rows)
        is_maximum = self._is_maximum.array(rows)
        dX[...] = 0
        is_open[...] = True
        # A window is open until its largest pixel is found; later pixels that are equal get no gradient.
        for pixel in self.window_pixels:
            np.equal(self._pixel_of_each_window(X, pixel), Y, out=is_maximum)
            np.logical_and(is_maximum, is_open, out=is_maximum)
            np.logical_xor(is_open, is_maximum, out=is_open)  # close the windows whose maximum this is
            dpixels = self._pixel_of_each_window(dX, pixel)
            dpixels += np.multiply(dY, is_maximum, out=dX_of_pixel)
        return self.windows.interior(dX)

    def _terms_of_window(self, value: float, sources: NDArray[np.intp], inputs: Array) -> Terms:
        # argmax takes the first of several equal pixels, as `backward` does.
        return Terms(value, sources, inputs, chosen=int(inputs.argmax()))


class AveragePool2DLayer(_PoolLayer):
    """Y = mean of each window: with m pixels in a window, dY/dX = 1/m for each of them, so each gets dY / m."""

    def _pool(self, padded: Array, out: Array) -> Array:
        super()._pool(padded, out)
        out *= 1 / len(self.window_pixels)
        return out

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dX, dX_of_pixel = self._dX.array(len(dY)), self._gradient_of_pixel.array(len(dY))
        np.multiply(dY, 1 / len(self.window_pixels), out=dX_of_pixel)
        dX[...] = 0
        for pixel in self.window_pixels:
            dpixels = self._pixel_of_each_window(dX, pixel)
            dpixels += dX_of_pixel
        return self.windows.interior(dX)

    def _terms_of_window(self, value: float, sources: NDArray[np.intp], inputs: Array) -> Terms:
        # Pixels of the padding are zeros: they are not among the sources, but they count in the mean.
        return Terms(value, sources, inputs, np.full(len(inputs), 1 / len(self.window_pixels), inputs.dtype))


@dataclass(frozen=True)
class _Pool(LayerSpec):
    """size, stride, padding: (height, width) in pixels, or one number for both; the default stride is the size."""

    layer_class: ClassVar[type[_PoolLayer]]
    needs_images: ClassVar[bool] = True
    size: int | Pair = (2, 2)
    stride: int | Pair | None = None
    padding: int | Pair = (0, 0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair_of_integers(self.size, "size", 1))
        object.__setattr__(
            self, "stride", pair_of_integers(self.size if self.stride is None else self.stride, "stride", 1)
        )
        object.__setattr__(self, "padding", pair_of_integers(self.padding, "padding", 0))
        windows = self.windows
        if any(2 * margin > size for margin, size in zip(windows.padding, windows.size, strict=True)):
            raise SettingError(
                "layers",
                f"The padding of a pooling must be at most half of its windows, {windows.size}; got {windows.padding}.",
            )

    @property
    def windows(self) -> Windows:
        """The windows whose pixels are pooled."""
        size = pair_of_integers(self.size, "size", 1)
        return Windows(size, pair_of_integers(self.stride, "stride", 1), pair_of_integers(self.padding, "padding", 0))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) for images (channels, height, width)."""
        return (*input_shape[:1], *self.windows.output_shape(input_shape))

    def workspace_size(self, input_shape: Shape) -> int:
        """The padded images, their gradient, the output, and the gradient of one pixel of each window."""
        return 2 * prod(self.windows.padded_shape(input_shape)) + 2 * prod(self.output_shape(input_shape))

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> _PoolLayer:
        """Return the layer that computes."""
        return self.layer_class(self.windows, input_shape, parameters.values.dtype)


@dataclass(frozen=True)
class MaxPool2D(_Pool):
    """The largest pixel of each window; padding is never the largest.

    size, stride, padding: (height, width) in pixels, or one number for both. The default stride is the size; the
    padding is at most half of the size.
    """

    kind: ClassVar[str] = "max_pool2d"
    label: ClassVar[str] = "max pool"
    formula: ClassVar[str] = "y = the largest x of the window"
    summary_format: ClassVar[str] = label
    layer_class: ClassVar[type[_PoolLayer]] = MaxPool2DLayer
    help: ClassVar[str] = "The largest pixel of each window: a smaller image."


@dataclass(frozen=True)
class AveragePool2D(_Pool):
    """The mean of each window, including its padding of zeros.

    size, stride, padding: (height, width) in pixels, or one number for both. The default stride is the size; the
    padding is at most half of the size.
    """

    kind: ClassVar[str] = "average_pool2d"
    label: ClassVar[str] = "average pool"
    formula: ClassVar[str] = "y = Σ w·x, w = 1 / pixels of the window"
    summary_format: ClassVar[str] = label
    layer_class: ClassVar[type[_PoolLayer]] = AveragePool2DLayer
    help: ClassVar[str] = "The mean of each window: a smaller image."
