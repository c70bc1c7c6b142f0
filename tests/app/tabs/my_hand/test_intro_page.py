"""The first page offers a new or an unfinished test, and says why none can start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand.intro_page import IntroPage
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from tests.app.tabs.my_hand.samples import ENTRIES
from tests.app.theme_choice import apply_theme
from tests.app.waiting import deliver_events
from tests.nncore.handwriting.personal_test.samples import ink


@pytest.fixture
def page(qapp: QApplication, qtbot: QtBot) -> IntroPage:
    apply_theme(qapp, ThemeChoice.LIGHT)
    page = IntroPage()
    qtbot.addWidget(page)
    page.resize(1350, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    return page


def test_an_empty_list_is_replaced_by_a_hint(page: IntroPage) -> None:
    assert page.empty_label.isVisible()
    assert not page.list.isVisible()
    assert not page.delete_button.isVisible()
    page.set_entries(ENTRIES)
    assert not page.empty_label.isVisible()
    assert page.list.isVisible()
    assert page.delete_button.isVisible()


def test_start_is_disabled_while_a_reason_is_shown(page: IntroPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.start_requested):
        qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    page.set_obstacle("No model is open.")
    assert not page.start_button.isEnabled()
    assert page.obstacle.isVisible()
    page.set_obstacle("")
    assert page.start_button.isEnabled()
    assert not page.obstacle.isVisible()


def test_an_unfinished_test_is_offered_first(page: IntroPage, qtbot: QtBot) -> None:
    page.focus()
    assert page.start_button.hasFocus()
    page.set_unfinished(HandwritingTest((3, 8, 1), (ink(1),)))
    assert "1 of 3 digits" in page.unfinished.text()
    page.focus()
    assert page.continue_button.hasFocus()
    assert (page.continue_button.property("primary"), page.start_button.property("primary")) == (True, False)
    with qtbot.waitSignal(page.continue_requested):
        qtbot.mouseClick(page.continue_button, Qt.MouseButton.LeftButton)
    page.set_unfinished(HandwritingTest((3,), (ink(1),)))
    assert page.continue_button.text() == "&Continue"
    assert "to see the result" in page.unfinished.text()
    page.set_unfinished(None)
    assert not page.continue_button.isEnabled()
    assert "no unfinished test" in page.continue_button.toolTip()
    assert page.start_button.property("primary")


def test_an_unfinished_test_or_an_obstacle_does_not_move_the_buttons(page: IntroPage, qtbot: QtBot) -> None:
    places = set()
    for unfinished, obstacle in ((None, ""), (HandwritingTest((3, 8, 1), (ink(1),)), ""), (None, "No model is open.")):
        page.set_unfinished(unfinished)
        page.set_obstacle(obstacle)
        deliver_events()
        places.add((page.start_button.pos().toTuple(), page.continue_button.pos().toTuple()))
    assert len(places) == 1


def test_buttons_act_on_the_selected_row(page: IntroPage, qtbot: QtBot) -> None:
    page.set_entries(ENTRIES)
    with qtbot.waitSignal(page.list.opened) as opened:
        qtbot.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.list.deleted) as deleted:
        qtbot.mouseClick(page.delete_button, Qt.MouseButton.LeftButton)
    assert opened.args == deleted.args == [ENTRIES[0].path]
    with qtbot.waitSignal(page.import_requested):
        qtbot.mouseClick(page.import_button, Qt.MouseButton.LeftButton)


def test_every_button_has_a_tooltip(page: IntroPage) -> None:
    assert all(button.toolTip() and button.text() for button in page.findChildren(QPushButton))
