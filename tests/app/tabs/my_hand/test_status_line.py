"""Progress and errors are shown in one line that does not widen the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.tabs.my_hand.status_line import StatusLine


def test_it_shows_progress_and_errors(qtbot: QtBot) -> None:
    page, place = QWidget(), QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(place)
    column.addStretch()
    page.resize(700, 300)
    with qtbot.waitExposed(page):
        page.show()
    status = StatusLine(place, page)
    assert status.text == ""
    status.show_message("Reading <b>x</b> …", cancellable=True)
    assert status.text == "Reading <b>x</b> …"
    assert status.label.textFormat() == Qt.TextFormat.PlainText
    assert not status.label.property("error")
    with qtbot.waitSignal(status.cancelled):
        qtbot.mouseClick(status.cancel_button, Qt.MouseButton.LeftButton)
    status.show_error("It is damaged.")
    assert status.label.property("error")
    assert not status.cancel_button.isVisible()
    status.clear()
    assert status.text == ""


def test_a_long_path_does_not_widen_the_window(qtbot: QtBot) -> None:
    page, place = QWidget(), QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(place)
    column.addStretch()
    page.resize(700, 300)
    with qtbot.waitExposed(page):
        page.show()
    status = StatusLine(place, page)
    status.show_message("Saved as /" + "x" * 500)
    assert status.minimumSizeHint().width() < 400
