"""Digits are written one after another, and can be skipped or taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice
from app.tabs.my_hand.writing_page import WritingPage, drawing_from_ink
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from tests.app.canvas.gestures import ONE, SEVEN, drag, pixel
from tests.app.theme_choice import apply_theme
from tests.nncore.handwriting.personal_test.samples import assert_same_ink, ink


@pytest.fixture
def page(qapp: QApplication, qtbot: QtBot) -> WritingPage:
    apply_theme(qapp, ThemeChoice.LIGHT)
    page = WritingPage()
    qtbot.addWidget(page)
    page.resize(1350, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    page.show_test(HandwritingTest((7, 8, 1)))
    qtbot.waitUntil(page.canvas.hasFocus)
    return page


def test_it_asks_for_one_digit_after_another(page: WritingPage) -> None:
    assert (page.request.text(), page.digit.text(), page.position.text()) == ("Write a 7", "7", "1 of 3")
    drag(page.canvas, SEVEN)
    inked = pixel(page.canvas, 0.5, 0.25)
    assert page.canvas.grab().toImage().pixelColor(inked) == QColor(LIGHT.ink)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert page.canvas.grab().toImage().pixelColor(inked) == QColor(LIGHT.paper)
    assert not page.canvas.canvas_actions.clear.isEnabled()
    assert (page.request.text(), page.digit.text(), page.position.text()) == ("Write an 8", "8", "2 of 3")
    assert page.progress.value() == 1
    assert page.canvas.drawing.is_blank
    assert page.canvas.hasFocus()


def test_a_drawing_is_kept_as_drawn(page: WritingPage, qtbot: QtBot) -> None:
    drag(page.canvas, SEVEN)
    drawn = page.canvas.drawing.ink()
    with qtbot.waitSignal(page.written) as emitted:
        qtbot.mouseClick(page.next_button, Qt.MouseButton.LeftButton)
    (test,) = emitted.args
    assert test is page.test
    assert_same_ink(test.drawings[0], drawn)


def test_a_blank_drawing_cannot_be_entered_but_can_be_skipped(page: WritingPage, qtbot: QtBot) -> None:
    assert not page.next_button.isEnabled()
    assert "skip" in page.next_button.toolTip()
    with qtbot.assertNotEmitted(page.written):
        QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.written) as emitted:
        qtbot.mouseClick(page.skip_button, Qt.MouseButton.LeftButton)
    assert emitted.args[0].drawings[0].is_blank
    assert page.digit.text() == "8"


def test_undo_stops_at_the_current_digit(page: WritingPage) -> None:
    drag(page.canvas, SEVEN)
    QTest.keyClick(page.canvas, Qt.Key.Key_Enter)
    QTest.keySequence(page.canvas, QKeySequence("Ctrl+Z"))
    assert page.canvas.drawing.is_blank
    drag(page.canvas, ONE)
    QTest.keySequence(page.canvas, QKeySequence("Ctrl+Z"))
    assert page.canvas.drawing.is_blank
    assert not page.next_button.isEnabled()


def test_back_returns_to_the_last_digit(page: WritingPage, qtbot: QtBot) -> None:
    assert not page.back_button.isEnabled()
    drag(page.canvas, SEVEN)
    drawn = page.canvas.drawing.ink()
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.written) as emitted:
        qtbot.mouseClick(page.back_button, Qt.MouseButton.LeftButton)
    assert emitted.args[0].drawings == ()
    assert page.digit.text() == "7"
    assert_same_ink(page.canvas.drawing.ink(), drawn)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert_same_ink(page.test.drawings[0], drawn)


def test_enter_presses_the_button_that_has_the_focus(page: WritingPage, qtbot: QtBot) -> None:
    drag(page.canvas, SEVEN)
    page.later_button.setFocus()
    with qtbot.waitSignal(page.later_requested), qtbot.assertNotEmitted(page.written):
        QTest.keyClick(page.later_button, Qt.Key.Key_Return)


def test_after_the_last_digit_nothing_more_can_be_written(page: WritingPage, qtbot: QtBot) -> None:
    for _ in range(3):
        drag(page.canvas, ONE)
        QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert page.test.is_complete
    assert page.request.text() == "Reading …"
    with qtbot.assertNotEmitted(page.written):
        drag(page.canvas, ONE)
        QTest.keyClick(page, Qt.Key.Key_Return)
        page.skip_button.click()
        page.back_button.click()


def test_no_answer_is_shown_while_writing(page: WritingPage) -> None:
    before = [label.text() for label in page.findChildren(QLabel)]
    drag(page.canvas, SEVEN)
    QApplication.processEvents()
    assert [label.text() for label in page.findChildren(QLabel)] == before


def test_every_control_has_a_name_and_a_tooltip(page: WritingPage) -> None:
    for button in page.findChildren(QAbstractButton):
        assert button.text()
        assert button.toolTip()
    assert page.digit.accessibleName() == "Write a 7"
    assert page.progress.accessibleName()


def test_ink_becomes_a_drawing_and_back() -> None:
    assert_same_ink(drawing_from_ink(ink(3, strokes=4)).ink(), ink(3, strokes=4))


def test_it_fits_at_150_per_cent_font_size(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    own = QFont(qapp.font())
    large = QFont(own)
    large.setPointSizeF(own.pointSizeF() * 1.5)
    try:
        qapp.setFont(large)
        apply_theme(qapp, ThemeChoice.LIGHT)
        page = WritingPage()
        qtbot.addWidget(page)
        page.show_test(HandwritingTest((8,)))
        assert page.minimumSizeHint().height() <= 560
        assert page.minimumSizeHint().width() <= 1000
    finally:
        qapp.setFont(own)
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_a_digit_can_be_written_by_keyboard(page: WritingPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.canvas, Qt.Key.Key_Space)
    for _ in range(3):
        QTest.keyClick(page.canvas, Qt.Key.Key_Down)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)  # the pen is still down
    assert page.digit.text() == "8"
    (drawing,) = page.test.drawings
    assert len(drawing.strokes) == 1
    assert len(drawing.strokes[0]) == 4
    assert page.canvas.drawing.is_blank
    QTest.keyClick(page.canvas, Qt.Key.Key_Down)
    assert page.canvas.drawing.is_blank  # the pen was lifted


def test_each_digit_begins_with_the_pen(page: WritingPage) -> None:
    drag(page.canvas, SEVEN)
    page.canvas.canvas_actions.eraser.trigger()
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    drag(page.canvas, ONE)
    assert len(page.canvas.drawing.strokes) == 1
    page.canvas.canvas_actions.eraser.trigger()
    page.back_button.click()
    assert not page.canvas.canvas_actions.eraser.isChecked()
