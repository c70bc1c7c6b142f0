"""Messages disappear after a time, and errors stay until they are closed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTabWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice
from app.widgets.elements import column_of
from app.window.message_bar import MESSAGE_MILLISECONDS, OFFER_MILLISECONDS, MessageBar
from tests.app.theme_choice import apply_theme


@pytest.fixture
def bar(qapp: QApplication, qtbot: QtBot) -> MessageBar:
    apply_theme(qapp, ThemeChoice.LIGHT)
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.resize(600, 60)
    return bar


def label(bar: MessageBar) -> QLabel:
    found = bar.findChild(QLabel)
    assert found is not None
    return found


def timer(bar: MessageBar) -> QTimer:
    found = bar.findChild(QTimer)
    assert found is not None
    return found


def test_the_bar_is_hidden_without_a_message(bar: MessageBar) -> None:
    assert bar.isHidden()
    assert bar.text == ""


def test_a_message_disappears_after_a_time(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message("Saved.")
    assert bar.text == "Saved."
    assert timer(bar).interval() == MESSAGE_MILLISECONDS
    timer(bar).setInterval(0)
    qtbot.waitUntil(bar.isHidden)
    assert bar.text == ""


def test_an_error_after_a_message_stays_until_it_is_closed(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message("Saved.")
    bar.show_error("kept.npz: there is no such file.")
    assert not timer(bar).isActive()
    assert bar.text == "kept.npz: there is no such file."
    close = bar.findChild(QToolButton)
    assert close is not None
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert bar.isHidden()


def test_only_an_error_has_the_error_colour(bar: MessageBar) -> None:
    bar.show_error("This went wrong.")
    assert label(bar).palette().color(label(bar).foregroundRole()) == QColor(LIGHT.error)
    bar.show_message("This went well.")
    assert label(bar).palette().color(label(bar).foregroundRole()) == QColor(LIGHT.text)


def test_a_file_name_with_html_is_shown_literally(bar: MessageBar) -> None:
    bar.show_error("<h1>x</h1>.npz: this is no model.")
    assert label(bar).textFormat() == Qt.TextFormat.PlainText
    assert label(bar).sizeHint().height() < 3 * label(bar).fontMetrics().height()


@pytest.mark.parametrize("width", [1366, 400])
def test_a_message_lies_over_the_page_and_moves_nothing(qapp: QApplication, qtbot: QtBot, width: int) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    bar = MessageBar()
    page, top, button = QWidget(), QPushButton("tabs"), QPushButton("Train")
    layout = column_of(top, button)
    page.setLayout(layout)
    qtbot.addWidget(page)
    page.resize(width, 300)
    bar.float_over(page, top)
    with qtbot.waitExposed(page):
        page.show()
    before = button.geometry()
    for sentence in ("Saved.", "kept.npz: there is no such file. " * 8):
        bar.show_error(sentence)
        assert button.geometry() == before
        assert page.rect().contains(bar.geometry())
        assert bar.y() > top.geometry().bottom()
        assert label(bar).height() >= label(bar).heightForWidth(label(bar).width())
    page.resize(700, 300)
    assert page.rect().contains(bar.geometry())


def test_a_message_but_no_error_is_hidden_when_the_user_goes_on(bar: MessageBar) -> None:
    bar.show_message("Saved.")
    bar.leave()
    assert bar.isHidden()
    bar.show_error("There is no such file.")
    bar.leave()
    assert bar.text == "There is no such file."


def test_a_message_with_a_button_acts_once_and_can_be_withdrawn(bar: MessageBar, qtbot: QtBot) -> None:
    acted: list[str] = []
    bar.show()
    bar.show_offer("In use now: new.", "Model before", "Use old again.", lambda: acted.append("old"))
    assert bar.action_button.isVisible()
    assert "Use old again." in bar.action_button.toolTip()
    assert timer(bar).interval() == OFFER_MILLISECONDS
    qtbot.mouseClick(bar.action_button, Qt.MouseButton.LeftButton)
    assert acted == ["old"]
    assert bar.isHidden()
    bar.show_offer("In use now: new.", "Model before", "Use old again.", lambda: acted.append("older"))
    bar.withdraw_offer()
    assert bar.isHidden()
    bar.show_message("Saved.")
    assert bar.action_button.isHidden()
    bar.withdraw_offer()
    assert bar.text == "Saved."
    assert acted == ["old"]


@pytest.mark.parametrize("sentence", ["In use now.", "In use now: a model with a long name. " * 4])
def test_a_message_beside_the_titles_of_pages_covers_no_title_and_no_page(
    qapp: QApplication, qtbot: QtBot, sentence: str
) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    bar, page, top, pages = MessageBar(), QWidget(), QLabel("tabs"), QTabWidget()
    for title in ("Mistakes", "Classes"):
        pages.addTab(QWidget(), title)
    page.setLayout(column_of(top, QLabel("a header\nof\nsome\nlines"), pages))
    page.resize(1000, 400)
    qtbot.addWidget(page)
    bar.float_over(page, top, pages.tabBar)
    with qtbot.waitExposed(page):
        page.show()
    bar.show_message(sentence)
    titles = pages.tabBar()
    assert bar.x() > titles.mapTo(page, titles.tabRect(1).topRight()).x()
    assert bar.geometry().bottom() <= titles.mapTo(page, titles.rect().bottomLeft()).y()
    assert label(bar).height() >= label(bar).heightForWidth(label(bar).width())


@pytest.mark.parametrize("is_error", [False, True])
def test_a_control_under_a_message_can_be_seen_when_it_gets_the_focus(
    qapp: QApplication, qtbot: QtBot, is_error: bool
) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    bar = MessageBar()
    page, top, elsewhere, covered = QWidget(), QPushButton("tabs"), QPushButton("elsewhere"), QPushButton("covered")
    page.setLayout(column_of(top, covered, elsewhere))
    page.resize(600, 400)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    top.setFocus()
    bar.float_over(page, top)
    (bar.show_error if is_error else bar.show_message)("A sentence.")
    covered.setGeometry(bar.geometry())
    elsewhere.setGeometry(0, 300, 50, 20)
    elsewhere.setFocus()
    assert bar.text == "A sentence."
    assert bar.geometry() == covered.geometry()
    covered.setFocus()
    assert bar.isHidden() is not is_error
    assert bar.isHidden() or not bar.geometry().intersects(covered.geometry())
    assert page.rect().contains(bar.geometry())
