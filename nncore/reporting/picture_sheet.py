"""Pictures with titles, in lines, as an SVG drawing or as one PNG picture; and numbers as colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from nncore.reporting.png import data_uri, png_bytes

SHEET_PICTURE_SIDE = 196
"""The longer side of a picture in pixels, at most."""

SHEET_WIDTH = 960
"""The width of a line of pictures in pixels."""

SHEET_GAP = 16
"""The space around a picture in pixels."""

TITLE_HEIGHT = 20
"""The space for a line of text in pixels."""

POSITIVE = (0, 114, 178)
"""Red, green and blue, 0 to 255, of the largest positive number."""

NEGATIVE = (213, 128, 0)
"""The colour of the largest negative number."""

UNSIGNED = (32, 34, 38)
"""The colour of the largest number where no number is negative."""

UNKNOWN = (226, 228, 232)
"""The colour of NaN."""


@dataclass(frozen=True, eq=False)
class TitledPicture:
    """pixels: (height, width, 3), red, green and blue. title, text: what stands above and below."""

    title: str
    text: str
    pixels: NDArray[np.uint8]

    @property
    def scale(self) -> int:
        """How many pixels of the sheet, in each direction, show one of the picture."""
        return max(1, SHEET_PICTURE_SIDE // int(max(self.pixels.shape[:2])))


def number_colours(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return numbers (height, width) as colours (height, width, 3): white is 0, the full colour the largest size.

    If a number is negative, positive ones are blue and negative ones orange; otherwise all are grey. NaN is pale grey.
    """
    finite = np.where(np.isfinite(values), values, 0)
    largest = float(np.abs(finite).max(initial=0)) or 1.0
    has_signs = bool((finite < 0).any())
    share = (np.abs(finite) / largest)[..., None]
    colour = np.where(finite[..., None] < 0, NEGATIVE, POSITIVE if has_signs else UNSIGNED)
    shown = 255 + share * (colour - 255)
    shown[~np.isfinite(values)] = UNKNOWN
    colours: NDArray[np.uint8] = np.rint(shown).astype(np.uint8)
    return colours


def sheet_png(pictures: Sequence[TitledPicture]) -> bytes:
    """Return the pictures beside each other as a PNG file, without their texts."""
    places, width, height = _places(pictures, text_height=0)
    sheet = np.full((height, width, 3), 255, np.uint8)
    for each, (left, top) in zip(pictures, places, strict=True):
        enlarged = each.pixels.repeat(each.scale, axis=0).repeat(each.scale, axis=1)
        sheet[top : top + len(enlarged), left : left + enlarged.shape[1]] = enlarged
    return png_bytes(sheet)


def sheet_svg(pictures: Sequence[TitledPicture], title: str) -> str:
    """Return the pictures beside each other, with their texts, as an SVG file; title: what a screen reader says."""
    places, width, height = _places(pictures, text_height=TITLE_HEIGHT)
    parts = []
    for each, (left, top) in zip(pictures, places, strict=True):
        shown_height, shown_width = (side * each.scale for side in each.pixels.shape[:2])
        parts.append(
            f'<text x="{left}" y="{top - 6}">{escape(each.title)}</text>'
            f'<image x="{left}" y="{top}" width="{shown_width}" height="{shown_height}" '
            f'style="image-rendering:pixelated" href="{data_uri(each.pixels)}"/>'
            f'<text x="{left}" y="{top + shown_height + 14}" fill="#5a5f6a">{escape(each.text)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="13" role="img"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _places(pictures: Sequence[TitledPicture], text_height: int) -> tuple[list[tuple[int, int]], int, int]:
    """Return the left and top of each picture, and the width and height of the sheet."""
    places: list[tuple[int, int]] = []
    left, top, line_height, widest = SHEET_GAP, SHEET_GAP, 0, 0
    for each in pictures:
        height, width = (side * each.scale for side in each.pixels.shape[:2])
        wide = max(width, SHEET_PICTURE_SIDE if text_height else 0)  # a text may be wider than its picture
        if left > SHEET_GAP and left + wide + SHEET_GAP > SHEET_WIDTH:
            left, top, line_height = SHEET_GAP, top + line_height + SHEET_GAP, 0
        places.append((left, top + text_height))
        left += wide + SHEET_GAP
        line_height, widest = max(line_height, height + 2 * text_height), max(widest, left)
    return places, widest, top + line_height + SHEET_GAP
