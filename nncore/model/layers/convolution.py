"""Two-dimensional convolution, computed as matrix products over the windows of all images at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.initialization import INITIALIZATIONS, check_initialization
from nncore.model.layers.layer import Layer, LayerSpec, Workspace, contiguous_rows_last, rows_first, rows_last
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms
from nncore.model.layers.windows import Pair, WindowLines, Windows, padded_copy, pair_of_integers
from nncore.system.numpy_modes import unbuffered

MAX_NUMBERS_PER_PART = 2**17
"""The most numbers in the columns of one part: few enough for the processor's second-level cache."""


@dataclass(frozen=True)
class Conv2D(LayerSpec):
    """Filters that slide over images; each filter gives one channel of the output.

    Attributes:
        filters: the number of filters, 1 or more.
        kernel, stride, padding: (height, width) in pixels, or one number for both; padding is zeros.
        initialization: a key of INITIALIZATIONS.

    A stride of 2 replaces pooling (Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks",
    ICDAR 2003) at a tenth of the cost. As usual for neural networks, the kernel is not mirrored.
    """

    kind: ClassVar[str] = "conv2d"
    label: ClassVar[str] = "convolution"
    help: ClassVar[str] = "Filters that slide over the image and find the same shape at every position."
    formula: ClassVar[str] = "y = Σ w·x + b, over the window"
    summary_format: ClassVar[str] = "conv {filters}"
    has_weights: ClassVar[bool] = True
    needs_images: ClassVar[bool] = True
    filters: int
    kernel: int | Pair = (5, 5)
    stride: int | Pair = (2, 2)
    padding: int | Pair = (2, 2)
    initialization: str = "he"

    def __post_init__(self) -> None:
        if isinstance(self.filters, bool) or not isinstance(self.filters, int) or self.filters < 1:
            raise SettingError(
                "layers", f"The filters of a convolution must be a whole number, 1 or more; got {self.filters}."
            )
        for name, minimum in (("kernel", 1), ("stride", 1), ("padding", 0)):
            object.__setattr__(self, name, pair_of_integers(getattr(self, name), name, minimum))
        check_initialization(self.initialization)

    @property
    def windows(self) -> Windows:
        """The windows to which the kernel is applied."""
        return Windows(
            pair_of_integers(self.kernel, "kernel", 1),
            pair_of_integers(self.stride, "stride", 1),
            pair_of_integers(self.padding, "padding", 0),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(filters, height, width) for images (channels, height, width)."""
        return (self.filters, *self.windows.output_shape(input_shape))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (filters, channels, height, width) and b (filters,)."""
        return {"W": (self.filters, input_shape[0], *self.windows.size), "b": (self.filters,)}

    def workspace_size(self, input_shape: Shape) -> int:
        """The padded images, their gradient with and without padding, the output's gradient, and a line's columns."""
        filters, down, across = self.output_shape(input_shape)
        columns = input_shape[0] * prod(self.windows.size) * across
        images = 2 * prod(self.windows.padded_shape(input_shape)) + prod(input_shape)
        return columns + (filters + 1) * down * across + images

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Conv2DLayer:
        """Create the layer that computes."""
        return Conv2DLayer(self, name, input_shape, parameters)


class Conv2DLayer(Layer):
    """Y = W * X + b for each filter, and its derivative.

    im2col: each window of each image becomes a column, and each filter a row of W, so that the convolution is the
    matrix product Y = W columns (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks", 2006).
    As for a dense layer, with G = dLoss/dY: dW = G columns^T, and the gradient of the columns is W^T G. A pixel is in
    several windows, so dX adds up its gradients in all of their columns (`_add_windows`).

    All columns together would be many times as large as the images. So they are made for a few lines of windows at a
    time, and created again in `backward`, which takes about as long as reading them from memory. The pixels of
    a column are ordered by the lines of its window. So the lines on the padding are one slice, and can be left out.
    """

    def __init__(self, spec: Conv2D, name: str, input_shape: Shape, parameters: Parameters) -> None:
        self.spec, self.windows, self.input_shape = spec, spec.windows, input_shape
        self.windows_per_image = self.windows.output_shape(input_shape)
        self.output_shape = spec.output_shape(input_shape)
        self.dtype = parameters.values.dtype
        # One filter per row, (filters, channels * height * width); both are views of the parameters.
        self.W = parameters.value(f"{name}.W").reshape(spec.filters, -1)
        self.dW = parameters.gradient(f"{name}.W").reshape(spec.filters, -1)
        self.b, self.db = parameters.value(f"{name}.b"), parameters.gradient(f"{name}.b")

    def allocate(self, rows: int) -> None:
        self._padded = Workspace(rows, self.windows.padded_shape(self.input_shape), self.dtype, zeroed=True)
        self._columns = self._empty_columns(rows)
        # The gradients of the padded images, with their pixels sorted by phase (see Windows.phases_shape).
        self._dphases = Workspace(rows, self.windows.phases_shape(self.input_shape), self.dtype)
        self._Y = Workspace(rows, self.output_shape, self.dtype)
        self._dY = Workspace(rows, self.output_shape, self.dtype)
        self._dX = Workspace(rows, self.input_shape, self.dtype)
        self._dW, self._dW_part = np.empty_like(self.W.T, order="C"), np.empty_like(self.W.T, order="C")
        self._ones = np.ones(prod(self.windows_per_image) * rows, self.dtype)

    def _line_size(self, rows: int) -> int:
        """How many numbers the columns of one line of windows have."""
        return self.W.shape[1] * self.windows_per_image[1] * rows

    def _empty_columns(self, rows: int) -> Array:
        """Memory for the columns of any part of a batch of up to `rows` rows."""
        line = self._line_size(rows)
        return np.empty(max(line, min(MAX_NUMBERS_PER_PART, line * self.windows_per_image[0])), self.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization].fill(self.W, self.b, self.W.shape[1], rng)

    def forward(self, X: Array) -> Array:
        padded = self._padded.array(len(X))  # (rows, channels, padded height, padded width); its margins stay 0
        self.windows.interior(padded)[...] = X
        # The lines of a window are the outer axis of its column, so W (filters, height * channels * width) must have
        # its numbers in the same order.
        self._W = self._lines_first(self.W).reshape(self.W.shape)
        Y = self._Y.array(len(X))
        self._convolve(self._W, padded, self._columns, rows_last(Y).reshape(self.spec.filters, -1))
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        # G = dLoss/dY as (filters, down * across * rows): one column for each window of each image, as in `forward`.
        dY_rows = contiguous_rows_last(dY, self._dY).reshape(self.spec.filters, -1)
        # Y = W columns + b: each b is added once per window, so its gradient is the sum of its row of G.
        np.matmul(dY_rows, self._ones[: dY_rows.shape[1]], out=self.db)
        self._dW[...] = 0
        dphases = self._dphases.vector(len(dY)).reshape(*self._dphases.shape, len(dY))
        dphases[...] = 0
        for part, columns in self._parts(self._padded.array(len(dY)), self._columns):
            inputs, dY_part = self._rows_of_column(part), dY_rows[:, self._columns_of_Y(part, len(dY))]
            # The parts have different windows, so dW is the sum of their products. A part without some kernel lines
            # adds nothing to those lines of dW, because their pixels are padding, which is 0.
            # dW^T = columns G^T takes BLAS two thirds of the time of dW = G columns^T.
            self._dW[inputs] += np.matmul(columns, dY_part.T, out=self._dW_part[inputs])
            if need_dX:
                # Y = W columns gives dLoss/dcolumns = W^T G. The columns themselves are no longer needed.
                dcolumns = np.matmul(self._W[:, inputs].T, dY_part, out=columns)
                self._add_windows(dcolumns, part, dphases)
        dW = self._lines_first(self.dW)  # a view, so the assignment puts the numbers back in the order of W
        dW[...] = self._dW.T.reshape(dW.shape)
        if not need_dX:
            return None
        dX = self._dX.array(len(dY))
        self.windows.from_phases(dphases, rows_last(dX))
        return dX

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        return (Conv2DLayer.predict, Conv2DLayer._convolve)

    def predict(self, X: Array) -> Array:
        W = self._lines_first(self.W).reshape(self.W.shape)
        Y = np.empty((*self.output_shape, len(X)), X.dtype)
        padded = padded_copy(X, self.windows, 0)
        self._convolve(W, padded, self._empty_columns(len(X)), Y.reshape(self.spec.filters, -1))
        return rows_first(Y)

    def terms(self, X: Array, position: Position) -> Terms:
        channels, (height, width) = self.input_shape[0], self.windows.size
        # Padding is zero, so the part of the kernel that lies on it adds nothing and is left out.
        kernel, pixels = self.windows.pixels_inside(position[1:], self.input_shape)
        W = self.W[position[0]].reshape(channels, height, width)[:, *kernel]  # (channels, n)
        count = pixels.shape[1]
        sources = np.stack((np.repeat(np.arange(channels), count), *np.tile(pixels, channels)), axis=1)
        constants = {"b": float(self.b[position[0]])}
        value = float(self.predict(X)[0][position])
        return Terms(value, sources, X[0][:, *pixels].ravel(), W.ravel(), constants)

    def _lines_first(self, W: Array) -> Array:
        """Kernels (filters, channels * height * width) as (filters, height, channels, width), a view."""
        return W.reshape(self.spec.filters, self.input_shape[0], *self.windows.size).swapaxes(1, 2)

    def _convolve(self, W: Array, padded: Array, memory: Array, Y_rows: Array) -> None:
        for part, columns in self._parts(padded, memory):
            np.matmul(W[:, self._rows_of_column(part)], columns, out=Y_rows[:, self._columns_of_Y(part, len(padded))])
        with unbuffered():
            Y_rows += self.b[:, None]

    def _parts(self, padded: Array, memory: Array) -> Iterator[tuple[WindowLines, Array]]:
        """The windows part by part, with the columns of each part, which are written to `memory`."""
        windows = self.windows.im2col_view(padded, self.windows_per_image)
        for part in self.windows.parts(self.input_shape, max(1, MAX_NUMBERS_PER_PART // self._line_size(len(padded)))):
            # (kernel lines, channels, kernel width, lines of windows, windows across, rows): the first three axes are
            # the pixels of a window, and the last three are the windows. The copy is the im2col of this part.
            pixels = windows[part.kernel, :, :, part.lines]
            columns = memory[: pixels.size].reshape(pixels.shape)
            columns[...] = pixels
            yield part, columns.reshape(prod(pixels.shape[:3]), prod(pixels.shape[3:]))

    def _rows_of_column(self, part: WindowLines) -> slice:
        """Which numbers of a whole column are in the columns of a part."""
        line = self.input_shape[0] * self.windows.size[1]
        return slice(part.kernel.start * line, part.kernel.stop * line)

    def _columns_of_Y(self, part: WindowLines, rows: int) -> slice:
        """Which of all columns belong to a part."""
        line = self.windows_per_image[1] * rows
        return slice(part.lines.start * line, part.lines.stop * line)

    def _add_windows(self, dcolumns: Array, part: WindowLines, dphases: Array) -> None:
        """Add the gradients in the windows of a part to those of their pixels (col2im, the transpose of im2col).

        In one line of windows, each pixel occurs once for a given column of the kernel. So the gradients of one kernel
        column are added for the whole line at once, on contiguous memory because pixels are sorted by phase (Windows).
        """
        (stride_y, stride_x), (lines, count) = self.windows.stride, (part.lines, self.windows_per_image[1])
        shape = (self.input_shape[0], self.windows.size[1], lines.stop - lines.start, count, dphases.shape[-1])
        dwindows = dcolumns.reshape(part.kernel.stop - part.kernel.start, *shape)
        with unbuffered():
            for line in range(lines.start, lines.stop):
                # The lines of pixels under this line of windows: (kernel lines, channels, phases, width, rows).
                first = line * stride_y
                covered = dphases[:, first + part.kernel.start : first + part.kernel.stop].swapaxes(0, 1)
                for column in range(self.windows.size[1]):
                    # Kernel column k of window x lies on pixel column x * stride + k, whose phase is k modulo the
                    # stride, at place x + k // stride among the pixels of this phase.
                    place, phase = divmod(column, stride_x)
                    pixels = covered[:, :, phase, place : place + count]
                    pixels += dwindows[:, :, column, line - lines.start]
