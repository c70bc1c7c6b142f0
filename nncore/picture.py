"""From a bitmap (a scan, a photo, a paste) to the 28x28 picture that a network reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.ink import BOX, CENTRE, SIDE

FAINTEST = 24
"""Grey values between paper and the darkest ink of a picture that has something on it; less is the grain of paper."""

GRAIN = 0.2
"""Share of the contrast, from paper to ink, that is still paper."""


def prepare(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (28, 28) of what stands on `grey` (height, width): 0 for paper to 255 for ink, all 0 if nothing does.

    Whether ink is the dark or the bright is told from the border, which is mostly paper. A 28x28 picture with
    nothing at all on its border is one of MNIST's kind and stays as it is. Any other is cropped to its ink, its larger
    side fitted to 20 pixels by area averaging, the centre of its ink put where MNIST has it.

    Raises DataError unless `grey` is uint8, has two axes and at least one pixel.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise DataError(f"The picture is {grey.dtype} {grey.shape}; expected uint8, height and width at least 1.")
    bright = _bright_on_dark(grey)
    if bright.shape == (SIDE, SIDE) and not _border(bright).any() and bright.max() >= FAINTEST:
        return bright.copy()
    ink = _crop(_stretch(bright))
    return _into_frame(ink) if ink.size else np.zeros((SIDE, SIDE), np.uint8)


def _border(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _bright_on_dark(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture, or its negative if the border is nearer to its brightest than to its darkest pixel."""
    darkest, brightest = int(grey.min()), int(grey.max())
    paper = np.median(_border(grey))
    return 255 - grey if paper - darkest > brightest - paper else grey


def _stretch(bright: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much ink each pixel has, in grey values: paper and its grain become 0."""
    paper = np.median(_border(bright))
    contrast = bright.max() - paper
    if contrast < FAINTEST:
        return np.zeros(bright.shape, np.float32)
    ink: NDArray[np.float32] = bright - np.float32(paper + GRAIN * contrast)
    return np.maximum(ink, 0, out=ink)


def _crop(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The smallest part that holds all ink; of size 0 if there is none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return ink[:0, :0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _into_frame(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cropped ink (height, width), scaled and moved into the frame; its strongest pixel becomes 255."""
    scale = BOX / max(ink.shape)
    down = _averaging(ink.sum(axis=1), scale)
    across = _averaging(ink.sum(axis=0), scale)
    picture = down @ ink @ across.T
    picture *= 255 / picture.max()
    return np.rint(picture, out=picture).astype(np.uint8)


def _averaging(profile: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """The share (28, n) that each of n pixels in a row has in each pixel of the frame.

    profile: (n,) the ink of each of them, whose centre goes to CENTRE, or as near as the frame allows.
    """
    n = len(profile)
    centre_of_ink = (np.arange(n) + 0.5) @ profile / profile.sum() * scale
    start = np.clip(CENTRE - centre_of_ink, 0, SIDE - n * scale)
    edges = start + scale * np.arange(n + 1)
    frame = np.arange(SIDE)[:, None]
    overlap: NDArray[np.float64] = np.minimum(edges[1:], frame + 1) - np.maximum(edges[:-1], frame)
    return np.maximum(overlap, 0, out=overlap).astype(np.float32)
