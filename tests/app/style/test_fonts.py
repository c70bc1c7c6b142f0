"""Text sizes are multiples of the platform's font, in steps, and projector mode enlarges small text."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from app.style.fonts import (
    MAX_PROJECTOR_PIXELS,
    TEXT_SCALES,
    body_font,
    load_fonts,
    next_text_scale,
    pixels_per_point,
)


def test_the_steps_go_through_all_text_sizes_and_stay_at_the_ends() -> None:
    up, down = [TEXT_SCALES[0]], [TEXT_SCALES[-1]]
    for _ in range(len(TEXT_SCALES)):
        up.append(next_text_scale(up[-1], 1))
        down.append(next_text_scale(down[-1], -1))
    assert up == [*TEXT_SCALES, TEXT_SCALES[-1]]
    assert down == [*reversed(TEXT_SCALES), TEXT_SCALES[0]]
    assert next_text_scale(1.2, 1) == 1.25
    assert next_text_scale(1.2, -1) == 1.1


@pytest.mark.parametrize("scale", TEXT_SCALES)
def test_a_text_size_is_a_multiple_of_the_platform_font(qapp: QApplication, scale: float) -> None:
    assert body_font(QFont("Inter", 12), scale).pointSizeF() == pytest.approx(12 * scale)


def test_projector_mode_makes_small_text_larger_and_leaves_large_text(qapp: QApplication) -> None:
    small, large = QFont("Inter", 12), QFont("Inter", 30)
    assert body_font(small, projector=True).pointSizeF() == pytest.approx(1.4 * 12)
    assert body_font(large, projector=True).pointSizeF() == pytest.approx(30)
    largest = body_font(QFont("Inter", 15), projector=True).pointSizeF() * pixels_per_point()
    assert largest == pytest.approx(MAX_PROJECTOR_PIXELS)


def test_the_bundled_font_is_the_one_that_is_drawn(qapp: QApplication) -> None:
    QFontDatabase.removeAllApplicationFonts()
    assert QFontInfo(QFont("Inter")).family() != "Inter"
    load_fonts()
    assert QFontInfo(QFont("Inter")).family() == "Inter"
    assert {"Regular", "Medium", "SemiBold"} <= {style.replace(" ", "") for style in QFontDatabase.styles("Inter")}
