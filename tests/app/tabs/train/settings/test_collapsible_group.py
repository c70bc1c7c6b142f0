from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.collapsible_group import CollapsibleGroup


def test_a_click_on_the_heading_hides_and_shows_the_content(qtbot: QtBot) -> None:
    group = CollapsibleGroup("Network", QLabel("inside"))
    qtbot.addWidget(group)
    group.show()
    assert group.content.isVisible()
    qtbot.mouseClick(group.heading, Qt.MouseButton.LeftButton)
    assert not group.content.isVisible()
    assert not group.is_open
    qtbot.keyClick(group.heading, Qt.Key.Key_Space)
    assert group.content.isVisible()


def test_a_group_may_begin_closed_and_be_opened(qtbot: QtBot) -> None:
    group = CollapsibleGroup("More", QLabel("inside"), is_open=False)
    qtbot.addWidget(group)
    group.show()
    assert not group.content.isVisible()
    group.open()
    assert group.content.isVisible()
