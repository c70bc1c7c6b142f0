"""Mouse, pen, finger and keyboard draw strokes on the canvas, and each can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QImage, QKeySequence, QPaintEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QWidget
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.canvas.hint import FadingHint
from app.canvas.pointer import RELEASE_TIMEOUT_SECONDS
from app.style.theme import DARK, LIGHT, ThemeChoice
from nncore.preprocessing.ink import rasterize
from tests.app.canvas.gestures import ONE, SEVEN, drag, pen, pen_event, pixel, place
from tests.app.theme_choice import apply_theme


class Clock:
    """A clock in seconds that the test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot, clock: Clock) -> Canvas:
    apply_theme(qapp, ThemeChoice.LIGHT)
    canvas = Canvas(clock=clock.now)
    qtbot.addWidget(canvas)
    canvas.resize(500, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def strokes(canvas: Canvas) -> list[list[tuple[float, float]]]:
    return [piece for stroke in canvas.drawing.strokes for piece in stroke]


def let_the_hint_fade(canvas: Canvas) -> None:
    hint = canvas.findChild(FadingHint)
    assert hint is not None
    hint.setCurrentTime(hint.duration())


def shot(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def test_the_area_is_the_largest_centred_square(canvas: Canvas) -> None:
    assert canvas.area.getRect() == (50, 0, 400, 400)
    canvas.resize(300, 500)
    assert canvas.area.getRect() == (0, 100, 300, 300)


def test_the_mouse_draws_a_stroke(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.drawing_changed):
        drag(canvas, SEVEN)
    (stroke,) = strokes(canvas)
    np.testing.assert_allclose(stroke, SEVEN, atol=1 / 400)
    assert shot(canvas).pixelColor(pixel(canvas, 0.5, 0.25)) == QColor(LIGHT.ink)


def test_other_buttons_draw_nothing(canvas: Canvas) -> None:
    for button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        QTest.mousePress(canvas, button, pos=pixel(canvas, 0.5, 0.5))
        QTest.mouseMove(canvas, pixel(canvas, 0.6, 0.6))
        QTest.mouseRelease(canvas, button, pos=pixel(canvas, 0.6, 0.6))
    assert canvas.drawing.is_blank
    assert not canvas.drawing.can_undo


def test_a_click_paints_a_dot(canvas: Canvas) -> None:
    drag(canvas, [(0.4, 0.6)])
    assert len(strokes(canvas)[0]) == 1
    assert shot(canvas).pixelColor(pixel(canvas, 0.4, 0.6)) == QColor(LIGHT.ink)


def test_a_press_outside_the_square_begins_no_stroke(canvas: Canvas) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(10, 200))
    QTest.mouseMove(canvas, pixel(canvas, 0.5, 0.5))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.5, 0.5))
    assert canvas.drawing.is_blank
    assert not canvas.drawing.can_undo


def test_a_stroke_that_leaves_and_returns_is_one_undo_step(canvas: Canvas) -> None:
    drag(canvas, [(0.5, 0.3), (1.1, 0.3), (1.1, 0.7), (0.5, 0.7)])
    assert len(strokes(canvas)) == 2
    QTest.keySequence(canvas, QKeySequence("Ctrl+Z"))
    assert canvas.drawing.is_blank


def test_a_move_whose_release_was_lost_lifts_the_pen(canvas: Canvas) -> None:
    drag(canvas, ONE, release=False)
    held = strokes(canvas)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.5, 0.8))
    QTest.mouseMove(canvas, pixel(canvas, 0.9, 0.9))
    assert strokes(canvas) == held
    assert not canvas.drawing.is_drawing


def test_hiding_the_canvas_lifts_the_pen(canvas: Canvas) -> None:
    drag(canvas, ONE, release=False)
    canvas.hide()
    assert not canvas.drawing.is_drawing
    assert canvas.canvas_actions.undo.isEnabled()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton)


def test_shortcuts_undo_redo_and_clear(canvas: Canvas) -> None:
    drag(canvas, SEVEN)
    drag(canvas, ONE)
    both = strokes(canvas)
    QTest.keySequence(canvas, QKeySequence("Ctrl+Z"))
    assert strokes(canvas) == both[:1]
    QTest.keySequence(canvas, QKeySequence("Ctrl+Shift+Z"))
    assert strokes(canvas) == both
    QTest.keySequence(canvas, QKeySequence("Ctrl+Z"))
    QTest.keySequence(canvas, QKeySequence("Ctrl+Y"))
    assert strokes(canvas) == both
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.drawing.is_blank
    QTest.keySequence(canvas, QKeySequence("Ctrl+Z"))
    assert strokes(canvas) == both
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert canvas.drawing.is_blank


def test_disabled_actions_say_why(canvas: Canvas) -> None:
    actions = canvas.canvas_actions
    assert [action.isEnabled() for action in actions.all] == [False, False, False, True]
    assert "Nothing to undo" in actions.undo.toolTip()
    drag(canvas, ONE)
    assert [action.isEnabled() for action in actions.all] == [True, False, True, True]
    assert "Ctrl+Z" in actions.undo.toolTip()
    actions.undo.trigger()
    assert [action.isEnabled() for action in actions.all] == [False, True, False, True]


def test_the_pen_draws_with_subpixels_and_blocks_the_mouse(canvas: Canvas) -> None:
    assert pen(canvas, QEvent.Type.TabletPress, 0.30031, 0.5)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.9, 0.9))
    assert pen(canvas, QEvent.Type.TabletMove, 0.40031, 0.5)
    assert pen(canvas, QEvent.Type.TabletRelease, 0.40031, 0.5)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.9, 0.9))
    np.testing.assert_allclose(strokes(canvas), [[(0.30031, 0.5), (0.40031, 0.5)]], atol=1e-9)


def test_a_hovering_pen_draws_nothing(canvas: Canvas) -> None:
    assert not pen(canvas, QEvent.Type.TabletMove, 0.4, 0.5)
    assert canvas.drawing.is_blank


def test_a_pen_that_leaves_the_tablet_is_lifted(canvas: Canvas, qapp: QApplication) -> None:
    pen(canvas, QEvent.Type.TabletPress, 0.2, 0.5)
    pen(canvas, QEvent.Type.TabletMove, 0.4, 0.5)
    leave = pen_event(canvas, QEvent.Type.TabletLeaveProximity, 0.4, 0.5)
    QApplication.sendEvent(qapp, leave)
    assert not canvas.drawing.is_drawing
    assert canvas.canvas_actions.undo.isEnabled()
    drag(canvas, ONE)
    assert len(strokes(canvas)) == 2


def test_a_pen_that_leaves_after_its_release_does_not_lift_the_mouse(canvas: Canvas, qapp: QApplication) -> None:
    pen(canvas, QEvent.Type.TabletPress, 0.2, 0.5)
    pen(canvas, QEvent.Type.TabletRelease, 0.2, 0.5)
    drag(canvas, ONE, release=False)
    leave = pen_event(canvas, QEvent.Type.TabletLeaveProximity, 0.2, 0.5)
    QApplication.sendEvent(qapp, leave)
    assert canvas.drawing.is_drawing
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.5, 0.8))


def test_activating_another_window_lifts_the_pen(canvas: Canvas, qtbot: QtBot) -> None:
    pen(canvas, QEvent.Type.TabletPress, 0.2, 0.5)
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitExposed(other):
        other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    assert not canvas.drawing.is_drawing


def test_the_mouse_may_draw_after_a_pen_lost_its_release(canvas: Canvas, clock: Clock) -> None:
    pen(canvas, QEvent.Type.TabletPress, 0.2, 0.5)
    clock.seconds += RELEASE_TIMEOUT_SECONDS - 0.1
    pen(canvas, QEvent.Type.TabletMove, 0.4, 0.5)  # the pen is still there
    clock.seconds += RELEASE_TIMEOUT_SECONDS - 0.1
    drag(canvas, ONE)
    assert len(strokes(canvas)) == 1
    clock.seconds += 0.1
    drag(canvas, ONE)
    assert len(strokes(canvas)) == 2
    assert not canvas.drawing.is_drawing
    assert not pen(canvas, QEvent.Type.TabletMove, 0.9, 0.5)  # its stroke has ended


def test_a_second_press_begins_a_new_stroke(canvas: Canvas) -> None:
    pen(canvas, QEvent.Type.TabletPress, 0.2, 0.2)
    pen(canvas, QEvent.Type.TabletPress, 0.6, 0.6)
    pen(canvas, QEvent.Type.TabletRelease, 0.6, 0.6)
    np.testing.assert_allclose(strokes(canvas), [[(0.2, 0.2)], [(0.6, 0.6)]], atol=1e-9)


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    return QTest.createTouchDevice()


def test_only_one_finger_draws(canvas: Canvas, screen: QPointingDevice) -> None:
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, 0.2, 0.2), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, 0.3, 0.3), canvas).press(
        1, pixel(canvas, 0.8, 0.8), canvas
    ).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, 0.4, 0.4), canvas).move(
        1, pixel(canvas, 0.8, 0.2), canvas
    ).commit()
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, 0.4, 0.4), canvas).release(
        1, pixel(canvas, 0.8, 0.2), canvas
    ).commit()
    np.testing.assert_allclose(strokes(canvas), [[(0.2, 0.2), (0.3, 0.3), (0.4, 0.4)]], atol=1 / 400)
    assert not canvas.drawing.is_drawing


def test_the_mouse_may_draw_after_a_lost_finger_release(canvas: Canvas, screen: QPointingDevice, clock: Clock) -> None:
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, 0.2, 0.2), canvas).commit()
    drag(canvas, ONE)
    assert len(strokes(canvas)) == 1
    clock.seconds += RELEASE_TIMEOUT_SECONDS
    drag(canvas, ONE)
    assert len(strokes(canvas)) == 2
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, 0.2, 0.2), canvas).commit()
    assert len(strokes(canvas)) == 2


def test_another_finger_may_draw_when_the_first_is_gone(canvas: Canvas, screen: QPointingDevice) -> None:
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, 0.2, 0.2), canvas).commit()
    QTest.touchEvent(canvas, screen).press(1, pixel(canvas, 0.7, 0.7), canvas).commit()
    QTest.touchEvent(canvas, screen).release(1, pixel(canvas, 0.7, 0.7), canvas).commit()
    np.testing.assert_allclose(strokes(canvas), [[(0.2, 0.2)], [(0.7, 0.7)]], atol=1 / 400)
    assert not canvas.drawing.is_drawing
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, 0.2, 0.2), canvas).commit()


def test_a_finger_outside_the_square_draws_nothing(canvas: Canvas, screen: QPointingDevice) -> None:
    QTest.touchEvent(canvas, screen).press(0, QPoint(10, 10), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, 0.5, 0.5), canvas).commit()
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, 0.5, 0.5), canvas).commit()
    assert canvas.drawing.is_blank


def test_resizing_during_a_stroke_keeps_it(canvas: Canvas) -> None:
    drag(canvas, [(0.2, 0.2), (0.4, 0.4)], release=False)
    canvas.resize(800, 700)
    QTest.mouseMove(canvas, pixel(canvas, 0.6, 0.6))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.6, 0.6))
    np.testing.assert_allclose(strokes(canvas), [[(0.2, 0.2), (0.4, 0.4), (0.6, 0.6)]], atol=1 / 400)
    image = shot(canvas)
    assert all(image.pixelColor(pixel(canvas, at, at)) == QColor(LIGHT.ink) for at in (0.21, 0.3, 0.4, 0.5, 0.59))
    assert image.pixelColor(pixel(canvas, 0.12, 0.12)) == QColor(LIGHT.paper)


def test_incremental_painting_equals_painting_at_once(canvas: Canvas) -> None:
    rng = np.random.default_rng(3)
    for _ in range(3):
        path = np.clip(0.5 + rng.normal(0, 0.06, (60, 2)).cumsum(axis=0), -0.1, 1.1)
        path[0] = 0.5
        drag(canvas, [(float(x), float(y)) for x, y in path])
        QApplication.processEvents()
    grown = shot(canvas)
    canvas.resize(501, 401)
    canvas.resize(500, 400)  # the ink is rendered again
    again = shot(canvas)
    places = [(x, y) for x in range(0, 500, 2) for y in range(0, 400, 2)]
    # Both pieces of a stroke smooth the edge where they meet: only grey pixels may differ.
    assert all(abs(grown.pixelColor(x, y).lightness() - again.pixelColor(x, y).lightness()) < 100 for x, y in places)


class PaintWatch(QObject):
    """Records the number of pixels of each repaint of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.areas: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect().width() * event.rect().height())
        return False


def test_a_new_point_repaints_a_small_area(canvas: Canvas, qtbot: QtBot) -> None:
    drag(canvas, [(0.2, 0.2), (0.22, 0.2)], release=False)
    let_the_hint_fade(canvas)
    QApplication.processEvents()
    watch = PaintWatch(canvas)
    QTest.mouseMove(canvas, pixel(canvas, 0.24, 0.2))
    qtbot.waitUntil(lambda: bool(watch.areas))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 0.24, 0.2))
    assert max(watch.areas) < 60 * 60


def test_the_hint_disappears_while_drawing_and_returns_after_clear(canvas: Canvas, qtbot: QtBot) -> None:
    middle = canvas.area.toRect().adjusted(120, 190, -120, -190)

    def hint_shows() -> bool:
        image = shot(canvas).copy(middle)
        paper = QColor(LIGHT.paper)
        return any(image.pixelColor(x, y) != paper for x in range(image.width()) for y in range(image.height()))

    assert hint_shows()
    drag(canvas, [(0.1, 0.1), (0.15, 0.1)])
    qtbot.waitUntil(lambda: not hint_shows())
    canvas.clear()
    qtbot.waitUntil(hint_shows)


class Calm(QProxyStyle):
    """A platform without animations."""

    def styleHint(self, hint, option=None, widget=None, data=None):  # type: ignore[no-untyped-def]
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, data)


def test_without_animation_the_hint_disappears_immediately(canvas: Canvas) -> None:
    calm = Calm("Fusion")
    canvas.setStyle(calm)
    drag(canvas, [(0.1, 0.1)])
    image = shot(canvas)
    row = round(canvas.area.center().y())
    colours = {image.pixelColor(x, row + dy).name() for x in range(150, 350) for dy in range(-6, 6)}
    assert colours == {QColor(LIGHT.paper).name()}
    canvas.setStyle(None)  # type: ignore[arg-type]


def test_ink_and_paper_follow_the_theme(canvas: Canvas, qapp: QApplication) -> None:
    drag(canvas, SEVEN)
    apply_theme(qapp, ThemeChoice.DARK)
    image = shot(canvas)
    assert image.pixelColor(pixel(canvas, 0.5, 0.25)) == QColor(DARK.ink)
    assert image.pixelColor(pixel(canvas, 0.1, 0.9)) == QColor(DARK.paper)
    apply_theme(qapp, ThemeChoice.LIGHT)


def test_the_pen_cursor_is_shown_over_the_paper_only(canvas: Canvas) -> None:
    QTest.mouseMove(canvas, pixel(canvas, 0.5, 0.5))
    assert canvas.cursor().shape() == Qt.CursorShape.BitmapCursor
    QTest.mouseMove(canvas, QPoint(10, 200))
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_focus_ring_is_shown_for_keyboard_focus_only(canvas: Canvas) -> None:
    def border() -> QColor:
        return shot(canvas).pixelColor(round(canvas.area.center().x()), 1)

    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert border() == QColor(LIGHT.accent)
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert border() != QColor(LIGHT.accent)


def test_the_canvas_has_a_name_and_a_description(canvas: Canvas) -> None:
    assert canvas.accessibleName()
    assert "Draw a digit" in canvas.accessibleDescription()


def test_the_drawing_can_be_rasterized(canvas: Canvas) -> None:
    drag(canvas, SEVEN)
    image = rasterize(canvas.drawing.ink())
    assert image.shape == (28, 28)
    assert place(canvas, 0, 0) == canvas.area.topLeft()
    assert image[:14].sum() > image[14:].sum()
