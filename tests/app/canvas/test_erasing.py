"""Erasing follows the whole path of the pointer and is one step to undo."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.style.theme import LIGHT, ThemeChoice
from app.widgets.elements import action_button
from tests.app.canvas.gestures import SEVEN, drag, pixel, place
from tests.app.theme_choice import apply_theme

LINE = ((0.1, 0.3), (0.9, 0.3))
ACROSS = ((0.5, 0.1), (0.5, 0.2), (0.5, 0.3), (0.5, 0.4))


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> Canvas:
    apply_theme(qapp, ThemeChoice.LIGHT)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def pieces(canvas: Canvas) -> list[list[tuple[float, float]]]:
    return [piece for stroke in canvas.drawing.strokes for piece in stroke]


def erase(canvas: Canvas, *points: tuple[float, float], release: bool = True) -> None:
    """Erase with the right mouse button."""
    QTest.mousePress(canvas, Qt.MouseButton.RightButton, pos=pixel(canvas, *points[0]))
    for point in points[1:]:
        at = QPointF(pixel(canvas, *point))
        QApplication.sendEvent(canvas, moved(canvas, at))
    if release:
        QTest.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=pixel(canvas, *points[-1]))


def moved(canvas: Canvas, at: QPointF) -> QEvent:
    right = Qt.MouseButton.RightButton
    return QMouseEvent(
        QEvent.Type.MouseMove, at, QPointF(canvas.mapToGlobal(at)), Qt.MouseButton.NoButton, right,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip


def the_line_is_cut(canvas: Canvas) -> bool:
    left, right = pieces(canvas)
    assert left[0] == pytest.approx(LINE[0], abs=0.003)
    assert right[-1] == pytest.approx(LINE[1], abs=0.003)
    return left[-1][0] < 0.47 and right[0][0] > 0.53


def test_the_right_button_erases(canvas: Canvas) -> None:
    drag(canvas, LINE)
    erase(canvas, *ACROSS)
    assert the_line_is_cut(canvas)
    image = canvas.grab().toImage()
    assert image.pixelColor(pixel(canvas, 0.5, 0.3)) == QColor(LIGHT.paper)
    assert image.pixelColor(pixel(canvas, 0.3, 0.3)) == QColor(LIGHT.ink)


def test_one_movement_of_the_eraser_is_one_undo_step(canvas: Canvas, qtbot: QtBot) -> None:
    drag(canvas, LINE)
    drag(canvas, SEVEN)
    before = pieces(canvas)
    with qtbot.waitSignal(canvas.drawing_changed):
        erase(canvas, (0.1, 0.3), (0.5, 0.3), (0.9, 0.3))
    after = pieces(canvas)
    assert after != before
    canvas.undo()
    assert pieces(canvas) == before
    canvas.redo()
    assert pieces(canvas) == after


def test_erasing_beside_the_ink_is_not_a_step(canvas: Canvas) -> None:
    drag(canvas, LINE)
    canvas.undo()
    erase(canvas, (0.2, 0.5), (0.3, 0.5))
    assert canvas.drawing.can_redo
    assert not canvas.drawing.can_undo


def test_a_fast_eraser_erases_its_whole_path(canvas: Canvas) -> None:
    drag(canvas, LINE)
    erase(canvas, (0.5, 0.05), (0.5, 0.95))
    assert the_line_is_cut(canvas)


def test_a_fully_erased_stroke_is_removed(canvas: Canvas) -> None:
    drag(canvas, [(0.5, 0.3)])
    drag(canvas, LINE)
    erase(canvas, (0.05, 0.3), (0.95, 0.3))
    assert canvas.drawing.is_blank


def test_erasing_is_visible_before_the_eraser_is_lifted(canvas: Canvas) -> None:
    drag(canvas, LINE)
    erase(canvas, *ACROSS, release=False)
    assert len(canvas.drawing.ink().strokes) == 2
    assert canvas.canvas_actions.undo.isEnabled()
    canvas.undo()
    assert len(pieces(canvas)) == 1
    QTest.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=pixel(canvas, 0.5, 0.4))
    assert len(pieces(canvas)) == 1


def test_the_key_e_toggles_the_eraser(canvas: Canvas) -> None:
    drag(canvas, LINE)
    QTest.keyClick(canvas, Qt.Key.Key_E)
    assert canvas.canvas_actions.eraser.isChecked()
    drag(canvas, ACROSS)
    assert the_line_is_cut(canvas)
    QTest.keyClick(canvas, Qt.Key.Key_E)
    drag(canvas, SEVEN)
    assert len(pieces(canvas)) == 3


def test_the_eraser_end_of_a_pen_erases(canvas: Canvas) -> None:
    drag(canvas, LINE)
    other_end = QPointingDevice(
        "stylus", 2, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Eraser,
        QInputDevice.Capability.Position, 1, 1,
    )  # fmt: skip
    kinds = [QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletMove, QEvent.Type.TabletRelease]
    for kind, point in zip(kinds, ACROSS, strict=True):
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        at = place(canvas, *point)
        event = QTabletEvent(
            kind, other_end, at, QPointF(canvas.mapToGlobal(at)), 0.5, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier,
            none if kind == QEvent.Type.TabletMove else left, none if kind == QEvent.Type.TabletRelease else left,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
        assert event.isAccepted()
    assert the_line_is_cut(canvas)


def test_the_eraser_area_follows_the_mouse(canvas: Canvas) -> None:
    canvas.canvas_actions.eraser.trigger()
    QTest.mouseMove(canvas, pixel(canvas, 0.3, 0.3))
    edge = pixel(canvas, 0.3 + 0.035, 0.3)
    assert canvas.grab().toImage().pixelColor(edge) != QColor(LIGHT.paper)
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage().pixelColor(edge) == QColor(LIGHT.paper)


def test_a_stroke_of_100_000_points_is_kept_and_erased(canvas: Canvas) -> None:
    drawing = canvas.drawing
    angles = np.linspace(0, 400, 100_000)
    for x, y in zip(0.5 + 0.3 * np.cos(angles), 0.5 + 0.3 * np.sin(angles), strict=True):
        drawing.extend(x, y) if drawing.is_drawing else drawing.begin(x, y)
    drawing.extend(float("nan"), 0.5)
    drawing.end()
    assert sum(len(stroke) for stroke in drawing.ink().strokes) == 100_000
    erase(canvas, (0.8, 0.4), (0.8, 0.6))
    points = np.concatenate(drawing.ink().strokes)
    assert np.hypot(*(points - (0.8, 0.5)).T).min() > 0.05
    assert len(points) > 80_000


def test_the_selected_eraser_is_visible_on_the_canvas_and_under_a_pointer_at_rest(canvas: Canvas) -> None:
    drag(canvas, LINE)
    QTest.mouseMove(canvas, pixel(canvas, 0.5, 0.6))
    pen_picture, edge = canvas.grab().toImage(), pixel(canvas, 0.5 + 0.035, 0.6)
    QTest.keyClick(canvas, Qt.Key.Key_E)
    picture = canvas.grab().toImage()
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    assert picture.pixelColor(edge) != QColor(LIGHT.paper)  # the ring, without a movement of the mouse
    assert picture.pixelColor(12, 12) == QColor(LIGHT.accent)  # the name of the mode
    QTest.keyClick(canvas, Qt.Key.Key_E)
    assert canvas.cursor().shape() != Qt.CursorShape.BlankCursor
    assert canvas.grab().toImage() == pen_picture


def test_clear_and_every_other_way_to_a_blank_canvas_return_to_the_pen(canvas: Canvas) -> None:
    for blank in (canvas.clear, canvas.undo, lambda: erase(canvas, (0.05, 0.3), (0.95, 0.3))):
        drag(canvas, LINE)
        canvas.canvas_actions.eraser.trigger()
        blank()
        assert canvas.drawing.is_blank
        assert not canvas.canvas_actions.eraser.isChecked()
        drag(canvas, SEVEN)
        assert len(pieces(canvas)) == 1  # the next digit appears
        canvas.clear()


def test_a_blank_canvas_does_not_ask_to_draw_while_the_eraser_is_selected(canvas: Canvas) -> None:
    to_draw = canvas.grab().toImage()
    middle = canvas.area.center().toPoint().y()
    canvas.canvas_actions.eraser.trigger()
    erasing = canvas.grab().toImage()
    assert any(to_draw.pixel(x, middle) != erasing.pixel(x, middle) for x in range(50, 350))


def test_the_eraser_button_shows_that_it_is_selected(canvas: Canvas, qtbot: QtBot) -> None:
    button = action_button(canvas.canvas_actions.eraser)
    qtbot.addWidget(button)
    button.show()
    inside = button.rect().center() - QPoint(0, button.height() // 2 - 4)
    assert button.grab().toImage().pixelColor(inside) == QColor(LIGHT.surface)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseMove(canvas, pixel(canvas, 0.5, 0.5))
    assert button.grab().toImage().pixelColor(inside) == QColor(LIGHT.line)
