"""The way of a bitmap to the network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.bitmap.blobs import Blob, digits, label
from nncore.preprocessing.bitmap.paper import FAINTEST, faintest, ink_level, ink_on_paper
from nncore.preprocessing.bitmap.ruled_lines import EDGE, without_rules
from nncore.preprocessing.bitmap.thinning import thin
from nncore.preprocessing.bitmap.tracing import trace
from nncore.preprocessing.ink import SIDE, Ink, rasterize

LARGEST = 640
"""Pixels; a larger side is halved (or divided by 3, ...) first, which also evens out the grain."""

WORKED_AT = 96
"""Pixels that the larger side of a digit is scaled to before its middle line is sought."""

HOLE = 0.0015
"""Share of the square that a digit lies in below which a hole in it is a gap in the ink, not a loop."""

THIN = 0.7
"""A line of so many pixels, scaled, still has its full darkness in the middle of one."""

MOST_DIGITS = 32
"""A picture with more blobs is no number: all of it is taken as one."""


def prepare(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (28, 28) of all that stands on `grey` (height, width): 0 for paper to 255 for ink, all 0 if nothing.

    Dark ink or bright is told from the picture. A 28x28 picture most of whose border is quite black, or quite white, is
    one of MNIST's kind and stays as it is. Any other is read as strokes and drawn as nncore.preprocessing.ink does.

    Raises DataError unless `grey` is uint8, has two axes and at least one pixel.
    """
    if (given := _like_mnist(grey)) is not None:
        return given
    return rasterize(Ink(tuple(stroke for ink in inks(grey) for stroke in ink.strokes)))


def pictures(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """A picture (28, 28), as `prepare` makes them, of each digit on `grey` (height, width), left to right.

    A sheet with nothing on it gives one blank picture. Raises DataError as `prepare` does.
    """
    if (given := _like_mnist(grey)) is not None:
        return (given,)
    return tuple(rasterize(ink) for ink in inks(grey)) or (np.zeros((SIDE, SIDE), np.uint8),)


def inks(grey: NDArray[np.uint8]) -> tuple[Ink, ...]:
    """The middle lines of the digits that stand on `grey` (height, width), left to right, in pixels of it.

    Raises DataError as `prepare` does.
    """
    _check(grey)
    times = -(-max(grey.shape) // LARGEST)
    page = ink_on_paper(_shrunk(grey, times))
    level = ink_level(page)
    darkness = without_rules(page, level)
    if darkness is not page:  # now that the lines are out of the way, the ink shows how dark it is
        level = ink_level(darkness)
        darkness = without_rules(page, level)
        level = ink_level(darkness)
    if not level:
        return ()
    labels, blobs = label(darkness > max(EDGE * level, faintest(darkness)))
    found = digits(blobs, labels.shape)
    if len(found) > MOST_DIGITS:
        found = [_all_of(found)]
    return tuple(_ink(darkness, labels, digit, level, times) for digit in found)


def _check(grey: NDArray[np.uint8]) -> None:
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise DataError(f"The picture is {grey.dtype} {grey.shape}; expected uint8, height and width at least 1.")


def _like_mnist(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The picture bright on dark, if it is one of MNIST's kind; else None."""
    _check(grey)
    if grey.shape != (SIDE, SIDE):
        return None
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    for bright, blank in ((grey, border == 0), (255 - grey, border == 255)):
        if blank.mean() > 0.5 and bright.max() >= FAINTEST:
            return bright.copy()
    return None


def _shrunk(grey: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """The means of squares of `times` pixels each way; what is left over at the far edges is cut off."""
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
        whole = whole.with_(blob)
    return whole


def _ink(darkness: NDArray[np.float32], labels: NDArray[np.int32], digit: Blob, level: float, times: int) -> Ink:
    """The middle lines of one digit."""
    box = np.s_[max(0, digit.top - 1) : digit.bottom + 1, max(0, digit.left - 1) : digit.right + 1]
    own = np.isin(labels[box], digit.numbers)
    soft = np.where(_grown(own), np.minimum(darkness[box], level), 0)
    scale = WORKED_AT / max(soft.shape)
    down, across = (_resampling(length, scale) for length in soft.shape)
    hair = min(1.0, THIN * _thickness(own) * scale)  # scaled down, a line finer than a pixel is but a shade
    mask = _without_holes(down @ soft @ across.T > EDGE * level * hair)
    skeleton = thin(mask)
    if not skeleton.any():  # a dot can be thinned away altogether
        skeleton[skeleton.shape[0] // 2, skeleton.shape[1] // 2] = True
    thickness = np.count_nonzero(mask) / np.count_nonzero(skeleton)
    corner = np.array([box[1].start, box[0].start], np.float32)
    lines = trace(skeleton, 0.7 * thickness)
    return Ink(tuple((line / np.float32(scale) + corner) * np.float32(times) for line in lines))


def _thickness(mask: NDArray[np.bool_]) -> float:
    """About how many pixels a line is across: it has two pixels of outline for every so many of its own; at least 2."""
    inner = ~_grown(~np.pad(mask, 1))[1:-1, 1:-1]
    outline = int(np.count_nonzero(mask & ~inner))
    return 2 * int(np.count_nonzero(mask)) / max(1, outline)


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and all that touches it."""
    padded = np.pad(mask, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    grown: NDArray[np.bool_] = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return grown


def _resampling(n: int, scale: float) -> NDArray[np.float32]:
    """The share (m, n) that each of n pixels in a row has in each of m = n x scale; straight slopes between them."""
    m = max(1, round(n * scale))
    reach = max(1.0, n / m)
    middles = (np.arange(m) + 0.5) * n / m - 0.5
    shares = np.maximum(0, 1 - np.abs(middles[:, None] - np.arange(n)) / reach)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares.astype(np.float32)


def _without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    holes, blobs = label(~mask, diagonal=False)
    small = [blob.numbers[0] for blob in blobs if blob.pixels < HOLE * WORKED_AT**2]
    return mask | np.isin(holes, small) if small else mask
