"""Bilinear look-up of a block of images at any positions: the pixels of the new image from where they came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SUBPIXELS = 256
"""Positions are counted in steps of 1/256 pixel: whole pixels and the remainder are then a shift and a mask away."""

_BITS = 8
_LOW_HALF = 0xFFFF


class BilinearSampler:
    """Workspace that draws `images` images of height * width anew, each pixel taken from a position of its own.

    Everything runs in integers, which NumPy works through fastest: positions in 1/256 pixel, ink in 0 to 255. A pixel
    and the one below it travel in the two halves of one uint32, so that two look-ups fetch all four neighbours and one
    multiplication blends two of them.

    Attributes
    ----------
    framed : (images, height + 1, width + 1) uint8
        Where the images to sample go: at [:, 1:, 1:]. The first row and column stay 0, paper. An image's right and
        lower frame are the left and upper frame of what follows it, so one row and column is all a frame takes.
    """

    def __init__(self, images: int, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._stride = width + 1
        framed_pixels = (height + 1) * (width + 1)
        self._frame = np.zeros(images * framed_pixels + self._stride + 2, np.uint8)  # room below and right of the last
        self.framed = self._frame[: images * framed_pixels].reshape(images, height + 1, width + 1)
        self._columns, self._below = np.zeros((2, len(self._frame)), np.uint32)
        block = (images, height * width)
        self._first_pixel = np.repeat(np.arange(images, dtype=np.int32) * framed_pixels, height * width).reshape(block)
        self._position = np.empty((2, *block), np.int32)
        self._remainder = np.empty((2, *block), np.uint32)
        self._index = np.empty(block, np.intp)

    def sample(self, positions: NDArray[np.floating], out: NDArray[np.floating]) -> None:
        """Fill out (n, height * width) with the ink, 0 to 1, found at `positions` in the n first framed images.

        positions: (2, n, height * width), the row and the column to take each pixel from, in 1/256 pixel and counted
        from the frame: the middle of an image's first pixel is at row 256, column 256. Fractions of 1/256 are cut off;
        what lies outside the frame is paper.
        """
        n = len(out)
        self._pair_with_pixel_below()
        self._locate(positions)
        index, (down, across) = self._index[:n], self._remainder[:, :n]
        left, right = self._position[:, :n].view(np.uint32)  # the positions have done their work: room to reuse
        # mode "clip" because "raise" would go through a copy of `out`; no index is out of range.
        np.take(self._columns[:-1], index, out=left, mode="clip")
        np.take(self._columns[1:], index, out=right, mode="clip")
        both = _blend(left, right, across)  # in each half 255 * 256 at most: neither overflows into the other
        lower = np.right_shift(both, 16, out=right)
        upper = np.bitwise_and(both, _LOW_HALF, out=left)
        ink = _blend(upper, lower, down)
        out[...] = ink.view(np.int32)  # below 2**31, and a signed integer turns into a float faster
        out *= 1 / 255 / SUBPIXELS**2

    def _pair_with_pixel_below(self) -> None:
        """Put each framed pixel into the low half of its uint32 and the pixel below it into the high half."""
        self._columns[...] = self._frame
        below = np.left_shift(self._columns[self._stride :], 16, out=self._below[self._stride :])
        self._columns[: -self._stride] |= below

    def _locate(self, positions: NDArray[np.floating]) -> None:
        """Find each position's upper left neighbour (self._index) and how far down and across from it it is.

        The distances (self._remainder) are in 1/256 pixel, 0 to 255.
        """
        n = positions.shape[1]
        position = self._position[:, :n]
        for axis, size in enumerate((self.height, self.width)):
            limit = float((size + 1) * SUBPIXELS)
            np.clip(positions[axis], 0.0, limit, out=position[axis], casting="unsafe")  # a float's fraction is cut off
        np.bitwise_and(position, SUBPIXELS - 1, out=self._remainder[:, :n].view(np.int32))
        position >>= _BITS
        row, column = position
        row *= self._stride
        row += column
        row += self._first_pixel[:n]
        self._index[:n] = row


def _blend(near: NDArray[np.uint32], far: NDArray[np.uint32], share: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """256 * near + share * (far - near), in place of near; far is used up.

    A negative difference wraps around in unsigned arithmetic, and the sum wraps back: the result is exact.
    """
    far -= near
    far *= share
    near <<= _BITS
    near += far
    return near
