"""Lines of pixels become strokes that run from end to end and meet at crossings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from nncore.preprocessing.bitmap.tracing import strokes_from_skeleton

Mask = NDArray[np.bool_]


def test_a_line_gives_one_stroke_from_end_to_end() -> None:
    skeleton = np.eye(30, dtype=bool)
    (stroke,) = strokes_from_skeleton(skeleton, 3)
    assert sorted([stroke[0].tolist(), stroke[-1].tolist()]) == [[0.5, 0.5], [29.5, 29.5]]


def test_a_crossing_gives_four_strokes_that_meet() -> None:
    skeleton = np.zeros((31, 31), bool)
    skeleton[15, :] = skeleton[:, 15] = True
    strokes = strokes_from_skeleton(skeleton, 3)
    assert len(strokes) == 4
    assert all([15.5, 15.5] in (stroke[0].tolist(), stroke[-1].tolist()) for stroke in strokes)


def test_a_ring_gives_a_closed_stroke() -> None:
    skeleton = np.zeros((20, 20), bool)
    skeleton[[3, 15], 3:16] = skeleton[3:16, [3, 15]] = True
    (stroke,) = strokes_from_skeleton(skeleton, 3)
    assert stroke[0].tolist() == stroke[-1].tolist()


@pytest.mark.parametrize("turns", range(4))
def test_a_corner_of_three_pixels_is_one_stroke_around_the_corner(turns: int) -> None:
    corner = np.array([[1, 0], [1, 1]], bool)
    (stroke,) = strokes_from_skeleton(np.rot90(corner, turns), 0)
    assert len(stroke) == 3
    steps = np.abs(np.diff(stroke, axis=0)).sum(axis=1)
    assert steps.tolist() == [1, 1]  # along rows and columns, not across the corner


@pytest.mark.parametrize("turns", range(4))
def test_diagonal_neighbours_are_linked_in_every_direction(turns: int) -> None:
    hook = np.zeros((4, 5), bool)
    hook[[0, 1, 2, 3, 2], [0, 1, 2, 3, 4]] = True
    pixels = np.rot90(hook, turns)
    (stroke,) = strokes_from_skeleton(pixels, 0)
    assert len(stroke) == 5
    middle = np.argwhere(pixels).mean(axis=0)[::-1] + 0.5  # the average of all five
    np.testing.assert_allclose(stroke[2], middle, rtol=1e-6)


@pytest.mark.parametrize(("length", "strokes"), [(4, 1), (9, 3)])
def test_a_short_side_branch_is_removed_and_a_long_one_is_not(length: int, strokes: int) -> None:
    skeleton = np.zeros((30, 60), bool)
    skeleton[20, 5:55] = True
    skeleton[20 - length : 20, 30] = True
    assert len(strokes_from_skeleton(skeleton, 6)) == strokes


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_every_pixel_is_near_a_stroke(skeleton: Mask) -> None:
    strokes = strokes_from_skeleton(skeleton, 0)
    if not skeleton.any():
        assert strokes == []
        return
    points = np.concatenate(strokes)
    for y, x in np.argwhere(skeleton):
        assert np.abs(points - (x + 0.5, y + 0.5)).max(axis=1).min() <= 2
