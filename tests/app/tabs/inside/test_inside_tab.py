"""The Inside tab shows the numbers of the network in use, and hands the chosen one to its panels."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.tabs.inside.inside_tab import InsideTab
from app.tabs.inside.number_panel import NumberPanel
from nncore.evaluation.inspection import Inspection
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist


class Recorder(NumberPanel):
    """A panel that keeps what it is asked to show."""

    title = "Recorder"

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[Inspection | None, int, Position]] = []
        self.marked: list[tuple[int, Position | None]] = []

    def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None:
        self.shown.append((inspection, layer, position))

    def mark(self, layer: int, position: Position | None) -> None:
        self.marked.append((layer, position))


def image(number: int = 0) -> np.ndarray:
    found: np.ndarray = small_mnist().training.images[number]
    return found


@pytest.fixture
def tab(qtbot: QtBot) -> InsideTab:
    tab = InsideTab()
    qtbot.addWidget(tab)
    tab.resize(1300, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


@pytest.fixture(scope="module")
def bundled() -> Network:
    return load_model(bundled_model_path()).network()


def test_a_panel_gets_the_chosen_number_and_each_new_inspection(tab: InsideTab, bundled: Network) -> None:
    panel = Recorder()
    tab.add_panel(panel)
    assert panel.shown[-1][0] is None
    tab.set_network(bundled, "handwriting")
    tab.set_drawing(image())
    tab.throttle.flush()
    tab.choose(4, (5, 3, 2))
    inspection, layer, position = panel.shown[-1]
    assert (layer, position) == (4, (5, 3, 2)) == tab.view.choice
    assert inspection is tab.inspection is tab.view.inspection is not None
    tab.set_drawing(image(1))
    tab.throttle.flush()
    newer = panel.shown[-1]
    assert newer[0] is not inspection
    assert newer[1:] == (4, (5, 3, 2))
    assert newer[0] is not None
    np.testing.assert_array_equal(newer[0].input.ravel(), image(1).ravel() * np.float32(1 / 255))


def test_a_panel_chooses_a_number_and_points_at_one(tab: InsideTab, bundled: Network) -> None:
    first, second = Recorder(), Recorder()
    tab.add_panel(first)
    tab.add_panel(second)
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    first.chosen.emit(8, (17,))
    assert tab.choice == (8, (17,)) == tab.view.choice == first.shown[-1][1:]
    first.pointed_at.emit(0, (0, 4, 5))
    assert tab.view.marks == {0: ((0, 4, 5),)}
    assert second.marked == [(0, (0, 4, 5))]
    assert first.marked == []
    first.pointed_at.emit(0, None)
    assert tab.view.marks == {}
    tab.view.pointed_at.emit(3, (1, 2, 3))
    assert first.marked[-1] == second.marked[-1] == (3, (1, 2, 3))


def test_a_hidden_page_gets_the_number_when_it_is_selected(tab: InsideTab, bundled: Network) -> None:
    first, second = Recorder(), Recorder()
    tab.add_panel(first)
    tab.add_panel(second)
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    tab.choose(8, (3,))
    assert not [shown for shown in second.shown if shown[1:] == (8, (3,))]
    tab.details.setCurrentWidget(second)
    assert second.shown[-1] == (tab.inspection, 8, (3,))


def test_another_model_keeps_the_choice_only_if_it_has_that_number(tab: InsideTab, bundled: Network) -> None:
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    tab.choose(8, (100,))
    tab.set_network(Network(NetworkSpec.dense((784, 16, 10)), seed=1), "small")
    tab.throttle.flush()
    assert tab.inspection is not None
    assert tab.choice == (3, (int(tab.inspection.answers.argmax()),))


def test_a_hidden_tab_computes_nothing_until_it_is_shown(tab: InsideTab, bundled: Network) -> None:
    tab.hide()
    tab.set_network(bundled)
    tab.set_drawing(image())
    assert not tab.throttle.has_pending_request
    assert tab.inspection is None
    tab.show()
    assert tab.inspection is not None
