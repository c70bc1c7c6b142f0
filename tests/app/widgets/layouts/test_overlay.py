"""A card over other widgets: where it lies, how high it is, and what moves it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.elements import column_of, text_label
from app.widgets.layouts.overlay import Overlay
from tests.app.waiting import deliver_events


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(400, 300)
    return page


def overlay(place: QWidget, page: QWidget, edge: Qt.Edge, **margin: int) -> tuple[Overlay, QLabel]:
    card, label = Overlay(place, page, edge, **margin), text_label("short")
    assert card.isHidden()
    card.setLayout(column_of(label))
    page.show()
    card.show()
    deliver_events()
    return card, label


@pytest.mark.parametrize("edge", [Qt.Edge.TopEdge, Qt.Edge.BottomEdge])
def test_on_a_whole_page_it_is_as_high_as_its_text(page: QWidget, edge: Qt.Edge) -> None:
    card, label = overlay(page, page, edge, margin=8)
    is_below = edge == Qt.Edge.BottomEdge
    line = card.height()
    assert (card.x(), card.width()) == (8, 384)
    assert (card.geometry().bottom() == 291) if is_below else (card.y() == 8)
    label.setText("The picture could not be read. " * 8)
    deliver_events()
    assert card.height() >= 3 * line
    assert (card.geometry().bottom() == 291) if is_below else (card.y() == 8)
    page.resize(800, 200)
    deliver_events()
    assert (card.width(), card.geometry().bottom() == 191) == (784, is_below)
    assert card.property("notice")


def test_it_fills_its_place_and_covers_what_is_above_when_it_is_higher(page: QWidget) -> None:
    above, place, below = QLabel("chart"), QWidget(), QLabel("progress")
    place.setFixedHeight(40)
    column = QVBoxLayout(page)
    column.addWidget(above, 1)
    column.addWidget(place)
    column.addWidget(below)
    card, label = overlay(place, page, Qt.Edge.BottomEdge)
    places = above.geometry(), below.geometry()
    assert card.geometry() == place.geometry()
    assert not card.property("notice")
    label.setText("The loss rises. " * 30)
    deliver_events()
    assert card.geometry().bottom() == place.geometry().bottom()
    assert card.geometry().top() < place.geometry().top()
    assert card.property("notice")
    assert (above.geometry(), below.geometry()) == places
    label.setText("")
    page.resize(400, 500)
    deliver_events()
    assert card.geometry() == place.geometry()


def test_it_stays_within_the_page(page: QWidget) -> None:
    controls, end = QLabel("controls"), QWidget()
    column = QVBoxLayout(page)
    column.addWidget(controls, 1)
    column.addWidget(end)
    card, label = overlay(end, page, Qt.Edge.TopEdge)
    label.setText("The file could not be read. " * 8)
    deliver_events()
    assert card.geometry().bottom() == page.rect().bottom()
    assert card.height() >= 2 * label.fontMetrics().height()
