"""The eraser cuts lines at its edge, and leaves no remains too small to hit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.canvas.eraser import erase_path
from app.canvas.stroke import Point, Stroke
from nncore.preprocessing.erasing import MIN_PIECE_LENGTH

place = st.tuples(st.floats(0, 1), st.floats(0, 1))
RADIUS = 0.05


def along(stroke: Stroke) -> NDArray[np.float64]:
    """Points (n, 2) close to each other along all pieces."""
    fraction = np.linspace(0, 1, 201)[:, None]
    lines = [
        np.array(a) + fraction * (np.array(b) - np.array(a))
        for piece in stroke
        for a, b in zip(piece, piece[1:] or piece, strict=False)
    ]
    return np.concatenate(lines) if lines else np.empty((0, 2))


def distance(points: NDArray[np.float64], start: Point, end: Point) -> NDArray[np.float64]:
    """The distance of each point from a segment."""
    way = np.subtract(end, start)
    t = np.clip((points - start) @ way / max(float(way @ way), 1e-12), 0, 1)
    rest: NDArray[np.float64] = points - start - t[:, None] * way
    apart: NDArray[np.float64] = np.hypot(*rest.T)
    return apart


@given(st.lists(st.lists(place, min_size=1, max_size=8), min_size=1, max_size=3), place, place)
def test_only_ink_near_the_path_is_erased(stroke: Stroke, start: Point, end: Point) -> None:
    left = erase_path(stroke, start, end, RADIUS)
    before, after = along(stroke), along(left)
    assert distance(after, start, end).min(initial=1) > RADIUS * 0.96  # the edge of the discs is curved
    kept = before[distance(before, start, end) > RADIUS + MIN_PIECE_LENGTH]
    for point in kept[:: 1 + len(kept) // 100]:  # only some points: each is compared with thousands
        assert np.hypot(*(after - point).T).min() < 0.01
    if distance(before, start, end).min() > RADIUS * 1.01:
        assert left is stroke


def test_a_line_is_cut_at_the_edge_of_the_eraser() -> None:
    (left, right) = erase_path([[(0.1, 0.5), (0.9, 0.5)]], (0.5, 0.5), (0.5, 0.5), RADIUS)
    np.testing.assert_allclose(left, [(0.1, 0.5), (0.45, 0.5)])
    np.testing.assert_allclose(right, [(0.55, 0.5), (0.9, 0.5)])


def test_dots_and_very_short_remains_are_erased() -> None:
    assert erase_path([[(0.5, 0.5)]], (0.52, 0.5), (0.52, 0.5), RADIUS) == []
    assert erase_path([[(0.5, 0.5), (0.5, 0.555)]], (0.5, 0.5), (0.5, 0.5), RADIUS) == []
