"""Tab goes through every tab and dialog as the eye does, reaches every control, and the focus can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QListView, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.widgets.focus_order import visit_in_order
from app.window.main_window import MainWindow
from tests.app.tab_order import not_visited, steps_back, unseen_focus, visited
from tests.screenshots.tour import all_states


@pytest.fixture(autouse=True)
def usual_appearance(qapp: QApplication) -> Iterator[None]:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
    yield
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def way_of_tab(window: QWidget) -> list[QWidget]:
    """The widgets that Tab visits, from the tab bar on, or from the control at the top left of a dialog."""
    window.activateWindow()
    if isinstance(window, MainWindow):
        return visited(window, window.tabs.tabBar())
    way = visited(window, window.focusWidget() or window)
    corners = [widget.mapTo(window, QPoint(0, 0)) for widget in way]
    start = min(range(len(way)), key=lambda number: (corners[number].y(), corners[number].x()))
    return way[start:] + way[:start]


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_tab_follows_the_eye_in_every_state(qapp: QApplication, theme: ThemeChoice) -> None:
    found = {}
    for name, _, widget in all_states(qapp, [Appearance(theme)]):
        if isinstance(widget, QMenu | QFileDialog) or widget.findChild(QListView) is widget:
            continue  # Qt's own
        if name == "recipe list":
            continue  # the popup of a combo box, in which Tab does nothing
        way = way_of_tab(widget)
        wrong = [*not_visited(widget, way), *steps_back(way), *unseen_focus(widget, way)]
        if wrong:
            found[name] = wrong
    assert found == {}, "\n".join(f"{name}: {each}" for name, wrong in found.items() for each in wrong)


def test_a_step_back_and_a_focus_that_is_not_seen_are_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout, buttons = QGridLayout(page), [QPushButton(f"{number}") for number in range(4)]
    for place in (3, 0, 1, 2):
        layout.addWidget(buttons[place], *divmod(place, 2))
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    for before, after in pairwise(buttons):
        QWidget.setTabOrder(before, after)
    way = visited(page, buttons[0])
    assert way == buttons
    assert steps_back(way) == not_visited(page, way) == unseen_focus(page, way) == []
    buttons[1].setStyleSheet("border: 1px solid black;")
    assert len(unseen_focus(page, way)) == 1
    QWidget.setTabOrder(buttons[3], buttons[1])
    assert len(steps_back(visited(page, buttons[0]))) == 1


def test_parts_are_visited_in_order(qtbot: QtBot) -> None:
    page, part = QWidget(), QWidget()
    qtbot.addWidget(page)
    inner = [QPushButton(f"{number}", part) for number in range(2)]
    part.setParent(page)
    first, last = QPushButton("first", page), QPushButton("last", page)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    elsewhere = QPushButton("elsewhere")
    qtbot.addWidget(elsewhere)
    visit_in_order(first, part, elsewhere)
    assert visited(page, first) == [first, *inner, last]
    visit_in_order(last, part)
    assert visited(page, first) == [first, last, *inner]
    visit_in_order(part, first)
    assert visited(page, first) == [first, last, *inner]
