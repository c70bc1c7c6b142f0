"""The Inside tab shows the numbers of the network in use, and hands the chosen one to its panels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.tabs.inside.inside_tab import NOT_FINITE_FROM, POINT_AT_A_NUMBER, InsideTab
from app.tabs.inside.number_panel import NumberPanel
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.number_uses import strongest_uses
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import number_in_words
from tests.app.places import moved_controls, places_of_controls
from tests.app.waiting import deliver_events
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
    assert first.marked == second.marked == []  # the one has told it, and the other is hidden
    first.pointed_at.emit(0, None)
    assert tab.view.marks == {}
    tab.view.pointed_at.emit(3, (1, 2, 3))
    assert first.marked[-1] == (3, (1, 2, 3))
    assert not second.isVisible()
    assert all(position is None for _, position in second.marked)


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


def test_the_number_under_the_mouse_is_written_below_the_network_and_follows_the_input(
    tab: InsideTab, bundled: Network
) -> None:
    assert tab.caption.full_text == POINT_AT_A_NUMBER
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    tab.choose(8, (5,))
    assert tab.inspection is not None
    assert tab.caption.full_text == f"Chosen: {tab.inspection.in_words(8, (5,))}"
    cell = tab.view.place_of(10).cell_of((9,))
    assert cell is not None
    QTest.mouseMove(tab.view, cell.center().toPoint())
    tab.view.pointed_at.emit(10, (9,))
    weights = bundled.parameters.value("11.W")[9]
    strongest = np.argsort(-np.abs(weights))
    largest = f"class {strongest[0]} ({number_in_words(float(weights[strongest[0]]), 2)})"
    said = f"{tab.inspection.in_words(10, (9,))}; its largest weights in layer 11: {largest}"
    assert tab.caption.full_text.casefold().startswith(said.casefold())
    assert tab.view.marks == {11: tuple((int(unit),) for unit in strongest)}
    tab.view.pointed_at.emit(0, None)
    assert tab.view.marks == {}
    tab.view.pointed_at.emit(10, (9,))


def test_a_picture_that_cannot_be_read_moves_nothing(tab: InsideTab, bundled: Network) -> None:
    tab.set_network(bundled)
    before = places_of_controls(tab)
    assert tab.canvas in before
    tab.source.show_problem("no such picture.png: there is no such file. Choose another one. " * 2)
    assert tab.source.message.isVisible()
    assert moved_controls(before, places_of_controls(tab)) == []
    assert tab.source.message_notice.geometry().top() >= tab.canvas_area.geometry().bottom()
    tab.set_drawing(image())
    assert not tab.source.message.isVisible()


def test_the_layer_of_a_nan_in_the_weights_is_reported(tab: InsideTab) -> None:
    broken = Network(NetworkSpec.dense((784, 16, 10)), seed=1)
    broken.parameters.value("3.W")[0, 0] = np.nan
    tab.set_network(broken, "broken")
    tab.set_drawing(image())
    places = {each: area.topLeft() for each, area in places_of_controls(tab).items()}
    tab.throttle.flush()
    assert tab.problem.text() == NOT_FINITE_FROM.format(3)
    assert tab.problem.isVisible()
    assert {each: area.topLeft() for each, area in places_of_controls(tab).items()} == places
    tab.set_network(Network(NetworkSpec.dense((784, 16, 10)), seed=1), "sound")
    tab.throttle.flush()
    assert not tab.problem.isVisible()


def test_a_network_of_numbers_gets_numbers_and_one_for_larger_images_says_why_not(tab: InsideTab) -> None:
    tab.set_drawing(image())
    sine = Network(NetworkSpec.dense((1, 10, 10, 1)), seed=1)
    tab.set_network(sine, "sine")
    tab.source.slider.setValue(75)
    tab.throttle.flush()
    assert tab.inspection is not None
    np.testing.assert_allclose(tab.inspection.input, [0.75])
    np.testing.assert_allclose(tab.inspection.layers[-1].values, sine.logits(np.array([[0.75]], np.float32))[0])
    assert not tab.canvas.isVisible()
    tab.set_network(Network(NetworkSpec.dense((1024, 10), input_shape=(32, 32)), seed=1), "larger")
    tab.throttle.flush()
    assert tab.inspection is None
    assert tab.view.accessibleDescription() == "The input has 784 numbers; the network takes 1,024."
    assert tab.canvas.isVisible()


@pytest.mark.parametrize("where", [(99, (0,)), (-1, (0,)), (8, (500,)), (8, (0, 0)), (8, ())])
def test_a_number_that_the_network_does_not_have_is_not_chosen(
    tab: InsideTab, bundled: Network, where: tuple[int, Position]
) -> None:
    tab.choose(*where)  # without a network
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    assert tab.inspection is not None
    strongest = (11, (int(tab.inspection.answers.argmax()),))
    assert tab.choice == strongest
    tab.choose(*where)
    assert tab.choice == strongest == tab.view.choice


def test_the_canvas_is_smaller_in_a_low_window_and_overlaps_nothing(tab: InsideTab, bundled: Network) -> None:
    tab.set_network(bundled)
    height = tab.canvas.height()
    tab.resize(900, 330)
    deliver_events()
    assert tab.canvas.width() == tab.canvas.height() < height
    bottom = tab.canvas.mapTo(tab, tab.canvas.rect().bottomLeft()).y()
    buttons = [each for each in tab.canvas_area.findChildren(QToolButton) if each.isVisible()]
    assert buttons
    assert all(each.mapTo(tab, QPoint(0, 0)).y() > bottom for each in buttons)
    tab.resize(900, 700)
    deliver_events()
    assert tab.canvas.height() == height


def test_the_pixel_under_the_mouse_is_named_by_line_and_column(tab: InsideTab, bundled: Network) -> None:
    tab.set_network(bundled)
    tab.set_drawing(image())
    tab.throttle.flush()
    assert tab.inspection is not None
    tab.view._point_at((0, (0, 7, 10)))
    assert tab.caption.full_text.startswith("Input line 8, column 11, ")
    uses = strongest_uses(bundled, 0, (0, 7, 10))
    assert uses is not None
    assert tab.view.marks == {1: uses.positions}
    assert f"map {uses.positions[0][0] + 1} (" in tab.caption.full_text
