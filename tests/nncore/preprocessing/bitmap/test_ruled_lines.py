"""Printed lines are removed from a page, and the ink on them stays."""

from __future__ import annotations

import numpy as np

from nncore.preprocessing.bitmap.ruled_lines import without_ruled_lines

INK, LINE = 0.9, 0.2
LINES = (30, 80, 130)


def test_pale_lines_are_removed_and_the_dark_ink_on_them_stays() -> None:
    ink = np.zeros((160, 200), np.float32)
    ink[81:83, 60:140] = INK  # along the lower half of a line
    ink[20:120, 100:104] = INK  # across two lines
    page = ink.copy()
    for row in LINES:
        page[row : row + 3] = np.maximum(page[row : row + 3], LINE)
    cleaned = without_ruled_lines(page, INK)
    np.testing.assert_array_equal(cleaned[ink > 0], ink[ink > 0])
    assert (cleaned[ink == 0] > 0).mean() < 0.01


def test_a_page_without_lines_is_the_same_object() -> None:
    page = np.zeros((160, 200), np.float32)
    page[40:90, 100:104] = INK
    assert without_ruled_lines(page, INK) is page
