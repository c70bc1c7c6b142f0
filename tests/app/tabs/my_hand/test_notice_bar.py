from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.my_hand.notice_bar import Notice


def test_it_says_what_is_going_on_and_what_went_wrong(qtbot: QtBot) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    assert notice.text == ""
    notice.inform("Reading <b>x</b> …", cancellable=True)
    assert notice.text == "Reading <b>x</b> …"
    assert notice.label.textFormat() == Qt.TextFormat.PlainText
    assert not notice.label.property("trouble")
    with qtbot.waitSignal(notice.cancelled):
        qtbot.mouseClick(notice.cancel_button, Qt.MouseButton.LeftButton)
    notice.complain("It is damaged.")
    assert notice.label.property("trouble")
    assert not notice.cancel_button.isVisible()
    notice.clear()
    assert notice.text == ""


def test_a_long_path_does_not_widen_the_window(qtbot: QtBot) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    notice.inform("Saved as /" + "x" * 500)
    assert notice.minimumSizeHint().width() < 400
