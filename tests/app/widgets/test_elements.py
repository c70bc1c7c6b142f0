"""Labels show text literally, and announcements reach a screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.widgets import elements
from app.widgets.elements import action_button, announce, push_button, set_style, text_label


class Listener:
    """Replaces the function that sends announcements: Qt for Python cannot receive them as a screen reader."""

    AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

    def __init__(self) -> None:
        self.heard: list[tuple[str, QAccessible.AnnouncementPoliteness]] = []

    def updateAccessibility(self, event: QAccessibleAnnouncementEvent) -> None:
        self.heard.append((event.message(), event.politeness()))


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    listener = Listener()
    monkeypatch.setattr(elements, "QAccessible", listener)
    return listener


def test_an_announcement_is_polite_or_urgent(qtbot: QtBot, listener: Listener) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    announce(widget, "It reads a 7.")
    announce(widget, "Stop.", urgent=True)
    politeness = QAccessible.AnnouncementPoliteness
    assert listener.heard == [("It reads a 7.", politeness.Polite), ("Stop.", politeness.Assertive)]


def test_the_keyboard_pen_is_announced(qtbot: QtBot, listener: Listener) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        QTest.keyClick(canvas, key)
    assert [words for words, _ in listener.heard] == [
        "Pen down, 52 % across and 50 % down.",
        "Pen up, 52 % across and 50 % down.",
    ]


def test_without_a_screen_reader_an_announcement_has_no_effect(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    assert not QAccessible.isActive()
    announce(widget, "Nobody hears this.")
    assert not QAccessible.isActive()
    assert (widget.isVisible(), widget.accessibleName(), widget.accessibleDescription()) == (False, "", "")


def test_a_label_shows_its_text_literally(qtbot: QtBot) -> None:
    label = text_label("<b>7</b>", "quiet")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.property("quiet")
    assert label.wordWrap()


def test_a_button_calls_its_slot(qtbot: QtBot) -> None:
    clicks: list[str] = []
    button = push_button("Stop", "Stop the run.", lambda: clicks.append("click"))
    qtbot.addWidget(button)
    button.click()
    assert clicks == ["click"]
    assert button.toolTip() == "Stop the run."


def test_a_button_triggers_its_action_and_does_not_take_the_focus(qtbot: QtBot) -> None:
    action, triggers = QAction("Undo"), list[str]()
    action.triggered.connect(lambda: triggers.append("trigger"))
    button = action_button(action, shows_text=False)
    qtbot.addWidget(button)
    button.click()
    assert triggers == ["trigger"]
    assert button.accessibleName() == "Undo"
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_a_style_can_be_switched_on_and_off(qtbot: QtBot) -> None:
    label = text_label()
    qtbot.addWidget(label)
    set_style(label, "error", enabled=True)
    assert label.property("error")
    set_style(label, "error", enabled=False)
    assert not label.property("error")
