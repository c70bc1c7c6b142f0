"""A flip of a drawing is a change of its strokes: drawn again, the changed strokes give the image that is read."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.explanation.changed_images import ChangeKind
from nncore.evaluation.explanation.flip import Flip, find_flip_of_drawing
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.erasing import discs_along, parts_outside
from nncore.preprocessing.ink import PEN_WIDTH, Ink, rasterize
from tests.nncore.evaluation.explanation.drawings import drawings
from tests.nncore.evaluation.explanation.trained_networks import bundled_network, dense_network


@cache
def flips(kind: ChangeKind) -> list[tuple[Ink, Flip]]:
    """The drawings for which a flip of this kind was found, with the flip."""
    found = [(ink, find_flip_of_drawing(bundled_network(), ink, kinds=(kind,)).flip) for ink in drawings()]
    return [(ink, flip) for ink, flip in found if flip is not None]


def test_the_changed_strokes_give_the_image_that_is_read_as_another_digit() -> None:
    assert len(flips("add")) >= 5
    for ink, flip in flips("add"):
        assert flip.kind == "add"
        assert 0 <= flip.path.min() <= flip.path.max() <= 1
        image = rasterize(Ink((*ink.strokes, flip.path)))
        np.testing.assert_array_equal(image, flip.image)
        assert read_digit(bundled_network(), rasterize(ink)).digit == flip.answer
        assert read_digit(bundled_network(), image).digit == flip.new_answer != flip.answer


def test_the_strokes_without_what_the_eraser_reaches_give_the_image() -> None:
    assert len(flips("erase")) >= 4
    for ink, flip in flips("erase"):
        radius = flip.width / 2
        discs = discs_along(flip.path.astype(np.float64), radius)
        left = [part for stroke in ink.strokes for part in parts_outside(stroke.astype(np.float64), discs, radius)]
        np.testing.assert_array_equal(rasterize(Ink(tuple(part.astype(np.float32) for part in left))), flip.image)
        assert read_digit(bundled_network(), flip.image).digit == flip.new_answer != flip.answer
        assert flip.region.any()
        assert rasterize(ink)[flip.region].min() > 0


def test_the_line_has_the_width_of_the_pen_on_the_canvas() -> None:
    for ink, flip in flips("add"):
        side = np.ptp(ink.points, axis=0).max()
        assert flip.width == pytest.approx(PEN_WIDTH * side / (20 - PEN_WIDTH), rel=1e-4)


def test_a_drawing_in_a_corner_of_the_canvas_gets_a_stroke_that_is_on_the_canvas() -> None:
    for ink in drawings()[:4]:
        low = ink.points.min(axis=0)
        moved = Ink(tuple(stroke - low for stroke in ink.strokes))
        flip = find_flip_of_drawing(dense_network(), moved).flip
        assert flip is not None
        if flip.kind == "add":
            assert 0 <= flip.path.min() <= flip.path.max() <= 1
        assert read_digit(dense_network(), flip.image).digit == flip.new_answer


def test_a_dot_can_be_searched() -> None:
    dot = Ink((np.array([[0.5, 0.5]], np.float32),))
    assert find_flip_of_drawing(dense_network(), dot).tried >= 0


def test_bad_input_is_reported() -> None:
    ink = drawings()[0]
    diverged = dense_network().copy()
    diverged.parameters.values[:] = np.nan
    with pytest.raises(DataError, match="blank"):
        find_flip_of_drawing(dense_network(), Ink(()))
    with pytest.raises(DataError, match="not within its canvas"):
        find_flip_of_drawing(dense_network(), Ink(tuple(30 * stroke for stroke in ink.strokes)))
    with pytest.raises(DataError, match="diverged"):
        find_flip_of_drawing(diverged, ink)
    with pytest.raises(DataError, match="a drawing is 28 × 28"):
        find_flip_of_drawing(Network(NetworkSpec.dense((2, 10))), ink)


def test_a_cancelled_search_ends_at_once() -> None:
    assert find_flip_of_drawing(dense_network(), drawings()[0], cancelled=lambda: True).cancelled
