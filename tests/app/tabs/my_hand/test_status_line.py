"""Progress and errors are shown in one line that does not widen the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.tabs.my_hand.status_line import StatusLine


@pytest.fixture
def status(qtbot: QtBot) -> StatusLine:
    page, place = QWidget(), QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(place)
    column.addStretch()
    page.resize(700, 300)
    with qtbot.waitExposed(page):
        page.show()
    return StatusLine(place, page)


def test_it_shows_progress_and_errors(status: StatusLine, qtbot: QtBot) -> None:
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


def test_a_long_path_does_not_widen_the_window(status: StatusLine) -> None:
    status.show_message("Saved as /" + "x" * 500)
    assert status.minimumSizeHint().width() < 400
