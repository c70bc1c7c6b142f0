"""Bilinear interpolation of a block of images at arbitrary positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.system.copying import NotCopyable

SUBPIXELS = 256
"""Steps per pixel in which positions are given. As a power of two it allows a shift to give whole pixels and a mask to
give the remainder."""

_BITS = 8
_LOW_HALF = 0xFFFF


class BilinearSampler(NotCopyable):
    """Workspace that resamples `images` images of height * width, each pixel at its own position.

    All arithmetic is in integers, which is fastest in NumPy: positions in 1/256 pixel, ink from 0 to 255. A pixel and
    the pixel below it are packed into the two halves of one uint32. So two look-ups fetch all four neighbours, and one
    multiplication blends two pairs.

    Attributes
    ----------
    framed : (images, height + 1, width + 1) uint8
        The images to sample, at [:, 1:, 1:]. The first row and column stay 0, paper. They also serve as the right frame
        of the row before and the lower frame of the image before, so one row and one column are enough.
    """

    copy_instead = "Make another one of the same size."

    def __init__(self, images: int, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._stride = width + 1
        framed_pixels = (height + 1) * (width + 1)
        self._frame = np.zeros(images * framed_pixels + self._stride + 2, np.uint8)  # plus the last image's lower frame
        self.framed = self._frame[: images * framed_pixels].reshape(images, height + 1, width + 1)
        self._pixel_pairs, self._below = np.zeros((2, len(self._frame)), np.uint32)
        block = (images, height * width)
        self._first_pixel = np.repeat(np.arange(images, dtype=np.int32) * framed_pixels, height * width).reshape(block)
        self._position = np.empty((2, *block), np.int32)
        self._remainder = np.empty((2, *block), np.uint32)
        self._index = np.empty(block, np.intp)

    def sample(self, positions: NDArray[np.floating], out: NDArray[np.floating]) -> None:
        """Fill `out` (n, height * width) with the ink, 0 to 1, at `positions` in the first n framed images.

        positions: (2, n, height * width), the row and the column of each pixel in steps of 1/256 pixel, measured from
        the frame: the middle of an image's first pixel is at row 256, column 256. Fractions of a step are cut off.
        Positions outside the frame give paper.
        """
        n = len(out)
        self._pair_with_pixel_below()
        self._locate(positions)
        index, (down, across) = self._index[:n], self._remainder[:, :n]
        left, right = self._position[:, :n].view(np.uint32)  # the positions are no longer needed: reuse their memory
        # mode "clip", because "raise" would copy `out`; no index is out of range.
        np.take(self._pixel_pairs[:-1], index, out=left, mode="clip")
        np.take(self._pixel_pairs[1:], index, out=right, mode="clip")
        both = _blend(left, right, across)  # each half is at most 255 * 256, so it does not overflow into the other
        lower = np.right_shift(both, 16, out=right)
        upper = np.bitwise_and(both, _LOW_HALF, out=left)
        ink = _blend(upper, lower, down)
        out[...] = ink.view(np.int32)  # all below 2**31, and signed integers are faster to convert to float
        out *= 1 / 255 / SUBPIXELS**2  # each of the two blends has multiplied by 256

    def _pair_with_pixel_below(self) -> None:
        """Pack each framed pixel into the low half of its uint32 and the pixel below it into the high half."""
        self._pixel_pairs[...] = self._frame
        below = np.left_shift(self._pixel_pairs[self._stride :], 16, out=self._below[self._stride :])
        self._pixel_pairs[: -self._stride] |= below

    def _locate(self, positions: NDArray[np.floating]) -> None:
        """Split positions into the index of the upper left neighbour (self._index) and the distance from it.

        The distances down and across (self._remainder) are in 1/256 pixel, 0 to 255.
        """
        n = positions.shape[1]
        position = self._position[:, :n]
        for axis, size in enumerate((self.height, self.width)):
            limit = float((size + 1) * SUBPIXELS)
            np.clip(positions[axis], 0.0, limit, out=position[axis], casting="unsafe")  # the cast cuts fractions off
        np.bitwise_and(position, SUBPIXELS - 1, out=self._remainder[:, :n].view(np.int32))
        position >>= _BITS
        row, column = position
        row *= self._stride
        row += column
        row += self._first_pixel[:n]
        self._index[:n] = row


def _blend(near: NDArray[np.uint32], far: NDArray[np.uint32], weight: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return 256 * near + weight * (far - near), computed in place of `near`; `far` is overwritten.

    A negative difference wraps around modulo 2**32, and the sum wraps back, so the result is exact.
    """
    far -= near
    far *= weight
    near <<= _BITS
    near += far
    return near
