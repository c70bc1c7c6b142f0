"""Tool tips are wrapped, literal, and cover no part of their control."""

from __future__ import annotations

from contextlib import suppress

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QListWidget, QPushButton, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.plain_text import plain_tooltip
from app.widgets.tool_tips import LINE_LENGTH, _control_area, place_beside, show_cell_tool_tip, wrapped

LONG = "How many examples make one step. Steps of all examples are smooth but slow; steps of one are quick but noisy."
SCREEN = QRect(0, 0, 1366, 768)


def test_a_long_text_is_wrapped_and_its_words_stay() -> None:
    lines = wrapped(LONG).split("\n")
    assert len(lines) == 2
    assert all(len(line) <= LINE_LENGTH for line in lines)
    assert " ".join(lines) == LONG
    assert wrapped("Train (space bar)") == "Train (space bar)"
    assert wrapped("one\ntwo") == "one\ntwo"


@pytest.mark.parametrize("unit", ["%", "s", "min", "samples/s"])
def test_a_number_and_its_unit_are_never_in_two_lines(unit: str) -> None:
    joined = f"12\N{NO-BREAK SPACE}{unit}"
    for before in range(40, LINE_LENGTH + 2):
        text = f"{'x' * before} 12 {unit} of all"
        assert joined in wrapped(text)
        assert joined in wrapped(plain_tooltip(text))


def test_a_literal_text_stays_literal() -> None:
    text = wrapped(plain_tooltip(f"<b>a & b</b> {LONG}"))
    assert text.startswith("<qt>&lt;b&gt;a &amp; b&lt;/b&gt;")
    assert text.count("<br>") == 2


@pytest.mark.parametrize(
    "control",
    [
        QRect(100, 100, 80, 30),  # space below
        QRect(1300, 730, 60, 30),  # at the bottom right corner
        QRect(0, 0, 400, 768),  # as high as the screen
        QRect(900, 0, 466, 768),
    ],
)
def test_a_tool_tip_covers_no_part_of_its_control(control: QRect) -> None:
    tip = QRect(control.center(), QRect(0, 0, 380, 40).size())
    tip.moveTo(place_beside(control, tip, SCREEN))
    assert not tip.intersects(control)
    assert SCREEN.contains(tip)


def test_a_tool_tip_stays_beside_a_control_as_large_as_the_screen() -> None:
    tip = QRect(500, 500, 380, 40)
    assert place_beside(SCREEN, tip, SCREEN) == tip.topLeft()


@pytest.mark.qt_log_ignore(r"This plugin does not support raise\(\)", extend=True)
def test_the_tool_tip_that_qt_shows_is_wrapped_and_below_the_control(qtbot: QtBot) -> None:
    window, button = QWidget(), QPushButton("Find")
    # Otherwise Qt shows no tool tip while another window has the focus, such as one that an earlier test left.
    window.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
    qtbot.addWidget(window)
    QToolTip.showText(QPoint(0, 0), "an earlier tool tip", window)
    QToolTip.hideText()  # its label is there a moment longer
    QVBoxLayout(window).addWidget(button)
    button.setToolTip(LONG)
    button.setMinimumHeight(100)
    window.move(100, 100)
    with qtbot.waitExposed(window):
        window.show()
    _rest_the_pointer_until_a_tool_tip_appears(qtbot, button)
    tips = (each for each in QApplication.topLevelWidgets() if each.inherits("QTipLabel"))
    label = next(each for each in tips if each.isVisible())
    area = QRect(button.mapToGlobal(QPoint(0, 0)), button.size())
    assert not label.frameGeometry().intersects(area)
    QToolTip.hideText()


def _rest_the_pointer_until_a_tool_tip_appears(qtbot: QtBot, control: QWidget) -> None:
    """Move the pointer over the control and wait for the tool tip; try again if an event was lost."""
    for attempt in range(100):
        point = QPoint(20 + attempt % 2, 10)
        QCursor.setPos(control.mapToGlobal(point))
        qtbot.mouseMove(control, point)
        with suppress(QtBot.TimeoutError):
            qtbot.waitUntil(lambda: QToolTip.isVisible() and "\n" in QToolTip.text(), timeout=3000)
            return
    raise AssertionError("no tool tip appeared")


def test_the_tool_tip_of_a_cell_is_placed_beside_the_cell(qtbot: QtBot) -> None:
    items, painted = QListWidget(), QWidget()
    items.addItem("a cell")
    items.item(0).setToolTip(LONG)
    for widget, area in ((items.viewport(), items.visualItemRect(items.item(0))), (painted, CELL)):
        window = widget.window()
        qtbot.addWidget(window)
        window.setGeometry(100, 100, 300, 200)
        with qtbot.waitExposed(window):
            window.show()
        if widget is painted:
            show_cell_tool_tip(painted, CELL, LONG)
        else:
            area = items.visualItemRect(items.item(0))
        pointer = widget.mapToGlobal(area.center())
        assert _control_area(pointer, LONG) == QRect(widget.mapToGlobal(area.topLeft()), area.size())
        QToolTip.hideText()
        window.hide()


CELL = QRect(40, 30, 60, 50)
