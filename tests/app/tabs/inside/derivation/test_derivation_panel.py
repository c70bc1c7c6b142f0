"""The panel Derivation shows each derivation with the shapes and numbers of the network, by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.inside.derivation.derivation_panel import DerivationPanel, numbers_of
from app.tabs.inside.derivation.derivation_step_view import symbol_text
from nncore.evaluation.inspection import Inspection
from nncore.model.derivations import DERIVATIONS
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import NO_BREAK_SPACE
from tests.app.tab_order import visited
from tests.app.waiting import deliver_events
from tests.nncore.model.derivations.layer_numbers import layer_numbers


@pytest.fixture
def panel(qtbot: QtBot) -> DerivationPanel:
    panel = DerivationPanel()
    qtbot.addWidget(panel)
    panel.resize(430, 600)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def test_every_derivation_can_be_selected_and_all_its_steps_unfold(panel: DerivationPanel) -> None:
    for name, derivation in DERIVATIONS.items():
        panel.choice.choose(name)
        assert len(panel.steps) == len(derivation.steps)
        for view, step in zip(panel.steps, derivation.steps, strict=True):
            view.button.click()
            assert step.reason.split("$")[0] in view.explanation.toPlainText()
        assert "def " in panel.source.text.toPlainText()


def test_tab_goes_through_the_steps_before_the_lines_of_python(panel: DerivationPanel) -> None:
    panel.choice.choose(next(reversed(DERIVATIONS)))
    deliver_events()
    panel.activateWindow()
    way = visited(panel, panel.choice)
    places = [way.index(each) for each in (*(step.button for step in panel.steps), panel.source.button)]
    assert places == sorted(places)


def test_a_step_unfolds_by_key_and_shows_shapes_and_numbers(panel: DerivationPanel, qtbot: QtBot) -> None:
    numbers = layer_numbers(Dense(4), (6,))
    panel.choice.choose("dense-input")
    panel.show_numbers(numbers)
    view = panel.steps[1]
    qtbot.keyClick(view.button, Qt.Key.Key_Space)
    assert "the weights of the layer, 6 × 4, from" in view.explanation.toPlainText().replace(NO_BREAK_SPACE, " ")
    qtbot.keyClick(view.button, Qt.Key.Key_Space)
    assert view.explanation.isHidden()


def test_the_text_of_a_symbol_has_its_shape_and_its_range() -> None:
    text = symbol_text("W", np.array([[0.5, -2.0], [1.0, 0.25]])).replace(NO_BREAK_SPACE, " ")
    assert text == "the weights of the layer, 2 × 2, from −2 to 1"
    assert symbol_text("epsilon", np.array(0.001)).endswith(", 0.001")


def test_the_layer_of_the_chosen_number_selects_its_derivation(panel: DerivationPanel) -> None:
    layers = Conv2D(2), BatchNorm(), Activation("relu"), Flatten(), Dense(10)
    network = Network(NetworkSpec((1, 28, 28), layers))
    inspection = Inspection.of_image(network, np.zeros((28, 28), np.uint8))
    shown = []
    for layer in (1, 2, 3, 5):
        panel.show_number(inspection, layer, tuple(0 for _ in inspection.values_of(layer).shape))
        shown.append(panel.derivation.name)
    assert shown == ["convolution", "batch-norm", "elementwise", "dense-input"]
    panel.choice.choose("chain-rule")
    panel.show_number(inspection, 5, (3,))
    assert panel.derivation.name == "chain-rule"  # the user's choice stays for a layer of the same kind


def test_the_numbers_are_those_of_the_chosen_layer_for_the_input(panel: DerivationPanel) -> None:
    layers = Conv2D(2), BatchNorm(), Activation("relu"), Flatten(), Dense(10)
    network = Network(NetworkSpec((1, 28, 28), layers), seed=3)
    inspection = Inspection.of_image(network, np.full((28, 28), 200, np.uint8))
    panel.choice.choose("dense-weights")
    panel.show_number(inspection, 5, (2,))
    numbers = numbers_of(inspection, 5)
    np.testing.assert_allclose(numbers["X"] @ numbers["W"] + numbers["b"], numbers["Y"], rtol=1e-5)
    np.testing.assert_array_equal(numbers["P"][0], inspection.answers)
    panel.steps[0].button.click()
    assert "the weights of the layer, 392 × 10, from" in panel.steps[0].explanation.toPlainText().replace(
        NO_BREAK_SPACE, " "
    )
    assert numbers_of(inspection, 1)["stride"].tolist() == [2, 2]
    assert float(numbers_of(inspection, 2)["epsilon"]) == BatchNorm().epsilon
    assert "X" not in numbers_of(inspection, 0)
