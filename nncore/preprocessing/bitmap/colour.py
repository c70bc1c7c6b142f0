"""Colours as grey values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""How bright red, green and blue look (ITU-R BT.601): the grey of a picture without colours."""

SAMPLES = 128
"""At most about so many pixels each way are looked at to find the colours of paper and ink."""

INK_SHARE = 0.02
"""Share of the pixels, those farthest from the paper's colour, that are taken for ink."""


def grey_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The grey values (height, width) of `pixels` (height, width, 3), red, green and blue.

    Where paper and ink differ most in one colour, as yellow ink on white does in blue, that colour counts for more:
    each by how far the ink is from the paper in it. Raises DataError for another shape or type, or no pixel at all.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise DataError(f"The picture is {pixels.dtype} {pixels.shape}; expected uint8, height, width and 3 colours.")
    rows, columns = (max(1, side // SAMPLES) for side in pixels.shape[:2])
    sample = pixels[::rows, ::columns].reshape(-1, 3).astype(np.float32)
    if np.ptp(sample, axis=1).max() == 0 and (np.ptp(pixels, axis=2) == 0).all():
        alike: NDArray[np.uint8] = pixels[:, :, 0].copy()
        return alike
    apart = sample - np.median(sample, axis=0)
    distance = np.abs(apart).max(axis=1)
    ink = apart[np.argsort(distance, kind="stable")[-max(1, round(INK_SHARE * len(distance))) :]]
    weights = LUMA * 0.05 + np.abs(ink.mean(axis=0)) / 255
    grey = pixels.astype(np.float32) @ (weights / weights.sum()).astype(np.float32)
    rounded: NDArray[np.uint8] = np.rint(grey, out=grey).astype(np.uint8)
    return rounded
