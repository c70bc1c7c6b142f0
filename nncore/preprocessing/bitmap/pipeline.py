"""The steps from a bitmap to the input of the network."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.bitmap.blobs import Blob, connected_components, digit_blobs
from nncore.preprocessing.bitmap.paper import (
    MIN_CONTRAST,
    ink_level,
    ink_on_paper,
    ink_threshold,
    resampling_weights,
    window_maximum,
)
from nncore.preprocessing.bitmap.ruled_lines import INK_EDGE, without_ruled_lines
from nncore.preprocessing.bitmap.thinning import thin
from nncore.preprocessing.bitmap.tracing import strokes_from_skeleton
from nncore.preprocessing.ink import SIDE, Ink, rasterize

MAX_PAGE_SIDE = 640
"""Largest side in pixels. A larger image is first reduced by a whole factor, which also reduces the grain."""

DIGIT_SIDE = 96
"""Length in pixels of the larger side of a digit when its middle line is computed."""

MAX_GAP_AREA = 0.0015
"""A hole smaller than this fraction of the digit's square is a gap in the ink, not a loop."""

FULL_DARKNESS_THICKNESS = 0.7
"""Thickness in pixels, after scaling, from which a line still has its full darkness in some pixel."""

MAX_DIGITS = 32
"""An image with more digits than this does not show a number, so all of its ink is read as one digit."""


def whole_image(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert all ink on `grey` (height, width) to one image (28, 28): 0 for paper to 255 for ink; empty paper gives 0.

    The ink may be darker or brighter than the paper. A 28x28 image whose border is mostly pure black, or pure white, is
    taken as an image in MNIST's format; it is only inverted if needed. Any other image is converted to strokes, which
    are drawn by nncore.preprocessing.ink.

    Raises DataError unless `grey` is uint8 with two axes and at least one pixel.
    """
    if (mnist_image := _as_mnist_image(grey)) is not None:
        return mnist_image
    return rasterize(Ink(tuple(stroke for ink in digit_inks(grey) for stroke in ink.strokes)))


def digit_images(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Convert each digit on `grey` (height, width) to an image (28, 28) as `whole_image` does; from left to right.

    An empty sheet gives one blank image. Raises DataError as `whole_image` does.
    """
    if (mnist_image := _as_mnist_image(grey)) is not None:
        return (mnist_image,)
    return tuple(rasterize(ink) for ink in digit_inks(grey)) or (np.zeros((SIDE, SIDE), np.uint8),)


def digit_inks(grey: NDArray[np.uint8]) -> tuple[Ink, ...]:
    """Return the middle lines of the digits on `grey` (height, width), left to right; the unit is a pixel of `grey`.

    Raises DataError as `whole_image` does.
    """
    _check(grey)
    factor = -(-max(grey.shape) // MAX_PAGE_SIDE)  # rounded up
    page = ink_on_paper(_reduced(grey, factor))
    level = ink_level(page)
    darkness = without_ruled_lines(page, level)
    if darkness is not page:  # the first level was influenced by the lines: repeat with the level of the ink alone
        level = ink_level(darkness)
        darkness = without_ruled_lines(page, level)
        level = ink_level(darkness)
    if not level:
        return ()
    labels, blobs = connected_components(darkness > max(INK_EDGE * level, ink_threshold(darkness)))
    found = digit_blobs(blobs, labels.shape)
    if len(found) > MAX_DIGITS:
        found = [reduce(Blob.merged_with, found)]
    return tuple(_ink(darkness, labels, digit, level, factor) for digit in found)


def _check(grey: NDArray[np.uint8]) -> None:
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise DataError(f"The image is {grey.dtype} {grey.shape}; expected uint8, height and width at least 1.")


def _as_mnist_image(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the image with bright ink if it is in MNIST's format, else None."""
    _check(grey)
    if grey.shape != (SIDE, SIDE):
        return None
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    for with_bright_ink, is_blank in ((grey, border == 0), (255 - grey, border == 255)):
        if is_blank.mean() > 0.5 and with_bright_ink.max() >= MIN_CONTRAST:
            return with_bright_ink.copy()
    return None


def _reduced(grey: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Return the means of squares of `factor` x `factor` pixels; incomplete squares at the far edges are cut off."""
    factor = min(factor, *grey.shape)
    if factor == 1:
        return grey
    height, width = (side // factor for side in grey.shape)
    squares = grey[: height * factor, : width * factor].reshape(height, factor, width, factor)
    sums = squares.sum(axis=1, dtype=np.uint32).sum(axis=2)
    means: NDArray[np.uint8] = (sums // (factor * factor)).astype(np.uint8)
    return means


def _ink(darkness: NDArray[np.float32], labels: NDArray[np.int32], digit: Blob, level: float, factor: int) -> Ink:
    """Return the middle lines of one digit in pixels of the original image, which was reduced by `factor`."""
    box = np.s_[max(0, digit.top - 1) : digit.bottom + 1, max(0, digit.left - 1) : digit.right + 1]
    digit_mask = np.isin(labels[box], digit.numbers)
    # The mask, one pixel wider, keeps the soft edges of this digit's strokes and excludes other digits within the box.
    digit_darkness = np.where(_dilated(digit_mask), np.minimum(darkness[box], level), 0)
    scale = DIGIT_SIDE / max(digit_darkness.shape)
    down, across = (resampling_weights(side, max(1, round(side * scale))) for side in digit_darkness.shape)
    # Scaled down, a line thinner than a pixel gets paler; the threshold is lowered by the same factor.
    paleness = min(1.0, FULL_DARKNESS_THICKNESS * line_thickness(digit_mask) * scale)
    mask = _without_gaps(down @ digit_darkness @ across.T > INK_EDGE * level * paleness)
    skeleton = thin(mask)
    if not skeleton.any():  # thinning can remove a dot completely
        skeleton[skeleton.shape[0] // 2, skeleton.shape[1] // 2] = True
    thickness = np.count_nonzero(mask) / np.count_nonzero(skeleton)
    corner = np.array([box[1].start, box[0].start], np.float32)
    # A spur leads from the middle line to the outline, so it is about half as long as the line is thick.
    lines = strokes_from_skeleton(skeleton, 0.7 * thickness)
    return Ink(tuple((line / np.float32(scale) + corner) * np.float32(factor) for line in lines))


def line_thickness(mask: NDArray[np.bool_]) -> float:
    """Estimate the thickness of lines in pixels: a line of length l and thickness t has l * t pixels, 2 l on edges."""
    # Eroding the mask is dilating its background. The padding makes the border of the image count as background.
    inner = ~_dilated(~np.pad(mask, 1))[1:-1, 1:-1]
    outline = int(np.count_nonzero(mask & ~inner))
    return 2 * int(np.count_nonzero(mask)) / max(1, outline)


def _dilated(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask and all pixels that touch it, including those at a corner."""
    return window_maximum(np.pad(mask, 1), 1)


def _without_gaps(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill holes that are too small to be the loop of a digit."""
    labels, blobs = connected_components(~mask, diagonal=False)  # ink is 8-connected, so its background is 4-connected
    gaps = [blob.numbers[0] for blob in blobs if blob.pixels < MAX_GAP_AREA * DIGIT_SIDE**2]
    return mask | np.isin(labels, gaps) if gaps else mask
