"""A digit on a photo gives the same image as the same strokes drawn with a pen on the canvas."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.preprocessing.bitmap import digit_images, digit_inks
from nncore.preprocessing.ink import Ink, rasterize
from tests.nncore.preprocessing.bitmap.photos import FOUR, ONE, SEVEN, STEM, GreyImage, InkPage, ink_of, photo, ruled

SHAPE = (420, 500)


def seven(pen: float = 14, side: float = 240) -> InkPage:
    return ink_of((SEVEN,), SHAPE, pen, 130, 90, side)


def correlation_with_pen(image: GreyImage, strokes: tuple[tuple[tuple[float, float], ...], ...] = (SEVEN,)) -> float:
    """Correlation with the same strokes drawn by nncore.preprocessing.ink."""
    drawn = rasterize(Ink(tuple(np.array(stroke, np.float32) for stroke in strokes)))
    return float(np.corrcoef(image.ravel(), drawn.ravel())[0, 1])


def single_image(grey: GreyImage) -> GreyImage:
    (image,) = digit_images(grey)
    return image


@pytest.mark.parametrize("pen", [3, 6, 14, 28])
def test_pens_of_any_width_give_the_same_image(pen: float) -> None:
    assert correlation_with_pen(single_image(photo(seven(pen)))) > 0.93


@pytest.mark.parametrize("side", [60, 240, 400])
def test_digits_of_any_size_give_the_same_image(side: float) -> None:
    assert correlation_with_pen(single_image(photo(ink_of((SEVEN,), SHAPE, side / 20, 50, 8, side)))) > 0.93


def test_uneven_light_and_grain_are_not_taken_for_ink() -> None:
    y, x = np.mgrid[:420, :500]
    light = (1 - 0.6 * (x + y) / 920).astype(np.float32)
    assert correlation_with_pen(single_image(photo(seven(), light, grain=6))) > 0.93
    assert correlation_with_pen(single_image(255 - photo(seven(), light, grain=6))) > 0.9


@pytest.mark.parametrize("across", [0.0, 0.5])
def test_the_edge_of_a_shadow_is_not_taken_for_ink(across: float) -> None:
    y, x = np.mgrid[:420, :500]
    light = 1 - 0.45 / (1 + np.exp(-(x - 240 - across * (y - 210)) / 4))
    assert correlation_with_pen(single_image(photo(seven(), light.astype(np.float32), grain=3))) > 0.93


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.035])
@pytest.mark.parametrize("squared", [False, True])
def test_lines_of_ruled_and_squared_paper_are_removed(slope: float, squared: bool) -> None:
    assert correlation_with_pen(single_image(photo(ruled(seven(), 42, slope, squared=squared), grain=3))) > 0.9


def test_lines_as_dark_as_the_ink_are_removed_too() -> None:
    assert correlation_with_pen(single_image(photo(ruled(seven(), 60, 0.01, grey=1.0)))) > 0.85


def test_the_bar_of_a_seven_as_wide_as_the_image_is_not_taken_for_a_printed_line() -> None:
    tight = photo(ink_of((SEVEN,), (300, 190), 16, -50, -20, 300))
    assert correlation_with_pen(single_image(tight)) > 0.85


def test_specks_and_the_edge_of_the_paper_are_ignored() -> None:
    ink = seven()
    ink[10:13, 20:23] = ink[300:302, 400:403] = 1
    ink[:, :25] = 1  # the table beside the sheet
    assert correlation_with_pen(single_image(photo(ink))) > 0.93


def test_the_visible_part_of_a_digit_at_the_border_is_read() -> None:
    assert single_image(photo(ink_of((ONE,), (200, 200), 16, 0, -30, 260))).any()


def test_two_parts_of_a_digit_are_read_as_one() -> None:
    apart = (FOUR, STEM)
    sheet = photo(ink_of(apart, SHAPE, 10, 100, 60, 300))
    assert correlation_with_pen(single_image(sheet), apart) > 0.93
    bar_off = ((((0.3, 0.1), (0.3, 0.5), (0.7, 0.6), (0.6, 0.9), (0.3, 0.9))), ((0.36, 0.08), (0.7, 0.05)))
    assert correlation_with_pen(single_image(photo(ink_of(bar_off, SHAPE, 10, 100, 60, 300))), bar_off) > 0.9


def test_several_digits_are_returned_from_left_to_right() -> None:
    sheet = np.maximum(ink_of((SEVEN,), SHAPE, 10, 280, 120, 180), ink_of((ONE,), SHAPE, 10, 20, 100, 180))
    one, seven_ = digit_images(photo(sheet))
    assert correlation_with_pen(one, (ONE,)) > 0.93
    assert correlation_with_pen(seven_) > 0.93
    left, right = (np.concatenate(ink.strokes) for ink in digit_inks(photo(sheet)))
    assert left[:, 0].max() < right[:, 0].min()


def test_the_coordinates_of_ink_are_pixels_of_the_photo() -> None:
    (ink,) = digit_inks(np.kron(photo(seven()), np.ones((3, 3), np.uint8)))
    points = np.concatenate(ink.strokes) / 3
    np.testing.assert_allclose(points.min(axis=0), (130 + 0.2 * 240, 90 + 0.15 * 240), atol=6)
    np.testing.assert_allclose(points.max(axis=0), (130 + 0.8 * 240, 90 + 0.9 * 240), atol=9)


def test_empty_paper_gives_one_blank_image() -> None:
    y, _ = np.mgrid[:420, :500]
    assert not single_image(photo(np.zeros(SHAPE, np.float32), (1 - y / 840).astype(np.float32), grain=4)).any()
    assert digit_inks(np.full((50, 50), 255, np.uint8)) == ()
