from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.widgets import announcement
from app.widgets.announcement import announce


class Listener:
    """A screen reader: Qt for Python has no way to listen in as one."""

    AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

    def __init__(self) -> None:
        self.heard: list[tuple[str, QAccessible.AnnouncementPoliteness]] = []

    def updateAccessibility(self, event: QAccessibleAnnouncementEvent) -> None:
        self.heard.append((event.message(), event.politeness()))


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    listener = Listener()
    monkeypatch.setattr(announcement, "QAccessible", listener)
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
        "Pen down, 52% across and 50% down.",
        "Pen up, 52% across and 50% down.",
    ]


def test_without_a_screen_reader_an_announcement_raises_nothing_and_leaves_the_widget_as_it_is(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    assert not QAccessible.isActive()
    announce(widget, "Nobody hears this.")
    assert not QAccessible.isActive()
    assert (widget.isVisible(), widget.accessibleName(), widget.accessibleDescription()) == (False, "", "")
