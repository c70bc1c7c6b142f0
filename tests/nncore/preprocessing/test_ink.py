"""Ink is checked and read-only, and gives the same image whatever its size and position."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.ink import (
    BOX_SIDE,
    CENTRE,
    EDGE_SOFTNESS,
    PEN_WIDTH,
    SIDE,
    Ink,
    centre,
    draw,
    fit_to_box,
    rasterize,
)
from tests.nncore.example_data import mnist
from tests.nncore.preprocessing.written_digits import DIGITS, Points, centre_of_ink, digits, ink_of, resampled

TOLERANCE = 8
"""Grey values: the largest error of drawing a line as points a quarter of a pixel apart, 4, plus that of the fine grid
for long lines."""


def changed(ink: Ink, scale: float, move: tuple[float, float]) -> Ink:
    return Ink(tuple(((s.astype(np.float64) + move) * scale).astype(np.float32) for s in ink.strokes))


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def exact_drawing(ink: Ink) -> NDArray[np.float64]:
    """Grey values computed from the distances to whole segments, one segment at a time."""
    middles = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)
    distance = np.full((SIDE, SIDE), np.inf)
    for stroke in ink.strokes:
        points = stroke.astype(np.float64)
        for a, b in zip(points, [*points[1:], points[-1]], strict=True):
            offset = b - a
            fraction = np.clip((middles - a) @ offset / max(offset @ offset, 1e-30), 0, 1)
            distance = np.minimum(distance, np.linalg.norm(middles - a - fraction[..., None] * offset, axis=-1))
    return 255 * np.clip((PEN_WIDTH + EDGE_SOFTNESS) / 2 - distance, 0, EDGE_SOFTNESS) / EDGE_SOFTNESS


coordinates = st.integers(0, 100)
written = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8), min_size=1, max_size=4)
inks = written.map(lambda strokes: ink_of([[(float(x), float(y)) for x, y in stroke] for stroke in strokes]))


# Ink


def test_ink_holds_read_only_copies_of_strokes() -> None:
    mine = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    ink = Ink((mine,))
    mine[:] = 9
    assert ink.strokes[0].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="read-only"):
        ink.strokes[0][0, 0] = 5


def test_strokes_without_points_are_dropped() -> None:
    assert len(Ink((np.zeros((0, 2), np.float32), np.ones((1, 2), np.float32), np.zeros(0, np.float32))).strokes) == 1


def test_ink_without_a_point_is_blank() -> None:
    assert Ink(()).is_blank
    assert Ink((np.zeros((0, 2), np.float32),)).is_blank
    assert not Ink((np.zeros((1, 2), np.float32),)).is_blank


@pytest.mark.parametrize("shape", [(2,), (3, 3), (2, 1), (1, 2, 2)])
def test_the_error_for_a_wrong_shape_names_the_stroke(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"Stroke 2 has the shape .* expected \(points, 2\)"):
        Ink((np.ones((2, 2), np.float32), np.ones(shape, np.float32)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_the_error_for_a_coordinate_that_is_not_finite_names_the_stroke_and_point(bad: float) -> None:
    with pytest.raises(DataError, match="Stroke 1, point 2"):
        Ink((np.array([[0, 0], [0, bad]]),))


def test_a_stroke_of_letters_is_rejected() -> None:
    with pytest.raises(DataError, match="Stroke 1 does not consist of numbers"):
        Ink((np.array([["a", "b"]]),))


# From ink to image


def test_a_blank_canvas_gives_blank_paper() -> None:
    image = rasterize(Ink(()))
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.uint8
    assert not image.any()


@pytest.mark.parametrize("point", [(0, 0), (250, 90), (-1e30, 1e30), (1e-30, 0)])
@pytest.mark.parametrize("times", [1, 5])
def test_a_dot_is_as_wide_as_the_pen_and_in_the_middle(point: tuple[float, float], times: int) -> None:
    image = rasterize(ink_of([[point] * times]))
    assert centre_of_ink(image) == pytest.approx((CENTRE, CENTRE))
    assert image.sum() / 255 == pytest.approx(np.pi * (PEN_WIDTH / 2) ** 2, rel=0.1)


@given(inks, st.floats(0.001, 1000), st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)))
def test_the_image_does_not_depend_on_size_and_position_of_the_writing(
    ink: Ink, scale: float, move: tuple[float, float]
) -> None:
    assert difference(rasterize(changed(ink, scale, move)), rasterize(ink)) <= TOLERANCE


@given(inks, st.integers(1, 40))
def test_the_image_does_not_depend_on_the_sampling_rate_of_the_pen(ink: Ink, between: int) -> None:
    assert difference(rasterize(resampled(ink, between)), rasterize(ink)) <= TOLERANCE


@given(inks)
def test_the_image_does_not_depend_on_direction_and_order_of_strokes(ink: Ink) -> None:
    backwards = Ink(tuple(stroke[::-1] for stroke in reversed(ink.strokes)))
    assert difference(rasterize(backwards), rasterize(ink)) <= TOLERANCE


@digits
def test_the_centre_of_mass_is_that_of_mnist(digit: int) -> None:
    assert centre_of_ink(rasterize(ink_of(DIGITS[digit]))) == pytest.approx((CENTRE, CENTRE), abs=0.1)


@digits
def test_the_larger_side_spans_twenty_pixels(digit: int) -> None:
    inked = rasterize(ink_of(DIGITS[digit])) >= 128
    sides = [np.ptp(np.flatnonzero(inked.any(axis=axis))) + 1 for axis in (0, 1)]
    assert max(sides) == pytest.approx(BOX_SIDE, abs=1)


@pytest.mark.parametrize("length", [0.01, 1, 20, 5000])
def test_a_line_of_any_size_is_as_thick_as_the_pen(length: float) -> None:
    upright = rasterize(ink_of([[(0, 0), (0, length)]])) / 255
    assert upright.sum(axis=1)[8:20] == pytest.approx(PEN_WIDTH, abs=0.1)
    level = rasterize(ink_of([[(0, 0), (length, 0)]])) / 255
    assert level.sum(axis=0)[8:20] == pytest.approx(PEN_WIDTH, abs=0.1)


def test_scaling_keeps_slant_and_proportions() -> None:
    fitted = fit_to_box(ink_of([[(0, 40), (10, 0)]])).strokes[0]
    x, y = fitted[1] - fitted[0]
    assert x / y == pytest.approx(-1 / 4)
    middles = rasterize(ink_of([[(0, 40), (10, 0)]]))[9:20] @ np.arange(28.0)
    middles /= rasterize(ink_of([[(0, 40), (10, 0)]]))[9:20].sum(axis=1)
    assert np.diff(middles).mean() == pytest.approx(-1 / 4, abs=0.02)


def test_y_grows_downwards_and_x_to_the_right() -> None:
    inked = rasterize(ink_of([[(0, 0), (0, 10), (8, 10)]])) > 127  # an L
    corner_rows, corner_columns = np.nonzero(inked)
    assert inked[corner_rows.max(), corner_columns.min() : corner_columns.max()].all()
    assert not inked[corner_rows.min(), corner_columns.max()]


@given(inks)
def test_centring_moves_no_ink_out_of_the_frame(ink: Ink) -> None:
    points = np.concatenate(centre(fit_to_box(ink)).strokes)
    assert points.min() >= (PEN_WIDTH + EDGE_SOFTNESS) / 2 - 1e-4
    assert points.max() <= SIDE - (PEN_WIDTH + EDGE_SOFTNESS) / 2 + 1e-4


def test_lopsided_ink_is_centred_only_as_far_as_the_frame_allows() -> None:
    block = [[(x, 0.0), (x, 17.0)] for x in np.arange(0.0, 6.0, 0.5)]
    fitted = fit_to_box(ink_of([*block, [(0.0, 8.0), (17.0, 8.0)]]))
    image = draw(centre(fitted))
    assert centre_of_ink(image)[0] < CENTRE - 0.5
    assert image[:, -2].max() >= 128 > image[:, -1].max() > 0
    assert image.sum() == pytest.approx(draw(fitted).sum(), rel=0.02)


@pytest.mark.parametrize("unit", [3e-40, 1e-20, 1e30, 1e36])
@digits
def test_extreme_units_give_the_same_image(digit: int, unit: float) -> None:
    ink = ink_of(DIGITS[digit])
    assert difference(rasterize(changed(ink, unit, (0, 0))), rasterize(ink)) <= TOLERANCE


def test_the_whole_range_of_float32_is_drawn() -> None:
    most = float(np.finfo(np.float32).max)
    whole = rasterize(ink_of([[(-most, -most), (most, most)]]))
    assert difference(whole, rasterize(ink_of([[(0, 0), (1, 1)]]))) <= TOLERANCE


def test_a_line_of_a_hundred_thousand_points_looks_like_a_line_of_few() -> None:
    ink = ink_of(DIGITS[3])
    many = resampled(ink, 100_000 // 47)
    assert len(many.strokes[0]) > 95_000
    assert difference(rasterize(many), rasterize(ink)) <= 12  # the error of the fine grid


@pytest.mark.parametrize("waits", [4094, 4095, 4096, 8191])
def test_a_line_after_a_long_wait_is_complete(waits: int) -> None:
    """Strokes are drawn in blocks of segments. The segment between two blocks must be drawn too."""
    line: Points = [(0, 0), (0, 100)]
    waited = rasterize(ink_of([[*[(0, 0)] * waits, *line]]))
    assert difference(waited, rasterize(ink_of([line]))) <= 12


def test_a_scribble_of_a_hundred_thousand_points_takes_little_memory() -> None:
    scribble = np.random.default_rng(0).random((100_000, 2), np.float32)
    tracemalloc.start()
    try:
        image = rasterize(Ink((scribble,)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (image[6:23, 6:23] == 255).all()
    assert peak < 50e6


# Drawing


@given(inks)
def test_the_grey_value_depends_on_the_distance_to_the_nearest_stroke(ink: Ink) -> None:
    placed = centre(fit_to_box(ink))
    assert np.abs(draw(placed) - exact_drawing(placed)).max() <= TOLERANCE


@given(inks, st.integers(1, 4))
def test_more_strokes_make_no_pixel_lighter(ink: Ink, count: int) -> None:
    whole = fit_to_box(ink)
    part = Ink(whole.strokes[:count])
    assert (draw(whole).astype(int) - draw(part)).min() >= -1


@pytest.mark.parametrize("points", [[(-0.1, 5)], [(5, 5), (5, 28.1)], [(0, 1e30)]])
def test_ink_outside_the_frame_is_rejected(points: Points) -> None:
    with pytest.raises(DataError, match="expected frame units, 0 to 28"):
        draw(ink_of([points]))


# Agreement with MNIST


def test_centre_is_the_mean_centre_of_mass_of_mnist() -> None:
    images = mnist().training.images[:10_000]
    assert np.mean([centre_of_ink(image) for image in images], axis=0) == pytest.approx((CENTRE, CENTRE), abs=0.03)


def test_drawn_digits_have_the_same_fraction_of_ink_as_mnist() -> None:
    written_fraction = np.mean([rasterize(ink_of(strokes)) for strokes in DIGITS.values()]) / 255
    assert written_fraction == pytest.approx(mnist().training.images.mean() / 255, rel=0.1)
