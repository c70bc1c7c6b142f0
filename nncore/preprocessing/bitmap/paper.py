"""Separate ink from paper, for any colour of both and under uneven light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Perceived brightness of red, green and blue (ITU-R BT.601)."""

COLOUR_SAMPLES = 128
"""Number of pixels in each direction, at most about, that are examined to find the colours of paper and ink."""

INK_SHARE = 0.02
"""Fraction of the pixels that count as ink in `to_grey`: those farthest from the paper's colour."""

FAINTEST = 24
"""Smallest difference between paper and ink in grey values; smaller differences are the grain of paper."""

CELLS = 128
"""Number of cells along the larger side of an image, at most, in which the brightness of the paper is measured."""

WIDEST_LINE = 29
"""Width in cells. Narrower dark areas are ink; wider ones, such as a shadow or a table, are background."""

WIDTHS = (3, 5, 9, 15)
"""Widths in cells of the windows that decide whether ink is dark or bright."""

UNDECIDED = 0.05
"""Smallest difference between the dark and the bright measure, relative to their sum, that decides between them."""

SAMPLES = 8
"""Number of pixels in each direction, at most, that represent a cell."""

NOISES = 5.0
"""A pixel may be ink if it is so many standard deviations of the paper's grain above the median."""


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert red, green and blue `pixels` (height, width, 3) to grey values (height, width).

    Each colour channel is weighted by the difference between ink and paper in it. So yellow ink on white paper, which
    differs in blue only, stands out. Raises DataError for another shape or type, or an empty image.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise DataError(f"The image is {pixels.dtype} {pixels.shape}; expected uint8, height, width and 3 colours.")
    rows, columns = (max(1, side // COLOUR_SAMPLES) for side in pixels.shape[:2])
    sample = pixels[::rows, ::columns].reshape(-1, 3).astype(np.float32)
    if np.ptp(sample, axis=1).max() == 0 and (np.ptp(pixels, axis=2) == 0).all():  # already grey: keep it exactly
        grey_channel: NDArray[np.uint8] = pixels[:, :, 0].copy()
        return grey_channel
    apart = sample - np.median(sample, axis=0)  # most pixels are paper, so the median is the paper's colour
    distance = np.abs(apart).max(axis=1)
    ink = apart[np.argsort(distance, kind="stable")[-max(1, round(INK_SHARE * len(distance))) :]]
    weights = LUMA * 0.05 + np.abs(ink.mean(axis=0)) / 255  # a little LUMA, so that the sum is never 0
    grey = pixels.astype(np.float32) @ (weights / weights.sum()).astype(np.float32)
    rounded: NDArray[np.uint8] = np.rint(grey, out=grey).astype(np.uint8)
    return rounded


def ink_on_paper(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the darkness of each pixel of `grey` (height, width) relative to its paper: 0 for paper, 1 for black ink.

    Bright ink on dark paper gives the same result as dark ink on bright paper. Empty paper gives zeros.
    """
    page = grey.astype(np.float32)
    return _darkness(255 - page if _is_bright_on_dark(page) else page)


def faintest(darkness: NDArray[np.float32]) -> float:
    """Return the darkness above which a pixel may be ink: NOISES robust standard deviations above the median."""
    sample = darkness[:: _stride(darkness.shape[0]), :: _stride(darkness.shape[1])]
    middle = float(np.median(sample))
    # 1.4826 times the median absolute deviation is the standard deviation of a normal distribution.
    return max(FAINTEST / 255, middle + NOISES * 1.4826 * float(np.median(np.abs(sample - middle))))


def ink_level(darkness: NDArray[np.float32]) -> float:
    """Return the darkness of the ink, 0 to 1: the upper quartile of its pixels; 0 if there is no ink.

    Of all pixels darker than the grain of paper, those above N. Otsu's threshold are ink ("A threshold selection method
    from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
    """
    histogram = np.bincount((darkness.ravel() * 255).astype(np.uint8), minlength=256).astype(np.float64)
    histogram[: 1 + int(255 * faintest(darkness))] = 0
    if not histogram.any():
        return 0.0
    histogram[: _otsu(histogram)] = 0
    return float(np.searchsorted(histogram.cumsum(), 0.75 * histogram.sum()) / 255)


def _otsu(histogram: NDArray[np.float64]) -> int:
    """Return the grey value that separates two classes (below it, and from it on) with the largest variance between."""
    below, sums = histogram.cumsum(), (histogram * np.arange(256)).cumsum()
    above = below[-1] - below
    # Variance between classes of a and b pixels with means m and k: a b (m - k)^2 / (a + b)^2. With the sum s of class
    # a and the sum S of all it is (S a - s (a + b))^2 / (a b), up to a constant factor.
    both = np.maximum(below * above, 1e-12)
    between = np.square(sums[-1] * below - sums * below[-1]) / both
    return int(np.where(below * above > 0, between, 0).argmax()) + 1 if (below * above > 0).any() else 0


def _stride(side: int) -> int:
    return max(1, side // 256)


def _is_bright_on_dark(page: NDArray[np.float32]) -> bool:
    """Return whether the thin lines on the page are brighter than their surroundings.

    A closing fills thin dark lines, and an opening removes thin bright ones; the changes show which are stronger. A
    window barely wider than the pen responds to strokes only. A wider one also responds to the gaps between strokes,
    so narrow windows have more weight. If the result is undecided, the border of the page counts as paper.
    """
    cells = _means(page)
    dark, bright = 0.0, 0.0
    for width in WIDTHS:
        dark += float(np.square(_closing(cells, width) - cells).sum()) / width
        bright += float(np.square(cells - _opening(cells, width)).sum()) / width
    if abs(bright - dark) > UNDECIDED * (bright + dark):
        return bright > dark
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return float(page.max() + page.min()) > 2 * float(np.median(border))


def _darkness(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the fraction of the paper's light that each pixel of a page with dark ink absorbs, 0 to 1.

    It is a fraction, not a difference, because a shadow dims paper and ink by the same factor. Very dark paper counts
    as mid-grey; otherwise its grain would look like ink.
    """
    paper = _spread(_soft(_closing(_cells(page), WIDEST_LINE)), page.shape)
    swallowed = paper - page
    np.divide(swallowed, np.maximum(paper, 128, out=paper), out=swallowed)
    return np.clip(swallowed, 0, 1, out=swallowed)


def _means(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean brightness of each cell; incomplete cells at the right and lower edges are cut off."""
    side = max(1, -(-max(page.shape) // CELLS))  # rounded up
    side = min(side, *page.shape)
    rows, columns = (length // side for length in page.shape)
    means: NDArray[np.float32] = page[: rows * side, : columns * side].reshape(rows, side, columns, side).mean((1, 3))
    return means


def _cells(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the brightness of the paper in each cell: the upper quartile of its pixels, because ink is darker."""
    side = max(1, -(-max(page.shape) // CELLS))
    step = max(1, side // SAMPLES)
    samples = page[::step, ::step]
    each = max(1, side // step)
    rows, columns = (-(-length // each) for length in samples.shape)
    padded = np.pad(samples, ((0, rows * each - samples.shape[0]), (0, columns * each - samples.shape[1])), "edge")
    cells = padded.reshape(rows, each, columns, each).swapaxes(1, 2).reshape(rows, columns, each * each)
    place = 3 * (each * each - 1) // 4
    light: NDArray[np.float32] = np.partition(cells, place, axis=2)[:, :, place]
    return light


def _closing(cells: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the morphological closing: every dark line narrower than `width` takes the brightness beside it.

    It is the maximum over a window, then the minimum of these (J. Serra, Image Analysis and Mathematical Morphology,
    1982).
    """
    reach = width // 2
    # If the light decreases towards the border, the padding continues the decrease; otherwise it repeats the border.
    beyond = np.pad(cells, 2 * reach, "reflect", reflect_type="odd")
    wide = np.minimum(beyond, np.pad(cells, 2 * reach, "edge"))
    return -_brightest(-_brightest(wide, reach), reach)


def _opening(cells: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the morphological opening: the closing of the negative."""
    return -_closing(-cells, width)


def _soft(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each cell and its eight neighbours, because light changes gradually."""
    padded = np.pad(cells, 1, "edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: NDArray[np.float32] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _brightest(cells: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the maximum over `reach` cells in each direction, for the cells that have so many neighbours.

    Maxima of 2, 4, 8, ... cells along an axis are each computed from two maxima of the step before.
    """
    for axis in (0, 1):
        rows = np.moveaxis(cells, axis, 0)
        span = 1
        while span < 2 * reach + 1:
            step = min(span, 2 * reach + 1 - span)
            rows = np.maximum(rows[:-step], rows[step:])
            span += step
        cells = np.moveaxis(rows, 0, axis)
    return cells


def _spread(cells: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Enlarge the cells to `shape` by linear interpolation between their middles."""
    down, across = (_slopes(n, length) for n, length in zip(cells.shape, shape, strict=True))
    spread: NDArray[np.float32] = np.matmul(np.matmul(down, cells), across.T)
    return spread


def _slopes(n: int, length: int) -> NDArray[np.float32]:
    """Return the weights (length, n) of n cells in each of `length` pixels for linear interpolation."""
    place = np.clip((np.arange(length) + 0.5) * n / length - 0.5, 0, n - 1)
    shares: NDArray[np.float32] = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(n))).astype(np.float32)
    return shares
