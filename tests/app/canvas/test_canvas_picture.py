"""A picture and strokes replace each other on the canvas, and undo restores either."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.canvas.canvas_picture import CanvasPicture
from app.style.theme import LIGHT, ThemeChoice
from tests.app.canvas.gestures import ONE, drag, pixel
from tests.app.theme_choice import apply_theme


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> Canvas:
    apply_theme(qapp, ThemeChoice.LIGHT)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def a_picture() -> CanvasPicture:
    """A dark vertical stroke in the middle of yellow paper, which is twice as wide as high."""
    grey = np.full((100, 200), 200, np.uint8)
    grey[20:80, 96:104] = 10
    pixels = np.stack([grey, grey, grey // 2], axis=2)
    return CanvasPicture.from_pixels(pixels, grey)


def test_a_picture_is_read_and_shown_in_its_colours(canvas: Canvas) -> None:
    picture = a_picture()
    assert len(picture.digit_images) == len(picture.inks) == 1
    x, y = np.concatenate(picture.inks[0].strokes).T
    assert np.abs(x - 100).max() < 3
    assert np.ptp(y) == pytest.approx(52, abs=6)
    canvas.set_picture(picture)
    image = canvas.grab().toImage()
    assert image.pixelColor(pixel(canvas, 0.2, 0.5)) == QColor(200, 200, 100)
    assert image.pixelColor(pixel(canvas, 0.5, 0.5)).lightness() < 30
    assert image.pixelColor(pixel(canvas, 0.2, 0.1)) == QColor(LIGHT.paper)
    assert picture.rectangle_in(QRectF(0, 0, 400, 400)) == QRectF(0, 100, 400, 200)


def test_a_picture_replaces_strokes_and_undo_restores_them(canvas: Canvas, qtbot: QtBot) -> None:
    drag(canvas, ONE)
    picture = a_picture()
    with qtbot.waitSignal(canvas.drawing_changed):
        canvas.set_picture(picture)
    assert canvas.picture is picture
    assert canvas.drawing.ink().is_blank
    assert not canvas.drawing.is_blank
    assert canvas.canvas_actions.clear.isEnabled()
    canvas.undo()
    assert canvas.picture is None
    assert len(canvas.drawing.strokes) == 1
    canvas.redo()
    assert canvas.picture is picture


def test_a_stroke_replaces_the_picture_and_undo_restores_it(canvas: Canvas) -> None:
    picture = a_picture()
    canvas.set_picture(picture)
    drag(canvas, ONE, release=False)
    assert canvas.picture is None
    assert canvas.grab().toImage().pixelColor(pixel(canvas, 0.2, 0.5)) == QColor(LIGHT.paper)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, *ONE[-1]))
    assert canvas.picture is None
    canvas.undo()
    assert canvas.picture is picture


def test_clear_removes_the_picture(canvas: Canvas) -> None:
    picture = a_picture()
    canvas.set_picture(picture)
    canvas.clear()
    assert canvas.drawing.is_blank
    canvas.undo()
    assert canvas.picture is picture
    canvas.set_picture(None)
    assert canvas.drawing.is_blank
