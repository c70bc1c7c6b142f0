"""The steps from a bitmap to the input of the network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.bitmap.blobs import Blob, digit_blobs, label
from nncore.preprocessing.bitmap.paper import FAINTEST, faintest, ink_level, ink_on_paper
from nncore.preprocessing.bitmap.ruled_lines import EDGE, without_ruled_lines
from nncore.preprocessing.bitmap.thinning import thin
from nncore.preprocessing.bitmap.tracing import trace
from nncore.preprocessing.ink import SIDE, Ink, rasterize

LARGEST_SIDE = 640
"""Pixels. A larger image is first reduced by a whole factor, which also reduces the grain."""

DIGIT_SIDE = 96
"""Length in pixels of the larger side of a digit when its middle line is computed."""

HOLE = 0.0015
"""A hole smaller than this fraction of the digit's square is a gap in the ink, not a loop."""

THIN = 0.7
"""Thickness in pixels, after scaling, from which a line still has its full darkness in some pixel."""

MOST_DIGITS = 32
"""An image with more digits than this does not show a number; all of it is read as one digit."""


def whole_image(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert all ink on `grey` (height, width) to one image (28, 28): 0 for paper to 255 for ink; empty paper gives 0.

    The ink may be darker or brighter than the paper. A 28x28 image whose border is mostly pure black, or pure white, is
    taken as an image in MNIST's format; it is only inverted if needed. Any other image is converted to strokes, which
    are drawn by nncore.preprocessing.ink.

    Raises DataError unless `grey` is uint8 with two axes and at least one pixel.
    """
    if (given := _like_mnist(grey)) is not None:
        return given
    return rasterize(Ink(tuple(stroke for ink in digit_inks(grey) for stroke in ink.strokes)))


def digit_images(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Convert each digit on `grey` (height, width) to an image (28, 28) as `whole_image` does; from left to right.

    An empty sheet gives one blank image. Raises DataError as `whole_image` does.
    """
    if (given := _like_mnist(grey)) is not None:
        return (given,)
    return tuple(rasterize(ink) for ink in digit_inks(grey)) or (np.zeros((SIDE, SIDE), np.uint8),)


def digit_inks(grey: NDArray[np.uint8]) -> tuple[Ink, ...]:
    """Return the middle lines of the digits on `grey` (height, width), left to right; the unit is a pixel of `grey`.

    Raises DataError as `whole_image` does.
    """
    _check(grey)
    times = -(-max(grey.shape) // LARGEST_SIDE)  # rounded up
    page = ink_on_paper(_shrunk(grey, times))
    level = ink_level(page)
    darkness = without_ruled_lines(page, level)
    if darkness is not page:  # the first level was influenced by the lines: repeat with the level of the ink alone
        level = ink_level(darkness)
        darkness = without_ruled_lines(page, level)
        level = ink_level(darkness)
    if not level:
        return ()
    labels, blobs = label(darkness > max(EDGE * level, faintest(darkness)))
    found = digit_blobs(blobs, labels.shape)
    if len(found) > MOST_DIGITS:
        found = [_all_of(found)]
    return tuple(_ink(darkness, labels, digit, level, times) for digit in found)


def _check(grey: NDArray[np.uint8]) -> None:
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise DataError(f"The image is {grey.dtype} {grey.shape}; expected uint8, height and width at least 1.")


def _like_mnist(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the image with bright ink if it is in MNIST's format, else None."""
    _check(grey)
    if grey.shape != (SIDE, SIDE):
        return None
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    for bright, blank in ((grey, border == 0), (255 - grey, border == 255)):
        if blank.mean() > 0.5 and bright.max() >= FAINTEST:
            return bright.copy()
    return None


def _shrunk(grey: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Return the means of squares of `times` x `times` pixels; incomplete squares at the far edges are cut off."""
    times = min(times, *grey.shape)
    if times == 1:
        return grey
    height, width = (side // times for side in grey.shape)
    squares = grey[: height * times, : width * times].reshape(height, times, width, times)
    sums = squares.sum(axis=1, dtype=np.uint32).sum(axis=2)
    means: NDArray[np.uint8] = (sums // (times * times)).astype(np.uint8)
    return means


def _all_of(blobs: list[Blob]) -> Blob:
    whole = blobs[0]
    for blob in blobs[1:]:
        whole = whole.merged_with(blob)
    return whole


def _ink(darkness: NDArray[np.float32], labels: NDArray[np.int32], digit: Blob, level: float, times: int) -> Ink:
    """Return the middle lines of one digit in pixels of the original image, which was reduced by `times`."""
    box = np.s_[max(0, digit.top - 1) : digit.bottom + 1, max(0, digit.left - 1) : digit.right + 1]
    own = np.isin(labels[box], digit.numbers)
    # The grown mask keeps the soft edges of the digit's own strokes and excludes other digits within the box.
    soft = np.where(_grown(own), np.minimum(darkness[box], level), 0)
    scale = DIGIT_SIDE / max(soft.shape)
    down, across = (_resampling(length, scale) for length in soft.shape)
    # Scaled down, a line thinner than a pixel gets paler; the threshold is lowered by the same factor.
    paleness = min(1.0, THIN * _thickness(own) * scale)
    mask = _without_holes(down @ soft @ across.T > EDGE * level * paleness)
    skeleton = thin(mask)
    if not skeleton.any():  # thinning can remove a dot completely
        skeleton[skeleton.shape[0] // 2, skeleton.shape[1] // 2] = True
    thickness = np.count_nonzero(mask) / np.count_nonzero(skeleton)
    corner = np.array([box[1].start, box[0].start], np.float32)
    lines = trace(skeleton, 0.7 * thickness)
    return Ink(tuple((line / np.float32(scale) + corner) * np.float32(times) for line in lines))


def _thickness(mask: NDArray[np.bool_]) -> float:
    """Estimate the thickness of lines in pixels: a line of length l and thickness t has l * t pixels, 2 l on edges."""
    inner = ~_grown(~np.pad(mask, 1))[1:-1, 1:-1]
    outline = int(np.count_nonzero(mask & ~inner))
    return 2 * int(np.count_nonzero(mask)) / max(1, outline)


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask and all pixels that touch it."""
    padded = np.pad(mask, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    grown: NDArray[np.bool_] = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return grown


def _resampling(n: int, scale: float) -> NDArray[np.float32]:
    """Return the weights (m, n) of n pixels in each of m = n * scale pixels: a triangle, as wide as the larger one."""
    m = max(1, round(n * scale))
    reach = max(1.0, n / m)
    middles = (np.arange(m) + 0.5) * n / m - 0.5
    shares = np.maximum(0, 1 - np.abs(middles[:, None] - np.arange(n)) / reach)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares.astype(np.float32)


def _without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    holes, blobs = label(~mask, diagonal=False)  # ink is 8-connected, so its background is 4-connected
    small = [blob.numbers[0] for blob in blobs if blob.pixels < HOLE * DIGIT_SIDE**2]
    return mask | np.isin(holes, small) if small else mask
