"""The hint on a blank canvas fades out and in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.canvas.hint import FadingHint
from app.style.theme import ThemeChoice
from tests.app.theme_choice import apply_theme


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> QWidget:
    apply_theme(qapp, ThemeChoice.LIGHT)
    canvas = QWidget()
    qtbot.addWidget(canvas)
    return canvas


@pytest.fixture
def hint(canvas: QWidget) -> FadingHint:
    return FadingHint(canvas)


def ink(hint: FadingHint) -> int:
    image = QImage(300, 100, QImage.Format.Format_Grayscale8)
    image.fill(255)
    with QPainter(image) as painter:
        hint.paint(painter, QRectF(0, 0, 300, 100))
    return sum(255 - image.pixelColor(x, y).lightness() for x in range(300) for y in range(100))


def test_the_hint_fades_out_and_in(hint: FadingHint) -> None:
    full = ink(hint)
    assert full > 0
    seen = []
    hint.fade(0.0)
    hint.pause()  # the test sets the time
    for fraction in (0.25, 0.75, 1.0):
        hint.setCurrentTime(round(fraction * hint.duration()))
        seen.append(ink(hint))
    assert full > seen[0] > seen[1] > seen[2] == 0
    hint.fade(1.0)
    hint.setCurrentTime(hint.duration())
    assert ink(hint) == full
