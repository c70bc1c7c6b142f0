"""Neighbours are shown nearest first, and another class is highlighted."""

from __future__ import annotations

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT
from app.widgets.explanation import ShownNeighbour
from app.widgets.neighbour_row import NeighbourRow
from tests.app.tabs.evaluate.samples import result


def neighbours() -> tuple[ShownNeighbour, ...]:
    images = result().training.images
    return ShownNeighbour(images[0], "7", 1.0), ShownNeighbour(images[1], "2", 2.0), ShownNeighbour(None, "7", 3.0)


def hues(row: NeighbourRow) -> set[str]:
    picture = row.grab().toImage()
    return {QColor(picture.pixel(x, y)).name().upper() for x in range(picture.width()) for y in range(picture.height())}


def test_a_neighbour_of_another_class_is_highlighted(qtbot: QtBot) -> None:
    row = NeighbourRow()
    qtbot.addWidget(row)
    row.resize(row.sizeHint())
    row.show_neighbours(neighbours(), "7")
    assert row.accessibleDescription() == "Nearest first: a 7, a 2, a 7."
    assert LIGHT.error.upper() in hues(row)
    row.show_neighbours(neighbours()[:1], "7")
    assert LIGHT.error.upper() not in hues(row)


def test_without_neighbours_it_shows_the_sentence(qtbot: QtBot) -> None:
    row = NeighbourRow()
    qtbot.addWidget(row)
    row.show_neighbours(None, "", "Searching …")
    row.grab()
    assert row.accessibleDescription() == "Searching …"


def test_neighbours_that_do_not_fit_are_not_painted(qtbot: QtBot) -> None:
    row = NeighbourRow()
    qtbot.addWidget(row)
    row.show_neighbours(neighbours(), "7")
    row.resize(row.minimumSizeHint())
    assert row.minimumSizeHint().width() < row.sizeHint().width()
    row.grab()
