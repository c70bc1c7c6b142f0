"""The ten colours of the digits differ from each other and from the background."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import (
    DARK,
    DIGIT_COLOURS_ON_DARK,
    DIGIT_COLOURS_ON_LIGHT,
    LIGHT,
    ThemeChoice,
    digit_colours,
)
from tests.app.theme_choice import apply_theme


def luminance(colour: str) -> float:
    channels = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(fraction * c for fraction, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("colours", "ground"), [(DIGIT_COLOURS_ON_LIGHT, LIGHT.surface), (DIGIT_COLOURS_ON_DARK, DARK.surface)]
)
def test_the_digit_colours_differ_and_contrast_with_the_surface(colours: tuple[str, ...], ground: str) -> None:
    assert len(set(colours)) == 10
    for colour in colours:
        low, high = sorted((luminance(colour), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.0, colour


def test_the_digit_colours_follow_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    try:
        apply_theme(qapp, ThemeChoice.DARK)
        assert digit_colours(widget) == DIGIT_COLOURS_ON_DARK
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)
    assert digit_colours(widget) == DIGIT_COLOURS_ON_LIGHT
