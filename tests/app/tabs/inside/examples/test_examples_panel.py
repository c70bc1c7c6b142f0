"""The panel shows the images that excite the chosen unit, of the present network only, and its weights."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.inside.examples.examples_panel import (
    CHANGES_TOO_FAST,
    INPUT_CHOSEN,
    NO_IMAGES_TO_SHOW,
    NOTHING_CHOSEN,
    ExamplesPanel,
)
from app.tabs.inside.input_source import FROM_TEST, FROM_TRAINING
from app.tabs.inside.inside_tab import InsideTab
from nncore.data.dataset import Splits
from nncore.evaluation.exciting_examples import exciting_examples
from nncore.evaluation.first_layer import first_layer_picture
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.unit_weights import weights_into, weights_out_of
from nncore.model.layers import Activation, Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec
from tests.app.theme_choice import apply_theme
from tests.nncore.example_data import small_mnist

SPEC = NetworkSpec.dense((784, 16, 10))
MAPS = NetworkSpec((28, 28), (Conv2D(4), Activation("relu"), Flatten(), Dense(10)))


def few() -> Splits:
    data = small_mnist()
    assert data.test is not None
    return Splits(data.training.take(slice(0, 300)), None, data.test.take(slice(0, 200)))


def inspection(spec: NetworkSpec = SPEC, seed: int = 1) -> Inspection:
    return Inspection.of_image(Network(spec, seed=seed), small_mnist().training.images[0])


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot) -> ExamplesPanel:
    apply_theme(qapp, ThemeChoice.LIGHT)
    panel = ExamplesPanel()
    qtbot.addWidget(panel)
    panel.resize(420, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_data(few())
    return panel


def wait_for_examples(qtbot: QtBot, panel: ExamplesPanel) -> None:
    qtbot.waitUntil(lambda: bool(panel.most_exciting.examples))


@pytest.mark.parametrize(("spec", "layer", "position"), [(SPEC, 2, (5,)), (MAPS, 1, (3, 2, 2))])
def test_it_shows_the_examples_that_nncore_finds(
    panel: ExamplesPanel, qtbot: QtBot, spec: NetworkSpec, layer: int, position: tuple[int, ...]
) -> None:
    shown, test = inspection(spec), few().test
    assert test is not None
    panel.show_number(shown, layer, position)
    assert not panel.most_exciting.examples
    assert panel.state_label.text().startswith("Looking through 200 test images")
    wait_for_examples(qtbot, panel)
    found = exciting_examples(shown.network, test, layer)
    assert found is not None
    for grid, ranked in (
        (panel.most_exciting, found.of_unit(position[0]).most),
        (panel.least_exciting, found.of_unit(position[0]).least),
    ):
        assert [each.row for each in grid.examples] == ranked.rows.tolist()
        for each in grid.examples:
            np.testing.assert_array_equal(each.image, test.images[each.row])
            assert (each.frame is not None) == (len(position) == 3)
    assert panel.state_label.text().startswith("Computed on 200 test images; above 0 for ")
    label = test.labels[panel.most_exciting.examples[0].row]
    words = panel.most_exciting.accessibleDescription()
    assert words.startswith(f"1 of 12: test image {panel.most_exciting.examples[0].row + 1}, labelled {label}: ")


def test_another_unit_of_the_layer_is_shown_at_once_and_the_training_images_can_be_chosen(
    panel: ExamplesPanel, qtbot: QtBot
) -> None:
    shown = inspection()
    panel.show_number(shown, 2, (5,))
    wait_for_examples(qtbot, panel)
    first = [each.row for each in panel.most_exciting.examples]
    panel.show_number(shown, 2, (6,))
    assert panel.heading.full_text == "Layer 2, ReLU: unit 7 of 16"
    assert [each.row for each in panel.most_exciting.examples] != first
    panel.part.choose(FROM_TRAINING)
    assert not panel.most_exciting.examples
    wait_for_examples(qtbot, panel)
    assert panel.state_label.text().startswith("Computed on 300 training images")
    panel.part.choose(FROM_TEST)
    assert panel.state_label.text().startswith("Computed on 200 test images")


def test_examples_of_an_earlier_network_are_never_shown_for_the_present_one(panel: ExamplesPanel, qtbot: QtBot) -> None:
    first, second = inspection(seed=1), inspection(seed=2)
    panel.show_number(first, 1, (5,))
    wait_for_examples(qtbot, panel)
    panel.show_number(second, 1, (5,))
    assert not panel.most_exciting.examples
    assert not panel.most_exciting.isVisible()
    third = inspection(seed=3)
    panel.show_number(third, 1, (5,))  # the work on the second one is given up
    wait_for_examples(qtbot, panel)
    test = few().test
    assert test is not None
    found = exciting_examples(third.network, test, 1)
    assert found is not None
    assert [each.row for each in panel.most_exciting.examples] == found.of_unit(5).most.rows.tolist()


def test_the_same_network_with_another_input_keeps_its_examples(panel: ExamplesPanel, qtbot: QtBot) -> None:
    shown = inspection()
    panel.show_number(shown, 1, (5,))
    wait_for_examples(qtbot, panel)
    kept = panel.most_exciting.examples[0].row
    again = Inspection.of_image(shown.network, small_mnist().training.images[3])
    panel.show_number(again, 1, (5,))
    assert panel.most_exciting.examples[0].row == kept


def test_nothing_is_computed_while_it_is_hidden(panel: ExamplesPanel, qtbot: QtBot) -> None:
    panel.hide()
    panel.show_number(inspection(), 1, (5,))
    assert not panel.finder.is_working
    panel.show()
    wait_for_examples(qtbot, panel)


def test_an_image_is_chosen_with_the_mouse_and_with_the_keys(panel: ExamplesPanel, qtbot: QtBot) -> None:
    panel.show_number(inspection(), 1, (5,))
    wait_for_examples(qtbot, panel)
    grid = panel.most_exciting
    with qtbot.waitSignal(panel.image_chosen) as emitted:
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.place(3).center())
    assert emitted.args == [FROM_TEST, grid.examples[3].row]
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.accessibleDescription().startswith("5 of 12: ")
    QTest.keyClick(grid, Qt.Key.Key_Left)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    line = sum(grid.place(index).y() == grid.place(0).y() for index in range(12))
    with qtbot.waitSignal(panel.image_chosen) as emitted:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert emitted.args == [FROM_TEST, grid.examples[3 + line].row]
    panel.show_number(panel._inspection, 1, (5,))  # as for the chosen image
    assert grid.current == 3 + line
    panel.show_number(panel._inspection, 1, (6,))
    assert grid.current == 0


def test_its_weights_are_those_of_the_network(panel: ExamplesPanel) -> None:
    shown = inspection()
    panel.show_number(shown, 2, (5,))
    into, out = weights_into(shown.network, 2, 5), weights_out_of(shown.network, 2, 5)
    assert into is not None
    assert out is not None
    assert out.single is not None
    assert panel.incoming_weights.picture.isVisible()
    picture = panel.incoming_weights.picture.shown
    assert picture is not None
    assert picture.shape == (28, 28)
    np.testing.assert_array_equal(np.sign(picture), np.sign(into.pictures[0]))
    largest = int(np.argmax(out.single))
    assert f"Largest and smallest: class {largest} " in panel.outgoing_weights.sentence.text()
    first = panel.first_layer.picture.shown
    assert first is not None
    np.testing.assert_array_equal(first, first_layer_picture(shown.network.spec, shown.network.parameters.values, 64))
    panel.show_number(shown, 3, (5,))
    assert not panel.outgoing_weights.picture.isVisible()


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        (NetworkSpec.dense((1, 4, 1), input_shape=(1,)), 0.5, NO_IMAGES_TO_SHOW),
        (NetworkSpec.dense((4, 3), input_shape=(2, 2)), 0.5, "an example has 784 numbers; this model takes 4"),
        (SPEC, np.nan, "Layer 1 gives numbers that are not finite"),
    ],
)
def test_the_panel_explains_why_no_images_are_shown(
    panel: ExamplesPanel, qtbot: QtBot, spec: NetworkSpec, value: float, words: str
) -> None:
    network = Network(spec)
    network.parameters.values[:] = value
    panel.show_number(Inspection(network, np.zeros(spec.input_shape)), 1, (0,))
    panel.grab()  # weights that are NaN are painted
    qtbot.waitUntil(lambda: words in panel.state_label.text())
    assert not panel.most_exciting.isVisible()


def test_the_panel_explains_itself_without_a_number_and_for_the_input(panel: ExamplesPanel) -> None:
    panel.show_number(None, 0, (0,))
    assert panel.state_label.text() == NOTHING_CHOSEN
    panel.show_number(inspection(), 0, (5,))
    assert panel.state_label.text() == INPUT_CHOSEN
    panel.set_data(Splits(few().training, None, None))
    panel.show_number(inspection(), 1, (5,))
    assert panel.state_label.text() == "The open data set has no test images."


def test_a_clicked_image_becomes_the_input_of_the_tab(qtbot: QtBot) -> None:
    tab, panel, data = InsideTab(), ExamplesPanel(), few()
    qtbot.addWidget(tab)
    tab.resize(1200, 640)
    tab.add_panel(panel)
    panel.image_chosen.connect(tab.source.go_to)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.source.set_data(data)
    panel.set_data(data)
    tab.set_network(Network(SPEC, seed=1), "handwriting")
    tab.set_drawing(data.training.images[0])
    tab.throttle.flush()
    tab.choose(1, (5,))
    wait_for_examples(qtbot, panel)
    row = panel.most_exciting.examples[2].row
    panel.most_exciting.chosen.emit(row)
    tab.throttle.flush()
    assert tab.inspection is not None
    assert data.test is not None
    np.testing.assert_allclose(tab.inspection.input.ravel() * 255, data.test.images[row].ravel(), atol=1e-3)
    assert tab.choice == (1, (5,))
    assert panel.most_exciting.examples[2].row == row
    assert tab.finish()


def test_while_a_training_changes_the_network_the_weights_are_shown_and_the_search_waits(
    panel: ExamplesPanel, qtbot: QtBot
) -> None:
    panel.show_number(inspection(seed=1), 1, (2,))
    assert panel.state_label.text() != CHANGES_TOO_FAST
    later = inspection(seed=2)  # the same layers, trained further, before the search began
    panel.show_number(later, 1, (2,))
    assert panel.state_label.text() == CHANGES_TOO_FAST
    shown = panel.incoming_weights.picture.shown
    assert shown is not None
    np.testing.assert_array_equal(np.sign(shown), np.sign(later.network.parameters.value("1.W")[:, 2].reshape(28, 28)))
    wait_for_examples(qtbot, panel)  # the network stays the same now
    assert panel.most_exciting.isVisible()
