"""The pinned drawing shows what the network in training reads in it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.run_events import PinnedReading
from app.style.theme import ThemeChoice
from app.tabs.train.pinned_drawing import PinnedDrawing
from nncore.model.network import Network, NetworkSpec
from tests.app.theme_choice import apply_theme
from tests.nncore.example_data import small_mnist

SPEC = NetworkSpec.dense((784, 16, 10))


@pytest.fixture
def pinned(qapp: QApplication, qtbot: QtBot) -> PinnedDrawing:
    apply_theme(qapp, ThemeChoice.LIGHT)
    pinned = PinnedDrawing()
    qtbot.addWidget(pinned)
    pinned.show()
    return pinned


def test_the_bars_are_the_answer_of_the_network_after_a_step(pinned: PinnedDrawing) -> None:
    drawing, network = small_mnist().training.images[0], Network(SPEC, seed=1)
    pinned.set_drawing(drawing)
    assert pinned.bars.probabilities is None
    pinned.show_reading(PinnedReading.from_network(network, drawing, 1234))
    expected = network.predict((drawing.reshape(1, -1) / 255).astype(np.float32))[0]
    assert pinned.bars.probabilities == pytest.approx(expected, abs=1e-6)
    assert pinned.model_label.full_text == "after step 1,234"
    pinned.show_reading(PinnedReading.from_network(network, drawing, 0))
    assert pinned.model_label.full_text == "before step 1, untrained"
    pinned.show_model(PinnedReading.from_network(network, drawing), "handwriting")
    assert pinned.model_label.full_text == "read by handwriting"
    pinned.set_drawing(small_mnist().training.images[1])
    assert (pinned.bars.probabilities, pinned.model_label.full_text) == (None, "not read yet")


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        (NetworkSpec.dense((1, 4, 1), input_shape=(1,)), 0.0, "takes inputs of 1"),
        (SPEC, np.nan, "weights have diverged"),
    ],
)
def test_a_network_that_cannot_read_drawings_has_no_bars_but_a_sentence(
    pinned: PinnedDrawing, spec: NetworkSpec, value: float, words: str
) -> None:
    network = Network(spec)
    network.parameters.values[:] = value
    pinned.set_drawing(small_mnist().training.images[0])
    pinned.show_reading(PinnedReading.from_network(network, small_mnist().training.images[0], 5))
    assert pinned.bars.probabilities is None
    assert pinned.problem.isVisible()
    assert words in pinned.problem.text()
    pinned.show_reading(PinnedReading.from_network(Network(SPEC, seed=1), small_mnist().training.images[0], 6))
    assert not pinned.problem.isVisible()


def test_a_larger_text_makes_it_wider(pinned: PinnedDrawing) -> None:
    narrow, font = pinned.width(), pinned.font()
    font.setPointSizeF(font.pointSizeF() * 3)
    pinned.setFont(font)
    assert pinned.width() > narrow


def test_its_button_removes_it(pinned: PinnedDrawing, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pinned.removed):
        pinned.close_button.click()
