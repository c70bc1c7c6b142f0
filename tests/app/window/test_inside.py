"""The Inside tab follows the drawing, the model in use and the training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState
from app.tabs.inside.input_source import FROM_DRAWING, FROM_TEST
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.app.canvas.gestures import SEVEN, drag
from tests.app.window.opened_window import opened_window


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, 1366, 700) as window:
        yield window


def numbers_are_those_of_the_model(window: MainWindow) -> bool:
    inspection, network = window.inside_tab.view.inspection, window.session.network
    if inspection is None or network is None or inspection.network.spec != network.spec:
        return False
    outputs = network.activations(inspection.input[None])
    return all(
        np.allclose(layer.values, output[0], rtol=1e-4, atol=1e-5)
        for layer, output in zip(inspection.layers, outputs, strict=True)
    )


def test_what_is_drawn_in_the_tab_is_read_in_draw_and_shown_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.tabs.setCurrentWidget(window.inside_tab)
    drag(window.inside_tab.canvas, SEVEN, release=False)
    qtbot.waitUntil(lambda: window.draw_tab.prediction is not None and window.inside_tab.inspection is not None)
    assert window.inside_tab.inspection is not None
    assert window.draw_tab.image is not None
    np.testing.assert_array_equal(
        window.inside_tab.inspection.input.ravel(), window.draw_tab.image.ravel() * np.float32(1 / 255)
    )
    assert window.inside_tab.model_label.full_text == "Inside handwriting: your drawing"
    assert numbers_are_those_of_the_model(window)


def test_it_follows_the_training_and_then_another_model(window: MainWindow, qtbot: QtBot) -> None:
    window.tabs.setCurrentWidget(window.inside_tab)
    window.inside_tab.source.go_to(FROM_TEST, 3)
    qtbot.waitUntil(lambda: numbers_are_those_of_the_model(window))
    window.inside_tab.choose(4, (1, 2, 3))
    networks = set()
    window.session.model_changed.connect(lambda: networks.add(id(window.session.network)))
    window.session.start_training(NetworkSpec.dense((784, 16, 10)), TrainingConfig(epochs=3))
    qtbot.waitUntil(lambda: window.session.run_state is not RunState.IDLE)
    qtbot.waitUntil(lambda: window.session.run_state is RunState.IDLE)
    window.session.use_trained_model()
    qtbot.waitUntil(lambda: numbers_are_those_of_the_model(window))
    assert window.inside_tab.model_label.full_text.startswith("Inside 784-16-10: image 4 of the test set")
    assert window.inside_tab.choice is not None
    assert window.inside_tab.choice[0] == 3  # the number that was chosen does not exist in this network
    assert networks
    window.session.use_model_before()
    qtbot.waitUntil(lambda: numbers_are_those_of_the_model(window))
    assert window.inside_tab.model_label.full_text.startswith("Inside handwriting:")


def test_a_click_beside_the_bars_opens_that_number(window: MainWindow, qtbot: QtBot) -> None:
    window.inside_tab.source.go_to(FROM_TEST, 3)
    window.tabs.setCurrentWidget(window.draw_tab)
    drag(window.draw_tab.canvas, SEVEN)
    qtbot.waitUntil(lambda: window.draw_tab.network_pane.view.inspection is not None)
    view = window.draw_tab.network_pane.view
    cell = view.place_of(10).cell_of((40,))
    assert cell is not None
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    assert window.tabs.currentWidget() is window.inside_tab
    assert window.inside_tab.choice == (10, (40,))
    assert window.inside_tab.source.source.value == FROM_DRAWING
    qtbot.waitUntil(lambda: numbers_are_those_of_the_model(window))
    window.tabs.setCurrentWidget(window.draw_tab)
    window.draw_tab.network_pane.open_button.click()
    assert window.tabs.currentWidget() is window.inside_tab


def test_the_window_remembers_that_the_network_beside_the_bars_is_folded_away(window: MainWindow) -> None:
    assert WindowPreferences().shows_network
    window.draw_tab.network_pane.toggle.click()
    assert not WindowPreferences().shows_network
    again = MainWindow(type(window.session)(), WindowPreferences())
    assert again.draw_tab.network_pane.isHidden()
    assert again.close()
    window.draw_tab.network_pane.toggle.click()
    assert WindowPreferences().shows_network
