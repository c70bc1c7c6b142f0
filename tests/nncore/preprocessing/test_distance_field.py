"""The grey value of a pixel follows from its distance to the nearest segment, also in long scribbles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.distance_field import (
    EDGE_SOFTNESS,
    MAX_DIRECT_POINTS,
    MAX_POINT_SPACING,
    PEN_WIDTH,
    SIDE,
    PenPath,
    coverage_of_lines,
)

GRID_TOLERANCE = 0.06
"""Largest error of the fine grid, for ink from 0 to 1."""


def path_of(*strokes: list[tuple[float, float]]) -> PenPath:
    ends = np.cumsum([len(stroke) for stroke in strokes]) - 1
    return PenPath(np.concatenate([np.array(stroke, np.float32) for stroke in strokes]), ends)


def random_walk(points: int, seed: int, stride: float = 0.4) -> NDArray[np.float32]:
    """A scribble with all coordinates from 5 to 23."""
    offset = np.cumsum(np.random.default_rng(seed).normal(0, stride, (points, 2)), axis=0)
    return (np.abs((offset + 9) % 36 - 18) + 5).astype(np.float32)


def exact_coverage(points: NDArray[np.float32], ends: NDArray[np.intp], pen: float) -> NDArray[np.float64]:
    """The ink computed from the distances to whole segments, one segment at a time."""
    middles = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)
    distance = np.full((SIDE, SIDE), np.inf)
    for number, a in enumerate(points.astype(np.float64)):
        b = a if number in ends else points[number + 1].astype(np.float64)
        offset = b - a
        fraction = np.clip((middles - a) @ offset / max(offset @ offset, 1e-30), 0, 1)
        distance = np.minimum(distance, np.linalg.norm(middles - a - fraction[..., None] * offset, axis=-1))
    return np.clip((pen + EDGE_SOFTNESS) / 2 - distance, 0, EDGE_SOFTNESS) / EDGE_SOFTNESS


def exact_coverage_of_points(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The ink computed from the distances to the points alone, which are close together."""
    middles = np.arange(SIDE) + 0.5
    across, down = np.square(middles - points[:, :1]), np.square(middles - points[:, 1:])
    squares = np.min([across[n][None] + down[n][:, None] for n in range(len(points))], axis=0)
    coverage: NDArray[np.float64] = (
        np.clip((PEN_WIDTH + EDGE_SOFTNESS) / 2 - np.sqrt(squares), 0, EDGE_SOFTNESS) / EDGE_SOFTNESS
    )
    return coverage


@pytest.mark.parametrize("pen", [1.2, PEN_WIDTH, 7.0])
def test_ink_depends_on_the_distance_to_the_nearest_segment(pen: float) -> None:
    drawn = path_of([(5, 5), (20, 9), (8, 22)], [(15.3, 15.8)])
    assert drawn.coverage(pen) == pytest.approx(exact_coverage(drawn.points, drawn.ends, pen), abs=0.07)


def test_many_lines_are_drawn_at_once_as_each_line_alone() -> None:
    lines = np.array([[(5, 5), (20, 9), (8, 22)], [(15.3, 15.8)] * 3, [(4, 20), (4, 9), (9, 9)]], np.float32)
    for pen in (1.2, PEN_WIDTH, 7.0):
        alone = [exact_coverage(line, np.array([2]), pen).ravel() for line in lines]
        assert coverage_of_lines(lines, pen) == pytest.approx(np.stack(alone), abs=1e-4)


@settings(max_examples=30)
@given(st.integers(MAX_DIRECT_POINTS + 1, 6000), st.integers(0, 1000))
def test_the_grid_draws_a_scribble_like_the_exact_method(points: int, seed: int) -> None:
    walk = random_walk(points, seed, stride=0.05)
    coverage = PenPath(walk, np.array([points // 3, points - 1])).coverage()
    assert coverage == pytest.approx(exact_coverage_of_points(walk), abs=GRID_TOLERANCE)


def test_the_pen_is_up_between_strokes_of_a_scribble() -> None:
    left, right = np.tile([[6.0, 6.0], [6.0, 20.0]], (1500, 1)), np.tile([[20.0, 6.0], [20.0, 20.0]], (1500, 1))
    points = np.concatenate([left, right]).astype(np.float32)
    coverage = PenPath(points, np.array([2999, 5999])).coverage()
    assert not coverage[:, 9:17].any()
    assert coverage == pytest.approx(path_of([(6, 6), (6, 20)], [(20, 6), (20, 20)]).coverage(), abs=GRID_TOLERANCE)


@pytest.mark.parametrize("times", [60, 3000, 100_000])
def test_a_line_drawn_many_times_looks_like_one_line(times: int) -> None:
    points = np.tile(np.array([[6, 7], [21, 18]], np.float32), (times // 2, 1))
    coverage = PenPath(points, np.array([len(points) - 1])).coverage()
    assert coverage == pytest.approx(path_of([(6, 7), (21, 18)]).coverage(), abs=0.15)


def test_a_single_line_that_leaves_a_scribble_is_drawn() -> None:
    walk = random_walk(50_000, 1) / 4 + 2
    points = np.concatenate([walk, [[8, 8], [26, 26]]]).astype(np.float32)
    diagonal = PenPath(points, np.array([len(points) - 1])).coverage().diagonal()
    assert diagonal[9:25].min() > 0.95


@pytest.mark.parametrize("points", [40, 3000])
@given(st.tuples(st.floats(-4, 4), st.floats(-4, 4)))
def test_moving_ink_gives_the_same_image_as_drawing_it_at_the_new_position(
    points: int, offset: tuple[float, float]
) -> None:
    walk, move = random_walk(points, 2), np.array(offset, np.float32)
    ends = np.array([points - 1])
    expected = PenPath(walk + move, ends).coverage()
    assert PenPath(walk, ends).coverage(offset=move) == pytest.approx(expected, abs=2 * GRID_TOLERANCE)


def test_ink_up_to_the_borders_of_the_frame_is_drawn() -> None:
    corner = np.linspace(0, SIDE, round(8 * SIDE / MAX_POINT_SPACING), dtype=np.float32)
    border = np.concatenate([np.stack([corner, 0 * corner + side], axis=1) for side in (0, SIDE)])
    coverage = PenPath(border, np.array([len(corner) - 1, len(border) - 1])).coverage()
    assert coverage[0].min() > 0.95
    assert coverage[-1].min() > 0.95
    assert not coverage[3:-3].any()


def test_a_scribble_at_the_right_border_leaves_the_left_side_blank() -> None:
    y = np.linspace(0, SIDE, 3000, dtype=np.float32)
    coverage = PenPath(np.stack([np.full_like(y, SIDE), y], axis=1), np.array([2999])).coverage()
    assert coverage[:, -1].min() > 0.95
    assert not coverage[:, :-2].any()


@pytest.mark.parametrize("points", [[(-0.1, 5.0)], [(5.0, 5.0), (5.0, 28.1)]])
def test_points_outside_the_frame_are_rejected(points: list[tuple[float, float]]) -> None:
    with pytest.raises(DataError, match="expected frame units, 0 to 28"):
        path_of(points).coverage()
