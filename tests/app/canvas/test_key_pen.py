"""The arrow keys move a pen that writes only while it is down."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.canvas.key_pen import TAP_DISTANCE
from app.style.theme import LIGHT, ThemeChoice
from nncore.evaluation.recognition import read_digit
from nncore.files.model_file import bundled_model_path, load_model
from nncore.preprocessing.ink import rasterize
from tests.app.canvas.gestures import ONE, drag, pixel
from tests.app.theme_choice import apply_theme

KEYS = {"l": Qt.Key.Key_Left, "r": Qt.Key.Key_Right, "u": Qt.Key.Key_Up, "d": Qt.Key.Key_Down}


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> Canvas:
    apply_theme(qapp, ThemeChoice.LIGHT)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def tap(canvas: Canvas, direction: str, times: int = 1, shift: bool = False) -> None:
    """Tap an arrow key, or two at once: "r", "dl"."""
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    for _ in range(times):
        for key in direction:
            QTest.keyPress(canvas, KEYS[key], modifier)
        for key in direction:
            QTest.keyRelease(canvas, KEYS[key], modifier)


def write(canvas: Canvas, *ways: tuple[str, int]) -> None:
    """Put the pen down, move it, and lift it."""
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    for direction, times in ways:
        tap(canvas, direction, times)
    QTest.keyClick(canvas, Qt.Key.Key_Space)


def last_place(canvas: Canvas) -> tuple[float, float]:
    return canvas.drawing.strokes[-1][-1][-1]


def test_the_pen_moves_without_writing_until_it_is_put_down(canvas: Canvas) -> None:
    tap(canvas, "r", 3)
    assert canvas.drawing.is_blank
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.drawing.is_drawing
    tap(canvas, "d", 5)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not canvas.drawing.is_drawing
    (stroke,) = canvas.drawing.ink().strokes
    np.testing.assert_allclose(stroke[0], (0.5 + 3 * TAP_DISTANCE, 0.5), atol=1e-3)
    np.testing.assert_allclose(stroke[-1], (0.5 + 3 * TAP_DISTANCE, 0.5 + 5 * TAP_DISTANCE), atol=1e-3)


def test_two_arrow_keys_move_diagonally(canvas: Canvas) -> None:
    write(canvas, ("dr", 4))
    (stroke,) = canvas.drawing.ink().strokes
    np.testing.assert_allclose(np.ptp(stroke, axis=0), 4 * TAP_DISTANCE / np.sqrt(2), atol=1e-3)
    np.testing.assert_allclose(stroke[:, 0] - stroke[0, 0], stroke[:, 1] - stroke[0, 1], atol=1e-5)


def test_shift_moves_further(canvas: Canvas) -> None:
    tap(canvas, "r", 2, shift=True)
    assert canvas.keys.x == pytest.approx(0.5 + 6 * TAP_DISTANCE)


def test_a_held_key_draws_an_even_line(canvas: Canvas, qtbot: QtBot) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyPress(canvas, KEYS["r"])
    for _ in range(20):  # auto-repeat has no effect
        QApplication.sendEvent(
            canvas, QKeyEvent(QEvent.Type.KeyPress, KEYS["r"], Qt.KeyboardModifier.NoModifier, "", True)
        )
    assert canvas.keys.x == 0.5
    qtbot.waitUntil(lambda: canvas.keys.x > 0.6)
    QTest.keyRelease(canvas, KEYS["r"])
    there = canvas.keys.x
    assert not canvas.keys.is_moving
    assert canvas.keys.x == there
    (stroke,) = canvas.drawing.ink().strokes
    assert len(stroke) > 5
    assert np.ptp(stroke[:, 1]) == 0


def test_esc_lifts_and_home_moves_to_the_middle(canvas: Canvas) -> None:
    tap(canvas, "u", 10)
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    tap(canvas, "u", 2)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.drawing.is_drawing
    assert canvas.canvas_actions.undo.isEnabled()
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert (canvas.keys.x, canvas.keys.y) == (0.5, 0.5)


def test_the_pen_stays_on_the_canvas(canvas: Canvas) -> None:
    write(canvas, ("r", 40), ("d", 40))
    assert last_place(canvas) == pytest.approx((1, 1), abs=1e-3)
    write(canvas, ("l", 5))
    assert len(canvas.drawing.strokes) == 2


def test_losing_the_focus_lifts_and_stops_the_pen(canvas: Canvas, qtbot: QtBot) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyPress(canvas, KEYS["r"])
    canvas.clearFocus()
    there = canvas.keys.x
    assert not canvas.keys.is_moving
    assert canvas.keys.x == there
    assert not canvas.drawing.is_drawing


def test_the_ring_shows_the_pen_until_the_mouse_draws(canvas: Canvas) -> None:
    tap(canvas, "l", 10)
    spot = pixel(canvas, 0.3, 0.5)
    assert canvas.grab().toImage().pixelColor(spot) == QColor(LIGHT.paper)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.grab().toImage().pixelColor(spot) == QColor(LIGHT.accent)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    drag(canvas, ONE)
    assert canvas.grab().toImage().pixelColor(spot) == QColor(LIGHT.ink)


def test_the_canvas_keeps_the_pen_keys_from_shortcuts(canvas: Canvas) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()
    with_control = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    with_control.ignore()
    QApplication.sendEvent(canvas, with_control)
    assert not with_control.isAccepted()


def test_esc_is_ignored_if_the_pen_is_not_down(canvas: Canvas) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QWidget.setFocus(canvas)
    QApplication.sendEvent(canvas, event)
    assert not event.isAccepted()


def test_the_eraser_works_by_keyboard(canvas: Canvas) -> None:
    write(canvas, ("r", 10))
    QTest.keyClick(canvas, Qt.Key.Key_E)
    write(canvas, ("l", 10))
    assert canvas.drawing.is_blank
    canvas.undo()
    assert not canvas.drawing.is_blank


DIGITS = {
    7: ([("l", 6), ("u", 10)], [[("r", 13), ("dl", 4), ("d", 3), ("dl", 7), ("d", 8)]]),
    1: ([("u", 10)], [[("d", 22)]]),
    4: (
        [("l", 5), ("u", 10)],
        [[("dl", 4), ("d", 7), ("r", 12)], [("d", 14)]],
    ),
    0: (
        [("u", 10)],
        [[("l", 3), ("dl", 5), ("d", 9), ("dr", 5), ("r", 5), ("ur", 5), ("u", 9), ("ul", 5), ("l", 2)]],
    ),
}


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_drawn_by_keyboard_is_read(canvas: Canvas, digit: int) -> None:
    way_there, strokes = DIGITS[digit]
    for direction, times in way_there:
        tap(canvas, direction, times)
    write(canvas, *strokes[0])
    if digit == 4:  # the stem crosses the bar
        tap(canvas, "l", 4)
        tap(canvas, "u", 8)
        write(canvas, *strokes[1])
    prediction = read_digit(load_model(bundled_model_path()).network(), rasterize(canvas.drawing.ink()))
    assert prediction.digit == digit
