"""The single steps from strokes to image, switched on and off."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.ink import (
    BOX_SIDE,
    CANVAS_PEN_WIDTH,
    CENTRE,
    PEN_WIDTH,
    SIDE,
    Ink,
    Preparation,
    centre,
    draw,
    fit_to_box,
    rasterize,
    stages,
)
from tests.nncore.preprocessing.written_digits import DIGITS, centre_of_ink, digits, ink_of, resampled


def on_canvas(ink: Ink, fraction: float, place: tuple[float, float]) -> Ink:
    """The ink on a canvas from 0 to 1: its larger side is `fraction` long, its upper left corner is at `place`."""
    low, side = ink.points.min(axis=0), np.ptp(ink.points, axis=0).max()
    return Ink(
        tuple((stroke - low) / side * np.float32(fraction) + np.array(place, np.float32) for stroke in ink.strokes)
    )


def half_grey_width(image: NDArray[np.uint8]) -> float:
    """The thickness of an upright line in pixels, at its middle row."""
    return float(image[np.flatnonzero(image.any(axis=1)).mean().astype(int)].sum() / 255)


@digits
def test_the_last_stage_equals_the_result_of_rasterize(digit: int) -> None:
    ink = on_canvas(ink_of(DIGITS[digit]), 0.3, (0.6, 0.1))
    for on in np.ndindex(2, 2, 2, 2):
        preparation = Preparation(*map(bool, on))
        assert (stages(ink, preparation).network_input == rasterize(ink, preparation)).all()


def test_every_combination_of_steps_gives_a_different_image() -> None:
    ink = on_canvas(ink_of(DIGITS[7]), 0.3, (0.6, 0.1))
    images = {rasterize(ink, Preparation(*map(bool, on))).tobytes() for on in np.ndindex(2, 2, 2, 2)}
    assert len(images) == 16


def test_with_all_steps_the_stages_are_the_results_of_fit_centre_and_draw() -> None:
    ink = on_canvas(ink_of(DIGITS[4]), 0.3, (0.6, 0.1))
    shown = stages(ink)
    assert shown.written is ink
    assert all((a == b).all() for a, b in zip(shown.fitted.strokes, fit_to_box(ink).strokes, strict=True))
    assert (shown.drawn == draw(fit_to_box(ink))).all()
    assert (shown.centred == draw(centre(fit_to_box(ink)))).all()
    assert (shown.network_input == shown.centred).all()


def test_without_fitting_ink_keeps_its_size_and_position_on_the_canvas() -> None:
    ink = on_canvas(ink_of(DIGITS[0]), 0.25, (0.7, 0.05))
    rows, columns = np.nonzero(rasterize(ink, Preparation(fit=False, centre=False)) >= 128)
    assert (rows.min(), rows.max()) == pytest.approx(
        (0.05 * SIDE - PEN_WIDTH / 2, 0.30 * SIDE + PEN_WIDTH / 2), abs=1.5
    )
    assert columns.min() == pytest.approx(0.7 * SIDE - PEN_WIDTH / 2, abs=1.5)


def test_without_a_fixed_pen_small_writing_gets_thick_lines_and_large_writing_thin_ones() -> None:
    upright = ink_of([[(0, 0), (0, 1)]])
    widths = [
        half_grey_width(rasterize(on_canvas(upright, fraction, (0.5, 0.02)), Preparation(fixed_pen=False)))
        for fraction in (0.1, 0.3, 0.9)
    ]
    assert widths[0] > 2 * widths[1] > 2 * widths[2]
    assert widths[2] == pytest.approx(CANVAS_PEN_WIDTH * BOX_SIDE / (0.9 + CANVAS_PEN_WIDTH), abs=0.15)


def test_without_a_fixed_pen_a_dot_is_enlarged_to_the_whole_box() -> None:
    image = rasterize(ink_of([[(0.3, 0.8)]]), Preparation(fixed_pen=False))
    assert image.sum() / 255 == pytest.approx(np.pi * (BOX_SIDE / 2) ** 2, rel=0.02)
    assert centre_of_ink(image) == pytest.approx((CENTRE, CENTRE), abs=0.1)


def test_without_fitting_and_a_fixed_pen_the_whole_canvas_is_scaled_down() -> None:
    upright = on_canvas(ink_of([[(0, 0), (0, 1)]]), 0.5, (0.5, 0.2))
    image = rasterize(upright, Preparation(fit=False, fixed_pen=False, centre=False))
    assert half_grey_width(image) == pytest.approx(CANVAS_PEN_WIDTH * SIDE, abs=0.15)


def test_without_centring_the_box_stays_in_the_middle() -> None:
    ink = ink_of([[(0, 0), (0, 20), (10, 20)]])  # an L: its ink lies low and to the left
    assert centre_of_ink(rasterize(ink)) == pytest.approx((CENTRE, CENTRE), abs=0.1)
    x, y = centre_of_ink(rasterize(ink, Preparation(centre=False)))
    assert x < CENTRE - 1
    assert y > CENTRE + 1


def test_ink_in_any_corner_is_centred_without_fitting() -> None:
    preparation = Preparation(fit=False)
    for place in ((0.06, 0.06), (0.74, 0.74), (0.06, 0.74)):
        image = rasterize(on_canvas(ink_of(DIGITS[8]), 0.2, place), preparation)
        assert centre_of_ink(image) == pytest.approx((CENTRE, CENTRE), abs=0.2)


def test_ink_over_the_whole_canvas_is_drawn_although_it_cannot_be_centred() -> None:
    whole = ink_of([[(0, 0), (0, 1)], [(0, 0), (1, 0)], [(0, 0.5), (0.2, 0.5)]])
    assert rasterize(Ink((*whole.strokes, np.ones((1, 2), np.float32))), Preparation(fit=False)).any()


def test_dark_ink_gives_the_inverted_image() -> None:
    ink = ink_of(DIGITS[3])
    assert (rasterize(ink, Preparation(bright_ink=False)) == 255 - rasterize(ink)).all()
    assert (rasterize(Ink(()), Preparation(bright_ink=False)) == 255).all()


@pytest.mark.parametrize("off", ["fit", "fixed_pen"])
def test_ink_outside_the_canvas_is_rejected_without_fitting_or_fixed_pen(off: str) -> None:
    ink = ink_of([[(0, 0), (1, 20)]])
    with pytest.raises(DataError, match="reaches from 0 to 20; expected coordinates on a canvas from 0 to 1"):
        rasterize(ink, Preparation(**{off: False}))
    with pytest.raises(DataError, match="reaches from 0 to 20"):
        stages(ink, Preparation(**{off: False}))


def test_blank_ink_has_blank_stages() -> None:
    shown = stages(Ink(()))
    assert shown.written.is_blank
    assert shown.fitted.is_blank
    assert not np.any([shown.drawn, shown.centred, shown.network_input])


@digits
def test_small_writing_rounded_to_mouse_pixels_gives_nearly_the_same_image(digit: int) -> None:
    small = on_canvas(resampled(ink_of(DIGITS[digit]), 3), 0.1, (0.85, 0.02))
    quantized = Ink(tuple((np.round(stroke * 480) / 480).astype(np.float32) for stroke in small.strokes))
    one, other = rasterize(quantized).astype(float), rasterize(small).astype(float)
    assert np.abs(one - other).mean() < 0.2 * other.mean()
