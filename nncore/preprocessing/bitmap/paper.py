"""Telling ink from paper under any light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FAINTEST = 24
"""Grey values between paper and the darkest ink of a picture that has something on it; less is the grain of paper."""

CELLS = 128
"""The light is looked at in at most so many cells along the larger side of a picture."""

WIDEST_LINE = 29
"""Cells. A line narrower than this is ink; anything broader, a shadow or the edge of a table, is ground to write on."""

WIDTHS = (3, 5, 9, 15)
"""Cells. Lines narrower than each of these are looked at to tell dark ink from bright."""

UNDECIDED = 0.05
"""Share of what is dark and bright together by which one must outweigh the other."""

SAMPLES = 8
"""Each cell is judged by at most so many pixels each way."""

NOISES = 5.0
"""Standard deviations of the grain of paper above which a pixel may be ink."""


def ink_on_paper(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How dark each pixel of `grey` (height, width) is against the paper around it: 0 for paper, 1 for black ink.

    Bright ink on dark paper gives the same as dark ink on bright paper. All 0 if nothing stands on the paper.
    """
    page = grey.astype(np.float32)
    return _darkness(255 - page if _is_bright_on_dark(page) else page)


def faintest(darkness: NDArray[np.float32]) -> float:
    """How dark a pixel must be to be no grain of the paper: NOISES robust standard deviations from the middle."""
    sample = darkness[:: _stride(darkness.shape[0]), :: _stride(darkness.shape[1])]
    middle = float(np.median(sample))
    return max(FAINTEST / 255, middle + NOISES * 1.4826 * float(np.median(np.abs(sample - middle))))


def ink_level(darkness: NDArray[np.float32]) -> float:
    """How dark the ink is, 0 if there is none: what a quarter of its pixels exceed.

    Of all that is darker than the grain of paper, ink is what lies above N. Otsu's threshold ("A threshold selection
    method from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
    """
    histogram = np.bincount((darkness.ravel() * 255).astype(np.uint8), minlength=256).astype(np.float64)
    histogram[: 1 + int(255 * faintest(darkness))] = 0
    if not histogram.any():
        return 0.0
    histogram[: _otsu(histogram)] = 0
    return float(np.searchsorted(histogram.cumsum(), 0.75 * histogram.sum()) / 255)


def _otsu(histogram: NDArray[np.float64]) -> int:
    """The grey value at which the two classes below it, and from it on, have the largest variance between them."""
    below, sums = histogram.cumsum(), (histogram * np.arange(256)).cumsum()
    above = below[-1] - below
    both = np.maximum(below * above, 1e-12)
    between = np.square(sums[-1] * below - sums * below[-1]) / both
    return int(np.where(below * above > 0, between, 0).argmax()) + 1 if (below * above > 0).any() else 0


def _stride(side: int) -> int:
    return max(1, side // 256)


def _is_bright_on_dark(page: NDArray[np.float32]) -> bool:
    """Whether the thin things on the page are brighter than what lies beside them.

    Measured by what a closing fills in the dark and an opening takes from the bright. A window barely wider than the
    pen sees strokes, which are ink; a wider one also sees the gaps between them: so the narrow ones count for more.
    Where neither stands out, the border is taken for paper.
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
    """The share of the paper's light that each pixel of a page with dark ink swallows, 0 to 1.

    A shadow takes the same share from paper and ink: so shares, not differences. Very dark paper counts as mid-grey, or
    its grain would be ink.
    """
    paper = _spread(_soft(_closing(_cells(page), WIDEST_LINE)), page.shape)
    swallowed = paper - page
    np.divide(swallowed, np.maximum(paper, 128, out=paper), out=swallowed)
    return np.clip(swallowed, 0, 1, out=swallowed)


def _means(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean brightness of each cell; what is left over at the far edges is cut off."""
    side = max(1, -(-max(page.shape) // CELLS))
    side = min(side, *page.shape)
    rows, columns = (length // side for length in page.shape)
    means: NDArray[np.float32] = page[: rows * side, : columns * side].reshape(rows, side, columns, side).mean((1, 3))
    return means


def _cells(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """How bright the paper is in each cell: what a quarter of its pixels exceed."""
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
    """The cells with every dark line narrower than `width` filled by the light beside it.

    The brightest of the neighbourhood, then the darkest of those (J. Serra, Image Analysis and Mathematical Morphology,
    1982). Where the light falls off towards the border it is taken to go on falling beyond.
    """
    reach = width // 2
    beyond = np.pad(cells, 2 * reach, "reflect", reflect_type="odd")
    wide = np.minimum(beyond, np.pad(cells, 2 * reach, "edge"))
    return -_brightest(-_brightest(wide, reach), reach)


def _opening(cells: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The same with bright lines."""
    return -_closing(-cells, width)


def _soft(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of each cell and its neighbours: light changes softly."""
    padded = np.pad(cells, 1, "edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: NDArray[np.float32] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _brightest(cells: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """The brightest within `reach` cells each way, of those cells that have so many neighbours.

    Of 2, 4, 8, ... cells in a row, each from two of the step before.
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
    """The cells enlarged to `shape`, in straight slopes from middle to middle."""
    down, across = (_slopes(n, length) for n, length in zip(cells.shape, shape, strict=True))
    spread: NDArray[np.float32] = np.matmul(np.matmul(down, cells), across.T)
    return spread


def _slopes(n: int, length: int) -> NDArray[np.float32]:
    """The share (length, n) that each of n cells has in each of `length` pixels."""
    place = np.clip((np.arange(length) + 0.5) * n / length - 0.5, 0, n - 1)
    shares: NDArray[np.float32] = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(n))).astype(np.float32)
    return shares
