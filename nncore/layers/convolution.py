"""Two-dimensional convolution, as one matrix product over all windows of all images."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.layers.dense import check_initialization
from nncore.layers.layer import Array, Layer, Spec, Workspace, rows_first, rows_last
from nncore.layers.windows import Pair, Windows, lying_rows_last, pad_once, pair
from nncore.parameters import INITIALIZATIONS, Parameters, Shape


@dataclass(frozen=True)
class Conv2D(Spec):
    """Filters that slide over images: each gives one channel of what comes out.

    filters: how many, at least 1. kernel, stride, padding: (height, width) in pixels, or one number for both; the
    padding is of zeros. initialization: "he" or "uniform".

    A stride of 2 takes the place of pooling (Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural
    Networks", ICDAR 2003), at a tenth of the cost. As everywhere in this field the kernel is not mirrored.
    """

    kind: ClassVar[str] = "conv2d"
    wants_images: ClassVar[bool] = True
    filters: int
    kernel: int | Pair = (5, 5)
    stride: int | Pair = (2, 2)
    padding: int | Pair = (2, 2)
    initialization: str = "he"

    def __post_init__(self) -> None:
        if isinstance(self.filters, bool) or not isinstance(self.filters, int) or self.filters < 1:
            raise SettingError("layers", f"A convolution of {self.filters} filters cannot be built: it is 1 or more.")
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, pair(getattr(self, name), name, least))
        check_initialization(self.initialization)

    @property
    def windows(self) -> Windows:
        """Where the kernel is laid."""
        return Windows(pair(self.kernel, "kernel", 1), pair(self.stride, "stride", 1), pair(self.padding, "padding", 0))

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network."""
        return f"conv {self.filters}"

    def output_shape(self, input_shape: Shape) -> Shape:
        """(filters, height, width), of images (channels, height, width)."""
        return (self.filters, *self.windows.output_shape(input_shape))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (filters, channels, height, width) and b (filters,)."""
        return {"W": (self.filters, input_shape[0], *self.windows.size), "b": (self.filters,)}

    def workspace(self, input_shape: Shape) -> int:
        """The columns and their gradient, the padded images and theirs, and a gradient of the output."""
        filters, down, across = self.output_shape(input_shape)
        column = input_shape[0] * prod(self.windows.size)
        return (2 * column + filters) * down * across + 2 * prod(self.windows.padded_shape(input_shape))

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Conv2DLayer:
        """The layer that computes, on views of `parameters`."""
        return Conv2DLayer(self, name, input_shape, parameters)


class Conv2DLayer(Layer):
    """Y = W * X + b for each filter, and its derivative.

    Each window of each image becomes a column; with a filter a row, the convolution is the product of two matrices
    (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks", 2006).
    """

    def __init__(self, spec: Conv2D, name: str, input_shape: Shape, parameters: Parameters) -> None:
        self.spec, self.windows, self.input_shape = spec, spec.windows, input_shape
        self.count = self.windows.output_shape(input_shape)
        self.output_shape = spec.output_shape(input_shape)
        self.dtype = parameters.values.dtype
        W, dW = parameters.value(f"{name}.W"), parameters.gradient(f"{name}.W")
        self.W, self.dW = W.reshape(spec.filters, -1), dW.reshape(spec.filters, -1)  # a filter a row; both are views
        self.b, self.db = parameters.value(f"{name}.b"), parameters.gradient(f"{name}.b")

    def allocate(self, rows: int) -> None:
        column, padded = self.W.shape[1], self.windows.padded_shape(self.input_shape)
        self._padded = Workspace(rows, padded, self.dtype, zeroed=True)
        self._columns = np.empty(column * prod(self.count) * rows, self.dtype)
        self._dcolumns = np.empty_like(self._columns)
        self._dpadded = Workspace(rows, padded, self.dtype)
        self._Y = Workspace(rows, self.output_shape, self.dtype)
        self._dY = Workspace(rows, self.output_shape, self.dtype)
        self._dW_transposed = np.empty(self.W.T.shape, self.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization](self.W, self.b, self.W.shape[1], rng)

    def forward(self, X: Array) -> Array:
        padded = self._padded.of(len(X))
        self.windows.inside(padded)[...] = X
        windows = self.windows.all(padded, self.count)
        self._windows = self._columns[: windows.size].reshape(windows.shape)
        self._windows[...] = windows
        Y = self._Y.of(len(X))
        Y_rows = rows_last(Y).reshape(self.spec.filters, -1)
        np.matmul(self.W, self._windows.reshape(self.W.shape[1], -1), out=Y_rows)
        Y_rows += self.b[:, None]
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dY_rows = lying_rows_last(dY, self._dY).reshape(self.spec.filters, -1)
        columns = self._windows.reshape(self.W.shape[1], -1)
        # As columns times dY, and not the other way round, BLAS takes two thirds of the time.
        self.dW[...] = np.matmul(columns, dY_rows.T, out=self._dW_transposed).T
        np.sum(dY_rows, axis=1, out=self.db)
        if not need_dX:
            return None
        dwindows = self._dcolumns[: columns.size].reshape(self._windows.shape)
        np.matmul(self.W.T, dY_rows, out=dwindows.reshape(columns.shape))
        return self._gathered(dwindows, len(dY))

    def _gathered(self, dwindows: Array, rows: int) -> Array:
        """dX: each pixel's sum of the gradients that it has in the windows it is part of."""
        dpadded = self._dpadded.of(rows)
        dpadded[...] = 0
        for row, column in product(*map(range, self.windows.size)):
            pixels = rows_last(self.windows.pixel(dpadded, row, column, self.count))
            pixels += dwindows[:, row, column]
        return self.windows.inside(dpadded)

    def predict(self, X: Array) -> Array:
        windows = self.windows.all(pad_once(X, self.windows, 0), self.count)
        Y = self.W @ windows.reshape(self.W.shape[1], -1)
        Y += self.b[:, None]
        return rows_first(Y.reshape(*self.output_shape, len(X)))
