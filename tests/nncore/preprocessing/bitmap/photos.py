"""Synthetic photos of digits on paper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

GreyImage = NDArray[np.uint8]
InkPage = NDArray[np.float32]

SEVEN = ((0.2, 0.15), (0.8, 0.15), (0.35, 0.9))
FOUR = ((0.55, 0.1), (0.2, 0.6), (0.85, 0.6))
STEM = ((0.65, 0.4), (0.6, 0.95))
ONE = ((0.5, 0.1), (0.5, 0.9))


def ink_of(
    strokes: tuple[tuple[tuple[float, float], ...], ...], shape: tuple[int, int], pen: float, left: float, top: float,
    side: float,
) -> InkPage:  # fmt: skip
    """Return the ink in each pixel of a sheet, 0 to 1: strokes in units of `side`, drawn with a round pen.

    pen: width of the pen in pixels.
    """
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32) + 0.5
    nearest = np.full(shape, np.inf, np.float32)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            ax, ay = left + x0 * side, top + y0 * side
            wx, wy = (x1 - x0) * side, (y1 - y0) * side
            t = np.clip(((x - ax) * wx + (y - ay) * wy) / (wx * wx + wy * wy), 0, 1)
            np.minimum(nearest, np.hypot(x - ax - t * wx, y - ay - t * wy), out=nearest)
    ink: InkPage = np.clip(pen / 2 + 0.5 - nearest, 0, 1)
    return ink


def photo(
    ink: InkPage, light: InkPage | float = 1.0, paper: float = 230, dark: float = 40, grain: float = 0
) -> GreyImage:
    """Return a photo of ink on paper as grey values; light: brightness of the light, 0 to 1."""
    page = (paper + (dark - paper) * ink) * light + np.random.default_rng(0).normal(0, 1, ink.shape) * grain
    return np.clip(page, 0, 255).astype(np.uint8)


def ruled(ink: InkPage, gap: int, slope: float, grey: float = 0.35, squared: bool = False) -> InkPage:
    """Add printed lines to a sheet."""
    y, x = np.mgrid[: ink.shape[0], : ink.shape[1]].astype(np.float32)
    lines = np.abs((y - slope * x) % gap - gap / 2) < 1
    if squared:
        lines |= np.abs((x + slope * y) % gap - gap / 2) < 1
    sheet: InkPage = np.maximum(ink, np.float32(grey) * lines)
    return sheet
