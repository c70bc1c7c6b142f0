"""Windows that slide over images, for convolution and pooling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.model.layers.layer import rows_first, rows_last
from nncore.model.layers.parameters import Array, Shape
from nncore.model.layers.terms import Position

Pair = tuple[int, int]


def pair_of_integers(value: object, name: str, minimum: int) -> Pair:
    """(height, width) from one whole number for both or two of them; raises SettingError for one below `minimum`."""
    both = value if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or any(isinstance(n, bool) or not isinstance(n, int) or n < minimum for n in both):
        raise SettingError("layers", f"The {name} must be one or two whole numbers, {minimum} or more; got {value}.")
    return both[0], both[1]


class WindowLines(NamedTuple):
    """Some lines of windows, and the lines of the kernel that lie on the image there; the others lie on padding."""

    lines: slice
    kernel: slice


@dataclass(frozen=True)
class Windows:
    """The pixels of an image in each window.

    Window (y, x) begins at row stride * y - padding and column stride * x - padding. Pixels outside the image are
    padding. All pairs are (height, width).
    """

    size: Pair
    stride: Pair
    padding: Pair

    def output_shape(self, input_shape: Shape) -> Pair:
        """The number of windows (down, across) for images of (channels, height, width).

        Raises SettingError for rows that are not images, or if no window fits into the padded image.
        """
        if len(input_shape) != 3:
            raise SettingError("layers", f"takes images (channels, height, width); got {input_shape}.")
        sides = self.padded_shape(input_shape)[1:]
        if any(side < size for side, size in zip(sides, self.size, strict=True)):
            raise SettingError(
                "layers",
                f"has windows of {self.size}, larger than its input {input_shape}, which is {sides} with padding.",
            )
        down, across = (
            (side - size) // step + 1 for side, size, step in zip(sides, self.size, self.stride, strict=True)
        )
        return down, across

    def padded_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) with padding."""
        channels, height, width = input_shape
        return channels, height + 2 * self.padding[0], width + 2 * self.padding[1]

    def corner(self, window: Position) -> Pair:
        """The line and column in the image of the first pixel of a window (y, x); below 0 in the padding."""
        down, across = (
            index * stride - padding for index, stride, padding in zip(window, self.stride, self.padding, strict=True)
        )
        return down, across

    def pixels_inside(self, window: Position, input_shape: Shape) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The pixels (2, n) of a window (y, x) that are not padding: in the window, and in the image."""
        pixels = np.indices(self.size).reshape(2, -1)
        in_image = pixels + np.array(self.corner(window))[:, None]
        inside = np.all((in_image >= 0) & (in_image < np.array(input_shape[1:])[:, None]), axis=0)
        return pixels[:, inside], in_image[:, inside]

    def interior(self, padded: Array) -> Array:
        """The images (rows, channels, height, width) without their padding, a view."""
        down, across = self.padding
        return padded[:, :, down : padded.shape[2] - down, across : padded.shape[3] - across]

    def pixel_of_each_window(self, padded: Array, row: int, column: int, count: Pair) -> Array:
        """The pixel (row, column) of each of `count` windows: (rows, channels, *count), a view of the padded images."""
        down, across = self.stride
        return padded[:, :, row : row + down * count[0] : down, column : column + across * count[1] : across]

    def im2col_view(self, padded: Array, count: Pair) -> Array:
        """All pixels of all windows: (window height, channels, window width, *count, rows), a view.

        The strides make the windows overlap in memory, so this im2col copies nothing: a step down within a window is a
        step down in the image, and the next window begins `stride` pixels further.
        """
        images = rows_last(padded)  # (channels, height, width, rows)
        channel, down, across, row = images.strides  # bytes from one number to the next along each axis
        shape = (self.size[0], images.shape[0], self.size[1], *count, images.shape[3])
        strides = (down, channel, across, down * self.stride[0], across * self.stride[1], row)
        return as_strided(images, shape, strides, writeable=False)

    def parts(self, input_shape: Shape, max_lines: int) -> Iterator[WindowLines]:
        """All windows, at most `max_lines` lines of windows at a time.

        The windows of a part overlap the image with the same lines of the kernel, so products with padding are left
        out. If one part can hold all windows, it has the whole kernel, because leaving out lines would save little.
        """
        count = self.output_shape(input_shape)[0]

        def kernel(line: int) -> tuple[int, int]:
            above = self.padding[0] - line * self.stride[0]  # how many lines of the kernel are above the image
            # Kernel line k lies on image line k - above, which is inside for above <= k < above + height.
            start = min(max(above, 0), self.size[0])
            return start, max(min(above + input_shape[1], self.size[0]), start)

        if max_lines >= count:
            yield WindowLines(slice(0, count), slice(0, self.size[0]))
            return
        for (start, stop), group in groupby(range(count), kernel):
            lines = list(group)
            for part in (lines[first : first + max_lines] for first in range(0, len(lines), max_lines)):
                yield WindowLines(slice(part[0], part[-1] + 1), slice(start, stop))

    def phases_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, phases, width) of padded images whose columns of pixels are sorted by phase.

        The phase of column x is x modulo the stride. Neighbouring windows are one stride apart, so the pixels at the
        same position in each of them are then next to each other in memory.
        """
        channels, height, width = self.padded_shape(input_shape)
        across = self.stride[1]
        return channels, height, across, -(-width // across)  # rounded up: the last phases may have a column less

    def from_phases(self, phases: Array, out: Array) -> None:
        """Copy images sorted by phase (*phases_shape, rows), unpadded, to `out` (channels, height, width, rows)."""
        (top, left), across, (_, height, width, _) = self.padding, self.stride[1], out.shape
        for phase in range(across):
            # Column x of the image is column x + left of the padded image: its phase is (x + left) modulo the stride.
            first = (phase - left) % across  # the first column of the image that has this phase
            place, count = (first + left) // across, len(range(first, width, across))
            out[:, :, first::across] = phases[:, top : top + height, phase, place : place + count]


def padded_copy(X: Array, windows: Windows, value: float) -> Array:
    """A new copy of images X (rows, channels, height, width) with padding of this value, rows last in memory."""
    padded = rows_first(np.full((*windows.padded_shape(X.shape[1:]), len(X)), value, X.dtype))
    windows.interior(padded)[...] = X
    return padded
