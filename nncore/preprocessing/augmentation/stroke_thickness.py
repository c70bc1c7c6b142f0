"""Thicker and thinner strokes: grey-scale dilation and erosion of a block of images at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class ThicknessChanger:
    """Workspace that changes the thickness of strokes in `framed`, (images, height + 1, width + 1) uint8, in place.

    framed: contiguous; the images are at [:, 1:, 1:], the first row and column of each are a frame of paper (0).
    """

    def __init__(self, framed: NDArray[np.uint8]) -> None:
        self._framed = framed
        self._grown = np.empty(framed.size, np.uint8)
        self._gain = np.empty((len(framed), framed[0].size), np.uint16)

    def apply(self, thickness: NDArray[np.floating]) -> None:
        """Make strokes of the first n images wider (or, below 0, narrower) by thickness (n,) pixels, -2 to 2.

        Dilation, the largest of a pixel and its four neighbours, moves each edge of a stroke by one pixel, so makes it
        two wider; the image is blended with it in proportion. Erosion is the dilation of the paper: the negative's.
        (Serra, "Image Analysis and Mathematical Morphology", 1982.)
        """
        n = len(thickness)
        images = self._framed[:n].reshape(n, -1)
        negative = np.where(thickness < 0, 255, 0).astype(np.uint8)[:, None]
        share = (np.abs(thickness) * (256 / 2)).astype(np.uint16)[:, None]
        images ^= negative
        self._clear_frames(n)  # a negative's frame would be ink to the image before it
        grown = self._dilated(images.reshape(-1)).reshape(n, -1)
        grown -= images
        gain = self._gain[:n]
        gain[...] = grown
        gain *= share  # 255 * 256 at most
        gain >>= 8
        grown[...] = gain
        images += grown
        images ^= negative
        self._clear_frames(n)

    def _clear_frames(self, n: int) -> None:
        """Turn the frames of the first n images into paper again."""
        self._framed[:n, 0] = 0
        self._framed[:n, :, 0] = 0

    def _dilated(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The largest of each pixel and its four neighbours; pixels: the framed images, one after the other."""
        grown = self._grown[: len(pixels)]
        grown[...] = pixels
        for step in 1, self._framed.shape[2]:
            np.maximum(grown[step:], pixels[:-step], out=grown[step:])
            np.maximum(grown[:-step], pixels[step:], out=grown[:-step])
        return grown
