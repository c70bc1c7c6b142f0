"""The panel and the drawing of the network in the Inside tab follow each other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.style.theme import ThemeChoice
from app.tabs.inside.calculation.calculation_panel import CalculationPanel
from app.tabs.inside.inside_tab import InsideTab
from app.tabs.inside.number_panel import NumberPanel
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import number_in_words
from tests.app.networks import network
from tests.app.tab_order import steps_back, unseen_focus, visited
from tests.app.theme_choice import apply_theme
from tests.app.waiting import deliver_events
from tests.nncore.example_data import small_mnist

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def tab(qtbot: QtBot) -> InsideTab:
    tab = InsideTab()
    qtbot.addWidget(tab)
    tab.add_panel(CalculationPanel())
    tab.resize(1318, 620)
    tab.show()
    tab.set_network(network("bundled"), "handwriting")
    tab.set_drawing(small_mnist().training.images[0])
    qtbot.waitUntil(lambda: tab.inspection is not None)
    return tab


def panel_of(tab: InsideTab) -> CalculationPanel:
    panel = tab.panels[0]
    assert isinstance(panel, CalculationPanel)
    return panel


def centre_in_view(tab: InsideTab, layer: int, position: Position) -> QPointF:
    cell = tab.view.place_of(layer).cell_of(position)
    assert cell is not None
    return cell.center()


def hover(widget: QWidget, point: QPointF) -> None:
    where = QPointF(widget.mapToGlobal(point))
    event = QMouseEvent(QEvent.Type.MouseMove, point, where, NO_BUTTON, NO_BUTTON, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def test_two_clicks_lead_from_the_network_to_a_number_of_the_layer_before(tab: InsideTab) -> None:
    panel = panel_of(tab)
    QTest.mouseClick(tab.view, LEFT, pos=centre_in_view(tab, 4, (20, 3, 3)).toPoint())
    assert panel.shown == (4, (20, 3, 3)) == tab.choice
    table = panel.table
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())
    layer, source = tab.choice or (0, ())
    assert layer == 3
    assert panel.shown == tab.view.choice == (3, source)
    assert tab.inspection is not None
    assert panel.value.text() == number_in_words(float(tab.inspection.values_of(3)[source]), 4)
    assert panel.trail.numbers == ((4, (20, 3, 3)), (3, source))


def test_the_mouse_over_the_network_or_the_panel_highlights_the_number_in_both(tab: InsideTab) -> None:
    panel = panel_of(tab)
    tab.choose(1, (3, 7, 6))
    hover(tab.view, centre_in_view(tab, 0, (0, 13, 13)))
    assert panel.pictures.inputs.pointed == (0, 13, 13)
    assert panel.pictures.weights.pointed == (0, 1, 3)  # the window begins in line 12, column 10
    weights = panel.pictures.weights
    hover(weights, weights.middle_of((0, 2, 2)))
    assert tab.view.marks == {0: ((0, 14, 12),)}
    assert panel.pictures.inputs.pointed == (0, 14, 12)
    QApplication.sendEvent(weights, QEvent(QEvent.Type.Leave))
    assert tab.view.marks == {}
    assert panel.pictures.inputs.pointed is None


def test_the_panel_follows_the_drawing_and_the_network(tab: InsideTab, qtbot: QtBot) -> None:
    panel = panel_of(tab)
    tab.choose(8, (100,))
    before = panel.value.text()
    first = tab.inspection
    tab.set_drawing(small_mnist().training.images[1])
    qtbot.waitUntil(lambda: tab.inspection is not first)
    assert tab.inspection is not None
    assert panel.value.text() == number_in_words(float(tab.inspection.values_of(8)[100]), 4) != before
    tab.set_network(network("dense"), "dense")
    qtbot.waitUntil(lambda: tab.inspection is not None and tab.inspection.network is network("dense"))
    assert panel.shown == tab.choice
    assert tab.inspection is not None
    layer, position = panel.shown or (0, ())
    assert panel.value.text() == number_in_words(float(tab.inspection.values_of(layer)[position]), 4)


def test_the_names_of_the_classes_are_those_of_the_model(tab: InsideTab, qtbot: QtBot) -> None:
    tab.set_network(network("dense"), "letters", tuple("abcdefghij"))
    qtbot.waitUntil(lambda: tab.inspection is not None and tab.inspection.network is network("dense"))
    tab.choose(3, (2,))
    assert [row[0] for row in panel_of(tab).softmax.rows] == [*"abcdefghij", "sum"]


def way_of_tab(tab: InsideTab) -> list[QWidget]:
    tab.activateWindow()
    return visited(tab, tab.panel_bar)


def test_tab_goes_along_the_path_to_a_number_and_to_the_snapshots_last(tab: InsideTab) -> None:
    snapshots = Snapshots(network("dense").spec)
    for epoch in range(3):
        snapshots.add(TrainingPoint(epoch), network("dense"))
    tab.snapshot_row.set_snapshots(snapshots, 3)
    tab.snapshot_row.show()
    panel = panel_of(tab)
    tab.choose(11, (7,))
    for layer in (10, 9):
        rows = panel.table.rows
        assert rows is not None
        tab.choose(layer, rows.source(0) or ())
    way = way_of_tab(tab)
    trail = panel.trail
    places = [way.index(each) for each in (trail.back, *trail.crumbs[:2], panel.next_button, panel.table)]
    assert places == sorted(places)
    assert way[-1] is tab.snapshot_row.slider
    assert steps_back(way) == []


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_the_focus_of_a_table_can_be_seen(qapp: QApplication, tab: InsideTab, theme: ThemeChoice) -> None:
    apply_theme(qapp, theme)
    tab.choose(11, (7,))
    panel = panel_of(tab)
    deliver_events()
    assert unseen_focus(tab, [panel.table, panel.softmax.table, panel.previous_button]) == []
    apply_theme(qapp, ThemeChoice.LIGHT)


def test_the_window_adds_the_panel_to_the_tab(qtbot: QtBot) -> None:
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    panels = window.tab(InsideTab).panels
    assert any(isinstance(panel, CalculationPanel) for panel in panels)
    window.close()


def test_a_hidden_panel_that_shows_an_earlier_network_is_not_asked_to_mark_a_number(tab: InsideTab) -> None:
    class OtherPanel(NumberPanel):
        title = "Other"

        def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None: ...

    tab.choose(4, (20, 3, 3))
    tab.add_panel(OtherPanel())
    tab.details.setCurrentIndex(1)
    tab.set_network(Network(NetworkSpec.dense((784, 16, 16, 16, 10)), seed=1), "dense")
    tab.throttle.flush()
    hover(tab.view, centre_in_view(tab, 4, (7,)))  # the other network has three axes in this layer
    assert tab.view.pointed == (4, (7,))
