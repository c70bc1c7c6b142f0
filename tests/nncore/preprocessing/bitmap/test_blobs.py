"""Connected components equal those of a flood fill, and specks are not parts of a digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from nncore.preprocessing.bitmap.blobs import Blob, connected_components, digit_blobs

Mask = NDArray[np.bool_]


def flood_fill_labels(mask: Mask, diagonal: bool) -> NDArray[np.int32]:
    """Connected components found by flood fill, pixel by pixel."""
    labels = np.zeros(mask.shape, np.int32)
    for start in np.argwhere(mask).tolist():
        if labels[tuple(start)]:
            continue
        number, pixels_to_visit = labels.max() + 1, [tuple(start)]
        while pixels_to_visit:
            y, x = pixels_to_visit.pop()
            inside = 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]
            if inside and mask[y, x] and not labels[y, x]:
                labels[y, x] = number
                pixels_to_visit += [(y + a, x + b) for a in (-1, 0, 1) for b in (-1, 0, 1) if diagonal or not (a and b)]
    return labels


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12)), st.booleans())
def test_labels_equal_those_of_a_flood_fill(mask: Mask, diagonal: bool) -> None:
    labels, blobs = connected_components(mask, diagonal)
    expected = flood_fill_labels(mask, diagonal)
    pairs = set(zip(labels.ravel().tolist(), expected.ravel().tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert ((labels > 0) == mask).all()
    for blob in blobs:
        rows, columns = np.nonzero(labels == blob.numbers[0])
        assert (blob.top, blob.bottom) == (rows.min(), rows.max() + 1)
        assert (blob.left, blob.right) == (columns.min(), columns.max() + 1)
        assert blob.pixels == len(rows)


def a_blob(number: int, left: int, top: int, width: int, height: int) -> Blob:
    return Blob((number,), top, top + height, left, left + width, width * height // 3)


@pytest.mark.parametrize(
    ("blobs", "expected"),
    [
        ([a_blob(1, 100, 50, 40, 80), a_blob(2, 20, 50, 40, 80)], [{2}, {1}]),
        ([a_blob(1, 50, 50, 40, 80), a_blob(2, 60, 30, 40, 15)], [{1, 2}]),
        ([a_blob(1, 50, 50, 40, 80), a_blob(2, 95, 60, 12, 12)], [{1, 2}]),
        ([a_blob(1, 50, 50, 40, 80), a_blob(2, 150, 60, 20, 20)], [{1}]),
        ([a_blob(1, 50, 50, 40, 80), a_blob(2, 120, 60, 2, 2)], [{1}]),
        ([a_blob(1, 50, 50, 40, 80), a_blob(2, 0, 0, 10, 200)], [{1}]),
        ([a_blob(1, 50, 0, 40, 200)], [{1}]),
        ([], []),
    ],
)
def test_parts_of_a_digit_are_merged_and_dirt_is_left_out(blobs: list[Blob], expected: list[set[int]]) -> None:
    assert [set(blob.numbers) for blob in digit_blobs(blobs, (200, 200))] == expected


@pytest.mark.parametrize(("side", "expected"), [(3, {1}), (4, {1, 2})])
def test_a_speck_of_3_percent_of_the_largest_size_is_left_out_and_a_larger_one_is_a_part(
    side: int, expected: set[int]
) -> None:
    stem, speck = Blob((1,), 50, 150, 50, 54, 100), Blob((2,), 100, 100 + side, 50, 50 + side, side**2)
    (digit,) = digit_blobs([stem, speck], (200, 200))
    assert set(digit.numbers) == expected
