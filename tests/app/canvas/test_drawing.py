"""What is drawn becomes ink, step by step, with undo, redo and limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canvas.drawing import MAX_UNDO_PICTURES, Drawing
from app.canvas.stroke import clip
from nncore.preprocessing.ink import rasterize

coordinates = st.floats(-3, 4, allow_nan=False)
points = st.tuples(coordinates, coordinates)
FRACTIONS = np.linspace(0, 1, 41).tolist()
"""Where a segment is sampled: 0 at its start, 1 at its end."""


def write(drawing: Drawing, *stroke: tuple[float, float]) -> None:
    drawing.begin(*stroke[0])
    for point in stroke[1:]:
        drawing.extend(*point)
    drawing.end()


def pieces(drawing: Drawing) -> list[list[tuple[float, float]]]:
    return [piece for stroke in drawing.strokes for piece in stroke]


def test_a_stroke_becomes_ink_with_y_downwards() -> None:
    drawing = Drawing()
    write(drawing, (0.25, 0.5), (0.5, 0.75), (0.5, 0.25))
    (stroke,) = drawing.ink().strokes
    np.testing.assert_array_equal(stroke, np.array([(0.25, 0.5), (0.5, 0.75), (0.5, 0.25)], np.float32))


def test_a_click_leaves_a_visible_dot() -> None:
    drawing = Drawing()
    write(drawing, (0.5, 0.5))
    assert pieces(drawing) == [[(0.5, 0.5)]]
    assert rasterize(drawing.ink()).any()
    assert drawing.can_undo


@pytest.mark.parametrize("point", [(0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0), (0.0, 0.0), (1.0, 1.0)])
def test_a_click_on_the_border_leaves_a_dot_and_one_beyond_it_does_not(point: tuple[float, float]) -> None:
    drawing = Drawing()
    write(drawing, point)
    assert pieces(drawing) == [[point]]
    drawing.undo()
    x, y = point
    write(drawing, (1.001 * x - 0.0005, 1.001 * y - 0.0005))
    assert drawing.is_blank


def test_the_ink_contains_the_stroke_being_drawn() -> None:
    drawing = Drawing()
    drawing.begin(0.1, 0.1)
    drawing.extend(0.2, 0.2)
    assert drawing.is_drawing
    assert not drawing.is_blank
    assert len(drawing.ink().strokes) == 1


def test_undo_and_redo_step_through_the_strokes() -> None:
    drawing = Drawing()
    write(drawing, (0.1, 0.1), (0.2, 0.2))
    write(drawing, (0.3, 0.3), (0.4, 0.4))
    both = pieces(drawing)
    drawing.undo()
    assert pieces(drawing) == both[:1]
    drawing.undo()
    assert drawing.is_blank
    assert not drawing.can_undo
    drawing.undo()
    drawing.redo()
    drawing.redo()
    assert pieces(drawing) == both
    assert not drawing.can_redo


def test_clearing_is_one_step_of_undo() -> None:
    drawing = Drawing()
    write(drawing, (0.1, 0.1), (0.2, 0.2))
    write(drawing, (0.3, 0.3))
    before = pieces(drawing)
    drawing.clear()
    assert drawing.is_blank
    drawing.undo()
    assert pieces(drawing) == before
    drawing.redo()
    assert drawing.is_blank


def test_clearing_a_blank_canvas_is_not_a_step() -> None:
    drawing = Drawing()
    drawing.clear()
    assert not drawing.can_undo


def test_a_new_stroke_discards_redo() -> None:
    drawing = Drawing()
    write(drawing, (0.1, 0.1))
    drawing.undo()
    write(drawing, (0.9, 0.9))
    assert not drawing.can_redo


def test_a_stroke_outside_the_canvas_changes_nothing() -> None:
    drawing = Drawing()
    write(drawing, (0.1, 0.1))
    drawing.undo()
    write(drawing, (1.2, 0.2), (1.5, 0.9), (-0.5, 1.5))
    assert drawing.is_blank
    assert not drawing.can_undo
    assert drawing.can_redo


def test_a_stroke_is_clipped_at_the_border() -> None:
    drawing = Drawing()
    write(drawing, (0.5, 0.5), (1.5, 0.5), (1.5, 0.8), (0.5, 0.8))
    assert pieces(drawing) == [[(0.5, 0.5), (1.0, 0.5)], [(1.0, 0.8), (0.5, 0.8)]]


def test_a_stroke_that_leaves_and_returns_is_one_undo_step() -> None:
    drawing = Drawing()
    write(drawing, (0.5, 0.5), (1.5, 0.5), (1.5, 0.8), (0.5, 0.8))
    assert len(drawing.ink().strokes) == 2
    drawing.undo()
    assert drawing.is_blank


def test_a_stroke_across_the_whole_canvas_is_clipped_at_both_ends() -> None:
    drawing = Drawing()
    write(drawing, (-1.0, 0.5), (2.0, 0.5))
    assert pieces(drawing) == [[(0.0, 0.5), (1.0, 0.5)]]


def test_a_stroke_that_ends_at_the_border_leaves_no_empty_piece() -> None:
    drawing = Drawing()
    write(drawing, (0.5, 0.5), (1.0, 0.5), (1.3, 0.5))
    assert pieces(drawing) == [[(0.5, 0.5), (1.0, 0.5)]]


def test_a_pen_that_does_not_move_adds_no_points() -> None:
    drawing = Drawing()
    write(drawing, (0.5, 0.5), (0.5, 0.5), (0.6, 0.5), (0.6, 0.5))
    assert pieces(drawing) == [[(0.5, 0.5), (0.6, 0.5)]]


@pytest.mark.parametrize("act", [Drawing.undo, Drawing.clear])
def test_undo_and_clear_lift_the_pen(act: object) -> None:
    drawing = Drawing()
    drawing.begin(0.5, 0.5)
    drawing.extend(0.6, 0.6)
    assert callable(act)
    act(drawing)
    drawing.extend(0.9, 0.9)
    assert drawing.is_blank
    drawing.redo() if act is Drawing.undo else drawing.undo()
    assert pieces(drawing) == [[(0.5, 0.5), (0.6, 0.6)]]


def test_moving_without_the_pen_down_does_nothing() -> None:
    drawing = Drawing()
    drawing.extend(0.5, 0.5)
    assert drawing.is_blank


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_positions_that_are_not_finite_are_ignored(wrong: float) -> None:
    drawing = Drawing()
    write(drawing, (wrong, 0.5), (0.5, 0.5))
    assert drawing.is_blank
    write(drawing, (0.5, 0.5), (0.6, wrong), (0.7, 0.5))
    assert pieces(drawing) == [[(0.5, 0.5), (0.7, 0.5)]]


@given(points, points)
def test_a_clipped_segment_lies_on_the_segment_and_the_canvas(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    kept = clip(start, end)
    sampled = [(start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])) for t in FRACTIONS]
    inside = [p for p in sampled if 1e-9 < p[0] < 1 - 1e-9 and 1e-9 < p[1] < 1 - 1e-9]
    if kept is None:
        assert not inside
        return
    for x, y in kept:
        assert 0 <= x <= 1
        assert 0 <= y <= 1
        cross = (x - start[0]) * (end[1] - start[1]) - (y - start[1]) * (end[0] - start[0])
        assert abs(cross) < 1e-9 * 50
    for p in inside:
        assert min(kept[0][0], kept[1][0]) - 1e-9 <= p[0] <= max(kept[0][0], kept[1][0]) + 1e-9
        assert min(kept[0][1], kept[1][1]) - 1e-9 <= p[1] <= max(kept[0][1], kept[1][1]) + 1e-9


@given(st.lists(st.lists(points, min_size=1, max_size=8), max_size=4))
def test_any_drawing_stays_on_the_canvas_and_survives_undo_and_redo(
    strokes: list[list[tuple[float, float]]],
) -> None:
    drawing = Drawing()
    for stroke in strokes:
        write(drawing, *stroke)
    before = pieces(drawing)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for piece in before for x, y in piece)
    assert rasterize(drawing.ink()).any() == bool(before)
    steps = 0
    while drawing.can_undo:
        drawing.undo()
        steps += 1
    assert drawing.is_blank
    assert steps <= len(strokes)
    while drawing.can_redo:
        drawing.redo()
    assert pieces(drawing) == before


def test_the_jitter_of_a_tap_becomes_a_dot() -> None:
    jitter, short_stroke = Drawing(), Drawing()
    write(jitter, (0.5, 0.5), (0.504, 0.501), (0.502, 0.507))
    write(short_stroke, (0.5, 0.5), (0.5, 0.52))
    assert [stroke.shape for stroke in jitter.ink().strokes] == [(1, 2)]
    assert [stroke.shape for stroke in short_stroke.ink().strokes] == [(2, 2)]


def test_undo_restores_only_the_last_pictures() -> None:
    drawing = Drawing()
    pictures = [object() for _ in range(MAX_UNDO_PICTURES + 5)]
    for picture in pictures:
        drawing.set_picture(picture)
    restored = [drawing.picture]
    while drawing.can_undo:
        drawing.undo()
        restored.append(drawing.picture)
    assert restored == pictures[: -MAX_UNDO_PICTURES - 2 : -1]
