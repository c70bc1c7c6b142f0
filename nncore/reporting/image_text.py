"""A grey image as text for a terminal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHADES = " ░▒▓█"


def image_text(image: NDArray[np.uint8]) -> str:
    """Return an image (height, width), 0 for paper to 255 for ink, as lines of text.

    Two lines of pixels become one of text, because characters are about twice as high as wide.
    """
    height, width = image.shape
    padded = np.zeros((height + height % 2, width), np.float64)
    padded[:height] = image
    means = padded.reshape(-1, 2, width).mean(axis=1)
    shades = np.ceil(means * (len(SHADES) - 1) / 255).astype(int)  # ceil: faint ink is visible
    return "\n".join("".join(SHADES[shade] for shade in line).rstrip() for line in shades)
