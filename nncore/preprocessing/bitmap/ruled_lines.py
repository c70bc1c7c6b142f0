"""Remove the printed lines of ruled and squared paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRIPS = 24
"""Number of vertical strips of the page in which a line is detected."""

COVERED = 0.3
"""A printed line may be missing in this fraction of the strips; a line of handwriting is missing in more."""

STEEPEST = 0.07
"""Largest slope of a line, 4 degrees."""

SLOPES = 11
"""Number of slopes that are tried, first in the whole range, then around the best one."""

THICKEST = 0.025
"""Largest thickness of a printed line, as a fraction of the page's height."""

FAINT = 0.75
"""A single line must be fainter than this fraction of the ink's darkness; a darker one may be the bar of a 7."""

MARGIN = 2
"""Width in pixels of a line's blurred edge, above and below it."""

CLEARLY_DARKER = 1.5
"""If ink is more than this many times as dark as the line, dark pixels on the line are kept as ink."""

EDGE = 0.45
"""A pixel is ink from this fraction of the ink's darkness on."""


def without_ruled_lines(darkness: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """Remove horizontal and vertical printed lines from a page (height, width); writing that crosses a line stays.

    level: darkness of the ink. If there are no such lines, the same page object is returned.
    """
    across = _without_rows(darkness, level)
    turned = np.ascontiguousarray(across.T)
    down = _without_rows(turned, level)
    return across if down is turned else np.ascontiguousarray(down.T)


def _without_rows(page: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    height, width = page.shape
    if height < 2 * STRIPS or width < 2 * STRIPS or not level:
        return page
    profile, slope = _profile(page)
    bands = _bands(profile, level, height)
    if not bands:
        return page
    shift = np.rint(slope * (np.arange(width) - width / 2)).astype(np.intp)
    page = page.copy()
    for top, bottom in bands:
        _remove(page, shift, top, bottom, level)
    return page


def _profile(page: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return the darkness of a line through each row, and the slope (rows per column) at which lines are clearest."""
    height, width = page.shape
    chunk = width // STRIPS
    strips = page[:, : chunk * STRIPS].reshape(height, STRIPS, chunk).mean(axis=2)
    middles = (np.arange(STRIPS) + 0.5) * chunk - width / 2
    # The darkness of a line is a low quantile over the strips: large only if the line is dark in most strips.
    place = round(COVERED * (STRIPS - 1))
    best, best_slope, score = np.zeros(height, np.float32), 0.0, -1.0
    for reach in (STEEPEST, STEEPEST / SLOPES):  # coarse search, then a fine one around the best
        for slope in (best_slope + np.linspace(-reach, reach, SLOPES)).tolist():
            rows = np.arange(height)[:, None] + np.rint(slope * middles).astype(np.intp)
            straight = strips[np.clip(rows, 0, height - 1), np.arange(STRIPS)]
            profile = np.partition(straight, place, axis=1)[:, place]
            stands_out = float(np.square(profile).sum())
            if stands_out > score:
                best, best_slope, score = profile, slope, stands_out
    return best, best_slope


def _bands(profile: NDArray[np.float32], level: float, height: int) -> list[tuple[int, int]]:
    """Return the first row and the end row (exclusive) of each printed line."""
    thickest = round(max(7, THICKEST * height))
    # The background of a row is the lower quartile of its neighbourhood, which is wider than any line.
    around = np.lib.stride_tricks.sliding_window_view(np.pad(profile, 2 * thickest, "edge"), 4 * thickest + 1)
    ground = np.partition(around, thickest, axis=1)[:, thickest]
    dark = profile - ground > max(0.02, 0.12 * level)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]])))
    bands = [(int(a), int(b)) for a, b in zip(edges[0::2], edges[1::2], strict=True) if b - a <= thickest]
    if len(bands) == 1 and profile[slice(*bands[0])].max() > FAINT * level:
        return []
    return bands


def _remove(page: NDArray[np.float32], shift: NDArray[np.intp], top: int, bottom: int, level: float) -> None:
    """Clear the rows from `top` to `bottom`, moved by `shift` in each column, except for writing that crosses them."""
    height, width = page.shape
    columns = np.arange(width)

    def rows(first: int, last: int) -> NDArray[np.intp]:
        band: NDArray[np.intp] = np.clip(np.arange(first, last)[:, None] + shift, 0, height - 1)
        return band

    top, bottom = top - MARGIN, bottom + MARGIN
    within = rows(top, bottom)
    band = page[within, columns]
    line = float(np.quantile(band.max(axis=0)[::4], COVERED))  # low quantile: the darkness of the line without ink
    ink = (line + level) / 2 if level > CLEARLY_DARKER * line else np.inf
    # Writing crosses the line where there is ink both above and below it.
    beside = [page[rows(a, b), columns].max(axis=0) > EDGE * level for a, b in ((top - 2, top), (bottom, bottom + 2))]
    crossed = _broadened(beside[0], bottom - top) & _broadened(beside[1], bottom - top)
    page[within, columns] = np.where(crossed | (band > ink), band, 0)


def _broadened(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    return np.convolve(flags, np.ones(reach), "same") > 0.5
