"""The start page blocks nothing, and each of its choices closes it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.help.start_page import StartPage


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    owner = QWidget()
    QPushButton("Behind", owner)
    qtbot.addWidget(owner)
    with qtbot.waitExposed(owner):
        owner.show()
    return owner


@pytest.fixture
def page(owner: QWidget, qtbot: QtBot) -> StartPage:
    page = StartPage(owner)
    page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    return page


def test_it_blocks_nothing_and_each_choice_is_emitted_once_and_closes_it(page: StartPage, qtbot: QtBot) -> None:
    assert not page.isModal()
    chosen: list[str] = []
    page.draw_chosen.connect(lambda: chosen.append("draw"))
    page.train_chosen.connect(lambda: chosen.append("train"))
    page.open_chosen.connect(lambda: chosen.append("open"))
    for tabs, name in enumerate(("draw", "train", "open")):
        page.show()
        page.draw.setFocus()
        for _ in range(tabs):
            qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
        assert chosen.pop() == name
        assert chosen == []
        assert not page.isVisible()


def test_escape_closes_it_without_a_choice(page: StartPage, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.draw_chosen):
        qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_going_on_in_the_window_behind_closes_it(page: StartPage, owner: QWidget, qtbot: QtBot) -> None:
    assert page.isVisible()
    owner.activateWindow()
    owner.findChildren(QPushButton)[0].setFocus()
    qtbot.waitUntil(lambda: not page.isVisible())


def test_the_texts_fit_into_their_buttons(page: StartPage) -> None:
    for button in (page.draw, page.train, page.open_file):
        layout = button.layout()
        assert layout is not None
        assert button.height() >= layout.totalHeightForWidth(button.width())
        assert button.accessibleName()
