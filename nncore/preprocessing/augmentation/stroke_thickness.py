"""Change the thickness of strokes: grey-scale dilation and erosion of a block of images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.system.copying import NotCopyable


class ThicknessChanger(NotCopyable):
    """Workspace that changes the thickness of strokes in `framed`, (images, height + 1, width + 1) uint8, in place.

    framed: contiguous; the images are at [:, 1:, 1:]; the first row and column of each image are a frame of paper (0).
    """

    copy_instead = "Make another one for the copied images."

    def __init__(self, framed: NDArray[np.uint8]) -> None:
        self._framed = framed
        self._dilation_buffer = np.empty(framed.size, np.uint8)
        self._increase_buffer = np.empty((len(framed), framed[0].size), np.uint16)

    def apply(self, thickness: NDArray[np.floating]) -> None:
        """Make strokes of the first n images wider (or narrower, below 0) by thickness (n,) pixels, -2 to 2.

        Dilation takes the maximum of a pixel and its four neighbours. It moves both edges of a stroke by one pixel, so
        the stroke gets two pixels wider; blending image and dilation gives every width in between. Erosion is the
        dilation of the negative image. (Serra, "Image Analysis and Mathematical Morphology", 1982.)
        """
        n = len(thickness)
        images = self._framed[:n].reshape(n, -1)
        negative = np.where(thickness < 0, 255, 0).astype(np.uint8)[:, None]
        weight = (np.abs(thickness) * (256 / 2)).astype(np.uint16)[:, None]  # 2 pixels are the whole dilation, 256/256
        images ^= negative  # x ^ 255 = 255 - x
        self._clear_frames(n)  # otherwise the frame of a negative would be ink beside the image before it
        dilated = self._dilated(images.reshape(-1)).reshape(n, -1)
        dilated -= images
        increase = self._increase_buffer[:n]
        increase[...] = dilated
        increase *= weight  # at most 255 * 256, which fits uint16
        increase >>= 8
        dilated[...] = increase
        images += dilated
        images ^= negative
        self._clear_frames(n)

    def _clear_frames(self, n: int) -> None:
        """Reset the frames of the first n images to paper."""
        self._framed[:n, 0] = 0
        self._framed[:n, :, 0] = 0

    def _dilated(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the maximum of each pixel and its four neighbours; pixels: all framed images, flattened."""
        dilated = self._dilation_buffer[: len(pixels)]
        dilated[...] = pixels
        # In flat order the neighbours are 1 (left, right) and one row (above, below) away. At the edges of an image
        # they fall on a frame, which is paper.
        for step in 1, self._framed.shape[2]:
            np.maximum(dilated[step:], pixels[:-step], out=dilated[step:])
            np.maximum(dilated[:-step], pixels[step:], out=dilated[:-step])
        return dilated
