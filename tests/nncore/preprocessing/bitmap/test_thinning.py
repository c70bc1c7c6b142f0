"""Thinning leaves lines one pixel wide, and never adds a pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from nncore.preprocessing.bitmap.blobs import connected_components
from nncore.preprocessing.bitmap.thinning import thin

Mask = NDArray[np.bool_]


def test_a_bar_is_reduced_to_its_middle_line() -> None:
    bar = np.zeros((20, 60), bool)
    bar[6:13, 5:55] = True
    rows, columns = np.nonzero(thin(bar))
    assert set(rows.tolist()) == {9}
    assert columns.min() < 10
    assert columns.max() > 49


def test_a_ring_is_reduced_to_a_ring_one_pixel_wide() -> None:
    y, x = np.mgrid[:41, :41] - 20
    distance = np.hypot(x, y)
    skeleton = thin((distance > 8) & (distance < 16))
    assert np.abs(distance[skeleton] - 12).max() < 2
    assert len(connected_components(~skeleton, diagonal=False)[1]) == 2
    assert not (skeleton[:-1, :-1] & skeleton[1:, :-1] & skeleton[:-1, 1:] & skeleton[1:, 1:]).any()


def test_a_bump_of_one_pixel_at_the_end_of_a_line_is_removed() -> None:
    line = np.zeros((8, 20), bool)
    line[3, 2:18] = True
    line[4, 17] = True
    skeleton = thin(line)
    assert set(np.nonzero(skeleton)[0].tolist()) == {3}
    assert skeleton[3, 2:16].all()


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=16)))
def test_thinning_only_removes_pixels_and_does_not_change_a_skeleton(mask: Mask) -> None:
    before = mask.copy()
    skeleton = thin(mask)
    assert (mask == before).all()
    assert not (skeleton & ~mask).any()
    assert (thin(skeleton) == skeleton).all()
