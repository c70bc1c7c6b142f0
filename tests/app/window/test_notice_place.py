"""The offers at the bottom of the window, whose end does not move the page."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.elements import bar_layout, text_label
from app.window.notice_place import NoticePlace
from tests.app.waiting import deliver_events

Shown = tuple[QWidget, QWidget, QFrame, QFrame]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """A page with content and two offers, of which the first one is shown."""
    page, content, first, second = QWidget(), QLabel("loss"), QFrame(), QFrame()
    qtbot.addWidget(page)
    for offer in (first, second):
        bar_layout(offer, text_label("A run was interrupted."))
        offer.hide()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(content, 1)
    layout.addWidget(NoticePlace(page, (first, second)))
    first.show()
    page.resize(600, 400)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: first.geometry().bottom() == 399 and content.geometry().bottom() < first.y())
    return page, content, first, second


def test_the_end_of_an_offer_does_not_move_the_page(shown: Shown, qtbot: QtBot) -> None:
    page, content, first, _ = shown
    before = content.geometry()
    assert first.width() == page.width()
    first.hide()
    deliver_events()
    assert content.geometry() == before
    first.show()
    qtbot.waitUntil(lambda: first.geometry().bottom() == 399)
    assert content.geometry() == before


def test_a_long_offer_is_not_cut_and_does_not_move_the_page(shown: Shown, qtbot: QtBot) -> None:
    _, content, first, _ = shown
    before = content.geometry()
    label = first.findChild(QLabel)
    assert label is not None
    label.setText("The model could not be saved before Digit Lab ended. " * 6)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()) > 30)
    qtbot.waitUntil(lambda: first.geometry().bottom() == 399)
    assert content.geometry() == before


def test_an_offer_that_is_shown_later_has_its_text_inside(shown: Shown, qtbot: QtBot) -> None:
    *_, second = shown
    second.show()
    label = second.findChild(QLabel)
    assert label is not None
    assert second.rect().contains(label.geometry())
    assert label.width() > second.width() / 2


def test_two_offers_are_above_each_other(shown: Shown, qtbot: QtBot) -> None:
    _, content, first, second = shown
    before = content.geometry()
    second.show()
    qtbot.waitUntil(lambda: second.geometry().bottom() + 1 == first.y())
    first.hide()
    qtbot.waitUntil(lambda: second.geometry().bottom() == 399)
    assert content.geometry() == before


def test_without_an_offer_no_space_is_reserved(qtbot: QtBot) -> None:
    page, offer = QWidget(), QFrame()
    qtbot.addWidget(page)
    bar_layout(offer, text_label("A run was interrupted."))
    offer.hide()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    content = QLabel("loss")
    layout.addWidget(content, 1)
    layout.addWidget(NoticePlace(page, (offer,)))
    layout.setSpacing(0)
    page.resize(600, 400)
    page.show()
    assert content.height() == 400
