"""Shapes, weights and multiplications of all layers are listed, and add up."""

import pytest
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.network_diagram import NO_NETWORK, DiagramRow, NetworkDiagram, lines_of, shape_text
from nncore.experiments.recipes import RECIPES
from nncore.model.network import NetworkSpec
from tests.nncore.runs import CONVOLUTIONAL


@pytest.fixture
def diagram(qtbot: QtBot) -> NetworkDiagram:
    diagram = NetworkDiagram()
    qtbot.addWidget(diagram)
    diagram.resize(380, 300)
    diagram.show()
    return diagram


def test_each_layer_has_its_shape_its_weights_and_its_multiplications() -> None:
    assert lines_of(NetworkSpec.dense((784, 128, 10))) == [
        DiagramRow("input", (784,)),
        DiagramRow("dense", (128,), 784 * 128 + 128, 784 * 128, ("ReLU",)),
        DiagramRow("dense", (10,), 1290, 1280),
    ]


@pytest.mark.parametrize("spec", [CONVOLUTIONAL, *(recipe.spec for recipe in RECIPES.values())])
def test_the_counts_of_all_layers_add_up_to_those_of_the_network(spec: NetworkSpec) -> None:
    lines = lines_of(spec)
    assert sum(line.weights for line in lines) == spec.parameter_count
    assert sum(line.multiplications for line in lines) == spec.multiplications


@pytest.mark.parametrize(
    ("shape", "text"), [((128,), "128"), ((28, 28), "28×28"), ((1, 28, 28), "28×28"), ((24, 14, 14), "24 of 14×14")]
)
def test_shapes_have_a_short_text(shape: tuple[int, ...], text: str) -> None:
    assert shape_text(shape) == text


def test_the_drawing_follows_the_network_and_shows_a_hint_without_one(diagram: NetworkDiagram) -> None:
    empty = diagram.grab().toImage()
    diagram.show_spec(NetworkSpec.dense((784, 128, 10)))
    shown, height = diagram.grab().toImage(), diagram.sizeHint().height()
    assert shown != empty
    assert diagram.total == "101,770 weights, 101,632 multiplications per example"
    assert "dense, ReLU, output 128" in diagram.accessibleDescription()
    diagram.show_spec(NetworkSpec.dense((784, 128, 64, 10)))
    assert diagram.sizeHint().height() > height
    diagram.show_spec(None)
    assert diagram.accessibleDescription() == NO_NETWORK
    assert diagram.grab().toImage() == empty
