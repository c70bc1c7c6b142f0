"""Separate ink from paper, for any colour of both and under uneven light."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

CellValue = TypeVar("CellValue", np.bool_, np.float32)

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Perceived brightness of red, green and blue (ITU-R BT.601)."""

MIN_LUMA_FRACTION = 0.05
"""How much LUMA counts for a page whose ink has a colour; it also keeps the sum of the weights above 0."""

COLOUR_SAMPLES_PER_SIDE = 128
"""Approximate number of pixels in each direction that are examined to find the colours of paper and ink."""

INK_FRACTION = 0.02
"""Fraction of the pixels that count as ink in `to_grey`: those farthest from the paper's colour."""

MIN_CONTRAST = 24
"""Smallest difference between paper and ink in grey values; smaller differences are the grain of paper."""

MAX_CELLS_PER_SIDE = 128
"""Largest number of cells along the larger side of an image. The brightness of the paper is measured in each cell."""

MAX_INK_WIDTH = 29
"""Largest width of a line of ink, in cells. Wider dark areas, such as a shadow or a table, are background."""

POLARITY_WINDOWS = (3, 5, 9, 15)
"""Widths in cells of the windows that decide whether ink is dark or bright."""

MIN_POLARITY_DIFFERENCE = 0.05
"""Smallest difference between the dark and the bright measure, relative to their sum, that decides between them."""

MAX_SAMPLES_PER_CELL_SIDE = 8
"""Largest number of pixels in each direction that are examined in a cell."""

NOISE_DEVIATIONS = 5.0
"""A pixel may be ink if its darkness is this many standard deviations of the paper's grain above the median."""


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert red, green and blue `pixels` (height, width, 3) to grey values (height, width).

    Each colour channel is weighted by the difference between ink and paper in it. So yellow ink on white paper, which
    differs in blue only, stands out. Raises DataError for any other shape or type, or an empty image.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise DataError(f"The image is {pixels.dtype} {pixels.shape}; expected uint8, height, width and 3 colours.")
    rows, columns = (max(1, side // COLOUR_SAMPLES_PER_SIDE) for side in pixels.shape[:2])
    sample = pixels[::rows, ::columns].reshape(-1, 3).astype(np.float32)
    if np.ptp(sample, axis=1).max() == 0 and (np.ptp(pixels, axis=2) == 0).all():  # already grey: keep it exactly
        grey_channel: NDArray[np.uint8] = pixels[:, :, 0].copy()
        return grey_channel
    difference = sample - np.median(sample, axis=0)  # most pixels are paper, so the median is the paper's colour
    distance = np.abs(difference).max(axis=1)  # (samples,)
    ink = difference[np.argsort(distance, kind="stable")[-max(1, round(INK_FRACTION * len(distance))) :]]
    weights = LUMA * MIN_LUMA_FRACTION + np.abs(ink.mean(axis=0)) / 255
    grey = pixels.astype(np.float32) @ (weights / weights.sum()).astype(np.float32)
    rounded: NDArray[np.uint8] = np.rint(grey, out=grey).astype(np.uint8)
    return rounded


def ink_on_paper(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the darkness of each pixel of `grey` (height, width) relative to its paper: 0 for paper, 1 for black ink.

    Bright ink on dark paper gives the same result as dark ink on bright paper. Empty paper gives zeros.
    """
    page = grey.astype(np.float32)
    return _darkness(255 - page if _is_ink_brighter_than_paper(page) else page)


def ink_threshold(darkness: NDArray[np.float32]) -> float:
    """Return the darkness above which a pixel may be ink, 0 to 1: the median plus NOISE_DEVIATIONS of the grain.

    The standard deviation of the grain is estimated from the median, so that ink has no influence on it.
    """
    sample = darkness[:: _sampling_stride(darkness.shape[0]), :: _sampling_stride(darkness.shape[1])]
    middle = float(np.median(sample))
    # 1.4826 times the median absolute deviation is the standard deviation of a normal distribution.
    return max(MIN_CONTRAST / 255, middle + NOISE_DEVIATIONS * 1.4826 * float(np.median(np.abs(sample - middle))))


def ink_level(darkness: NDArray[np.float32]) -> float:
    """Return the darkness of the ink, 0 to 1: the upper quartile of its pixels; 0 if there is no ink.

    Of all pixels darker than the grain of paper, those above N. Otsu's threshold are ink ("A threshold selection method
    from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
    """
    histogram = np.bincount((darkness.ravel() * 255).astype(np.uint8), minlength=256).astype(np.float64)
    histogram[: 1 + int(255 * ink_threshold(darkness))] = 0  # the pixels that are darker than the grain remain
    if not histogram.any():
        return 0.0
    histogram[: _otsu(histogram)] = 0  # the pixels of ink remain
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


def _sampling_stride(side: int) -> int:
    return max(1, side // 256)


def _is_ink_brighter_than_paper(page: NDArray[np.float32]) -> bool:
    """Return whether the thin lines on the page are brighter than their surroundings.

    A closing fills thin dark lines, and an opening removes thin bright lines. The larger change decides. A
    window barely wider than the pen responds to strokes only. A wider one also responds to the gaps between strokes,
    so narrow windows have more weight. If the result is undecided, the border of the page counts as paper.
    """
    cells = _cell_means(page)
    dark, bright = 0.0, 0.0
    for width in POLARITY_WINDOWS:
        dark += float(np.square(_closing(cells, width) - cells).sum()) / width
        bright += float(np.square(cells - _opening(cells, width)).sum()) / width
    if abs(bright - dark) > MIN_POLARITY_DIFFERENCE * (bright + dark):
        return bright > dark
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return float(page.max() + page.min()) > 2 * float(np.median(border))


def _darkness(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the fraction of the paper's light that each pixel of a page with dark ink absorbs, 0 to 1.

    It is a fraction, not a difference, because a shadow dims paper and ink by the same factor. Very dark paper counts
    as mid-grey; otherwise its grain would look like ink.
    """
    paper = _enlarged(_smoothed(_closing(_paper_cells(page), MAX_INK_WIDTH)), page.shape)
    absorbed = paper - page
    # In place, because a page of a photo is large.
    np.divide(absorbed, np.maximum(paper, 128, out=paper), out=absorbed)
    return np.clip(absorbed, 0, 1, out=absorbed)


def _cell_means(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean brightness of each cell; incomplete cells at the right and lower edges are cut off."""
    side = max(1, -(-max(page.shape) // MAX_CELLS_PER_SIDE))  # rounded up
    side = min(side, *page.shape)
    rows, columns = (length // side for length in page.shape)
    means: NDArray[np.float32] = page[: rows * side, : columns * side].reshape(rows, side, columns, side).mean((1, 3))
    return means


def _paper_cells(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the brightness of the paper in each cell: the upper quartile of its pixels, because ink is darker."""
    side = max(1, -(-max(page.shape) // MAX_CELLS_PER_SIDE))
    step = max(1, side // MAX_SAMPLES_PER_CELL_SIDE)
    samples = page[::step, ::step]
    cell_side = max(1, side // step)  # in samples
    padded = np.pad(samples, [(0, -length % cell_side) for length in samples.shape], "edge")
    rows, columns = (length // cell_side for length in padded.shape)
    cells = padded.reshape(rows, cell_side, columns, cell_side).swapaxes(1, 2).reshape(rows, columns, cell_side**2)
    quartile = 3 * (cell_side**2 - 1) // 4  # index of the upper quartile in the sorted samples of a cell
    brightness: NDArray[np.float32] = np.partition(cells, quartile, axis=2)[:, :, quartile]
    return brightness


def _closing(cells: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the morphological closing: dark lines narrower than `width` get the brightness of their surroundings.

    It is the maximum over a window, then the minimum of these (J. Serra, Image Analysis and Mathematical Morphology,
    1982).
    """
    reach = width // 2
    # If the light decreases towards the border, the padding continues the decrease; otherwise it repeats the border.
    continued = np.pad(cells, 2 * reach, "reflect", reflect_type="odd")
    padded = np.minimum(continued, np.pad(cells, 2 * reach, "edge"))
    return -window_maximum(-window_maximum(padded, reach), reach)  # the minimum is the maximum of the negative


def _opening(cells: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the morphological opening: the closing of the negative."""
    return -_closing(-cells, width)


def _smoothed(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each cell and its eight neighbours, because light changes gradually."""
    padded = np.pad(cells, 1, "edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: NDArray[np.float32] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def window_maximum(cells: NDArray[CellValue], reach: int) -> NDArray[CellValue]:
    """Return the maximum over `reach` cells in each direction; the outer `reach` rows and columns are cut off.

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


def _enlarged(cells: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Enlarge the cells to `shape` by linear interpolation between their middles."""
    # Bilinear interpolation is separable: (height, rows) @ (rows, columns) @ (columns, width).
    down, across = (resampling_weights(n, length) for n, length in zip(cells.shape, shape, strict=True))
    enlarged: NDArray[np.float32] = np.matmul(np.matmul(down, cells), across.T)
    return enlarged


def resampling_weights(old_length: int, new_length: int) -> NDArray[np.float32]:
    """Return the weights (new_length, old_length) that resample the pixels along an axis; each row sums to 1.

    The filter is a triangle that reaches one pixel of the coarser grid to either side. So enlarging is linear
    interpolation, and reducing is a mean over all pixels that a new pixel covers, which avoids aliasing.
    """
    reach = max(1.0, old_length / new_length)
    middles = (np.arange(new_length) + 0.5) * old_length / new_length - 0.5
    weights = np.maximum(0, 1 - np.abs(middles[:, None] - np.arange(old_length)) / reach)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)
