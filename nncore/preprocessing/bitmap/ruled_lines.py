"""Remove the printed lines of ruled and squared paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRIP_COUNT = 24
"""Number of vertical strips of the page in which a line is detected."""

MAX_MISSING_FRACTION = 0.3
"""A printed line may be missing in this fraction of the strips; a stroke of handwriting is missing in more of them."""

MAX_SLOPE = 0.07
"""Largest slope of a line, 4 degrees."""

SLOPE_COUNT = 11
"""Number of slopes that are tried, first over the whole range, then near the best slope."""

MAX_THICKNESS = 0.025
"""Largest thickness of a printed line, as a fraction of the page's height."""

MAX_SINGLE_LINE_DARKNESS = 0.75
"""A single line is removed only if it is fainter than this fraction of the ink's darkness. Otherwise it may be the bar
of a 7."""

BLUR_MARGIN = 2
"""Width in pixels of a line's blurred edge, above and below it."""

MIN_DARKNESS_RATIO = 1.5
"""If ink is more than this many times as dark as the line, dark pixels on the line are kept as ink."""

INK_EDGE = 0.45
"""A pixel is ink from this fraction of the ink's darkness on."""


def without_ruled_lines(darkness: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """Remove horizontal and vertical printed lines from a page (height, width); writing that crosses a line stays.

    level: darkness of the ink. If there are no such lines, the same page object is returned.
    """
    cleaned = _without_horizontal_lines(darkness, level)
    transposed = np.ascontiguousarray(cleaned.T)
    result = _without_horizontal_lines(transposed, level)
    return cleaned if result is transposed else np.ascontiguousarray(result.T)


def _without_horizontal_lines(page: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    height, width = page.shape
    if height < 2 * STRIP_COUNT or width < 2 * STRIP_COUNT or not level:
        return page
    profile, slope = _profile(page)
    bands = _line_bands(profile, level, height)
    if not bands:
        return page
    shift = np.rint(slope * (np.arange(width) - width / 2)).astype(np.intp)
    page = page.copy()
    for top, bottom in bands:
        _remove_line(page, shift, top, bottom, level)
    return page


def _profile(page: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return the darkness of a line through each row, and the slope (rows per column) at which lines are clearest."""
    height, width = page.shape
    strip_width = width // STRIP_COUNT
    strips = (
        page[:, : strip_width * STRIP_COUNT].reshape(height, STRIP_COUNT, strip_width).mean(axis=2)
    )  # (height, STRIP_COUNT)
    middles = (np.arange(STRIP_COUNT) + 0.5) * strip_width - width / 2
    # The darkness of a line is a low quantile over the strips: large only if the line is dark in most strips.
    quantile = round(MAX_MISSING_FRACTION * (STRIP_COUNT - 1))
    best_profile, best_slope, best_score = np.zeros(height, np.float32), 0.0, -1.0
    for reach in (MAX_SLOPE, MAX_SLOPE / SLOPE_COUNT):  # coarse search, then a fine one around the best
        for slope in (best_slope + np.linspace(-reach, reach, SLOPE_COUNT)).tolist():
            rows = np.arange(height)[:, None] + np.rint(slope * middles).astype(np.intp)
            straightened = strips[np.clip(rows, 0, height - 1), np.arange(STRIP_COUNT)]
            profile = np.partition(straightened, quantile, axis=1)[:, quantile]
            # Squares, because at the correct slope the darkness of a line is concentrated in few rows.
            score = float(np.square(profile).sum())
            if score > best_score:
                best_profile, best_slope, best_score = profile, slope, score
    return best_profile, best_slope


def _line_bands(profile: NDArray[np.float32], level: float, height: int) -> list[tuple[int, int]]:
    """Return the first row and the end row (exclusive) of each printed line."""
    max_thickness = round(max(7, MAX_THICKNESS * height))
    # The background of a row is the lower quartile of its neighbourhood, which is wider than any line.
    neighbourhood = np.lib.stride_tricks.sliding_window_view(
        np.pad(profile, 2 * max_thickness, "edge"), 4 * max_thickness + 1
    )
    background = np.partition(neighbourhood, max_thickness, axis=1)[:, max_thickness]
    dark = profile - background > max(0.02, 0.12 * level)
    # Indices at which a band of dark rows starts, ends, starts, ends, ...
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]])))
    bands = [(int(a), int(b)) for a, b in zip(edges[0::2], edges[1::2], strict=True) if b - a <= max_thickness]
    if len(bands) == 1 and profile[slice(*bands[0])].max() > MAX_SINGLE_LINE_DARKNESS * level:
        return []
    return bands


def _remove_line(page: NDArray[np.float32], shift: NDArray[np.intp], top: int, bottom: int, level: float) -> None:
    """Clear the rows from `top` to `bottom`, moved by `shift` in each column, except for writing that crosses them."""
    height, width = page.shape
    columns = np.arange(width)

    def rows(first: int, last: int) -> NDArray[np.intp]:
        band: NDArray[np.intp] = np.clip(np.arange(first, last)[:, None] + shift, 0, height - 1)
        return band

    top, bottom = top - BLUR_MARGIN, bottom + BLUR_MARGIN
    band_rows = rows(top, bottom)  # (bottom - top, width)
    band = page[band_rows, columns]
    # A low quantile over the columns is the darkness of the line where no ink crosses it.
    line_level = float(np.quantile(band.max(axis=0)[::4], MAX_MISSING_FRACTION))
    ink_threshold = (line_level + level) / 2 if level > MIN_DARKNESS_RATIO * line_level else np.inf
    # Writing crosses the line where there is ink both above and below it.
    beside = [
        page[rows(a, b), columns].max(axis=0) > INK_EDGE * level for a, b in ((top - 2, top), (bottom, bottom + 2))
    ]
    crossed = _widened(beside[0], bottom - top) & _widened(beside[1], bottom - top)
    page[band_rows, columns] = np.where(crossed | (band > ink_threshold), band, 0)


def _widened(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    return np.convolve(flags, np.ones(reach), "same") > 0.5
