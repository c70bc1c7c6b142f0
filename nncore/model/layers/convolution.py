"""Two-dimensional convolution, as products of matrices over the windows of all images at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.dense import check_initialization
from nncore.model.layers.layer import Array, Layer, Spec, Workspace, rows_first, rows_last
from nncore.model.layers.parameters import INITIALIZATIONS, Parameters, Shape
from nncore.model.layers.windows import Pair, Part, Windows, lying_rows_last, pad_once, pair
from nncore.system.numpy_modes import unbuffered

PART = 2**17
"""Numbers in the columns that are worked on at once, so few that a processor's second cache holds them."""


@dataclass(frozen=True)
class Conv2D(Spec):
    """Filters that slide over images: each gives one channel of what comes out.

    filters: how many, at least 1. kernel, stride, padding: (height, width) in pixels, or one number for both; the
    padding is of zeros. initialization: a name in INITIALIZATIONS.

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
        """The padded images, their gradient with and without margin, that of the output, and a line's columns."""
        filters, down, across = self.output_shape(input_shape)
        columns = input_shape[0] * prod(self.windows.size) * across
        images = 2 * prod(self.windows.padded_shape(input_shape)) + prod(input_shape)
        return columns + (filters + 1) * down * across + images

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Conv2DLayer:
        """The layer that computes, on views of `parameters`."""
        return Conv2DLayer(self, name, input_shape, parameters)


class Conv2DLayer(Layer):
    """Y = W * X + b for each filter, and its derivative.

    Each window of each image becomes a column; with a filter a row, the convolution is the product of two matrices
    (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks", 2006). All columns would be many
    times as large as the images, so they are made for a few lines of windows at a time, and once more in `backward`:
    that takes hardly longer than to fetch them from memory. A column has the lines of its window one after the other,
    for the sake of those that are left out where they lie on the margin.
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
        self._padded = Workspace(rows, self.windows.padded_shape(self.input_shape), self.dtype, zeroed=True)
        self._columns = self._room_for_columns(rows)
        self._dphases = Workspace(rows, self.windows.phases_shape(self.input_shape), self.dtype)
        self._Y = Workspace(rows, self.output_shape, self.dtype)
        self._dY = Workspace(rows, self.output_shape, self.dtype)
        self._dX = Workspace(rows, self.input_shape, self.dtype)
        self._dW, self._dW_part = np.empty_like(self.W.T, order="C"), np.empty_like(self.W.T, order="C")
        self._ones = np.ones(prod(self.count) * rows, self.dtype)

    def _line(self, rows: int) -> int:
        """How many numbers the columns of one line of windows are."""
        return self.W.shape[1] * self.count[1] * rows

    def _room_for_columns(self, rows: int) -> Array:
        """Enough for each part of a batch of `rows` rows, or fewer."""
        line = self._line(rows)
        return np.empty(max(line, min(PART, line * self.count[0])), self.dtype)

    def initialize(self, rng: np.random.Generator) -> None:
        INITIALIZATIONS[self.spec.initialization](self.W, self.b, self.W.shape[1], rng)

    def forward(self, X: Array) -> Array:
        padded = self._padded.of(len(X))
        self.windows.inside(padded)[...] = X
        self._W = self._lines_first(self.W).reshape(self.W.shape)
        Y = self._Y.of(len(X))
        self._convolve(self._W, padded, self._columns, rows_last(Y).reshape(self.spec.filters, -1))
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dY_rows = lying_rows_last(dY, self._dY).reshape(self.spec.filters, -1)
        np.matmul(dY_rows, self._ones[: dY_rows.shape[1]], out=self.db)
        self._dW[...] = 0
        dphases = self._dphases.memory(len(dY)).reshape(*self._dphases.shape, len(dY))
        dphases[...] = 0
        for part, columns in self._parts(self._padded.of(len(dY)), self._columns):
            inputs, dY_part = self._inputs(part), dY_rows[:, self._outputs(part, len(dY))]
            # As columns times dY, and not the other way round, BLAS takes two thirds of the time.
            self._dW[inputs] += np.matmul(columns, dY_part.T, out=self._dW_part[inputs])
            if need_dX:
                dcolumns = np.matmul(self._W[:, inputs].T, dY_part, out=columns)  # which have done their work
                self._gather(dcolumns, part, dphases)
        dW = self._lines_first(self.dW)
        dW[...] = self._dW.T.reshape(dW.shape)
        if not need_dX:
            return None
        dX = self._dX.of(len(dY))
        self.windows.from_phases(dphases, rows_last(dX))
        return dX

    def predict(self, X: Array) -> Array:
        W = self._lines_first(self.W).reshape(self.W.shape)
        Y = np.empty((*self.output_shape, len(X)), X.dtype)
        padded = pad_once(X, self.windows, 0)
        self._convolve(W, padded, self._room_for_columns(len(X)), Y.reshape(self.spec.filters, -1))
        return rows_first(Y)

    def _lines_first(self, W: Array) -> Array:
        """Kernels (filters, channels * height * width) seen as (filters, height, channels, width)."""
        return W.reshape(self.spec.filters, self.input_shape[0], *self.windows.size).swapaxes(1, 2)

    def _convolve(self, W: Array, padded: Array, room: Array, Y_rows: Array) -> None:
        for part, columns in self._parts(padded, room):
            np.matmul(W[:, self._inputs(part)], columns, out=Y_rows[:, self._outputs(part, len(padded))])
        with unbuffered():
            Y_rows += self.b[:, None]

    def _parts(self, padded: Array, room: Array) -> Iterator[tuple[Part, Array]]:
        """The windows, part by part, and the columns of each, made in `room`."""
        windows = self.windows.all(padded, self.count)
        for part in self.windows.parts(self.input_shape, max(1, PART // self._line(len(padded)))):
            seen = windows[part.kernel, :, :, part.lines]
            columns = room[: seen.size].reshape(seen.shape)
            columns[...] = seen
            yield part, columns.reshape(prod(seen.shape[:3]), prod(seen.shape[3:]))

    def _inputs(self, part: Part) -> slice:
        """Which numbers of a whole column the columns of a part have."""
        line = self.input_shape[0] * self.windows.size[1]
        return slice(part.kernel.start * line, part.kernel.stop * line)

    def _outputs(self, part: Part, rows: int) -> slice:
        """Which of all columns are those of a part."""
        line = self.count[1] * rows
        return slice(part.lines.start * line, part.lines.stop * line)

    def _gather(self, dcolumns: Array, part: Part, dphases: Array) -> None:
        """Add to each pixel the gradients that it has in the windows of a part.

        The windows of one line overlap only from left to right. So what all of them have of one column of the kernel
        is added at once, as runs of memory, with the pixels sorted by phase (see Windows).
        """
        (down, across), (lines, count) = self.windows.stride, (part.lines, self.count[1])
        shape = (self.input_shape[0], self.windows.size[1], lines.stop - lines.start, count, dphases.shape[-1])
        dwindows = dcolumns.reshape(part.kernel.stop - part.kernel.start, *shape)
        with unbuffered():
            for line in range(lines.start, lines.stop):
                seen = dphases[:, line * down + part.kernel.start : line * down + part.kernel.stop].swapaxes(0, 1)
                for column in range(self.windows.size[1]):
                    place, phase = divmod(column, across)
                    pixels = seen[:, :, phase, place : place + count]
                    pixels += dwindows[:, :, column, line - lines.start]
