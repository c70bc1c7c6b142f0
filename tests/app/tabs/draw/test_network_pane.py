"""The network beside the bars shows what the Draw tab has read, and can be folded away."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.draw.draw_tab import DrawTab
from app.tabs.draw.network_pane import DRAW_TO_SEE
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network, NetworkSpec
from tests.app.canvas.gestures import ONE, SEVEN, drag


@pytest.fixture(scope="module")
def bundled() -> Network:
    return load_model(bundled_model_path()).network()


@pytest.fixture
def tab(qtbot: QtBot) -> DrawTab:
    tab = DrawTab()
    qtbot.addWidget(tab)
    tab.resize(1366, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


def follow(tab: DrawTab) -> None:
    """Read what is drawn now, and show it in the network."""
    tab.throttle.flush()
    tab.network_pane.throttle.flush()


def test_it_shows_the_numbers_of_the_reading_while_the_pen_is_down(tab: DrawTab, bundled: Network) -> None:
    assert tab.network_pane.view.inspection is None
    assert tab.network_pane.view.accessibleDescription() == DRAW_TO_SEE
    tab.set_network(bundled)
    drag(tab.canvas, SEVEN, release=False)
    follow(tab)
    inspection, prediction = tab.network_pane.view.inspection, tab.prediction
    assert inspection is not None
    assert prediction is not None
    np.testing.assert_array_equal(inspection.input.ravel(), prediction.image.ravel() * np.float32(1 / 255))
    for layer, values in zip(inspection.layers, prediction.activations, strict=True):
        np.testing.assert_array_equal(layer.values, values)
    np.testing.assert_allclose(inspection.answers, prediction.probabilities, rtol=1e-6)


def test_with_several_digits_it_shows_the_chosen_one(tab: DrawTab, bundled: Network) -> None:
    tab.set_network(bundled)
    for left, gesture in ((0.0, ONE), (0.33, SEVEN), (0.66, ONE)):
        drag(tab.canvas, [(left + 0.3 * x, 0.3 + 0.4 * y) for x, y in gesture])
    follow(tab)
    assert len(tab.number_row.chips) == 3
    tab.number_row.chips[1].click()
    follow(tab)
    inspection = tab.network_pane.view.inspection
    assert inspection is not None
    assert tab.image is not None
    np.testing.assert_array_equal(inspection.input.ravel(), tab.image.ravel() * np.float32(1 / 255))
    assert int(inspection.answers.argmax()) == 7


def test_folded_away_it_computes_nothing_and_the_bars_get_its_place(
    tab: DrawTab, bundled: Network, qtbot: QtBot
) -> None:
    tab.set_network(bundled)
    width = tab.bars.width()
    tab.network_pane.toggle.click()
    qtbot.waitUntil(lambda: tab.bars.width() > width)
    drag(tab.canvas, SEVEN)
    follow(tab)
    assert tab.prediction is not None
    assert tab.network_pane.view.inspection is None
    tab.network_pane.toggle.click()
    assert tab.network_pane.view.inspection is not None
    np.testing.assert_array_equal(tab.network_pane.view.inspection.layers[-1].values, tab.prediction.activations[-1])


def test_a_number_is_opened_in_the_inside_tab_by_a_click(tab: DrawTab, bundled: Network, qtbot: QtBot) -> None:
    tab.set_network(bundled)
    drag(tab.canvas, SEVEN)
    follow(tab)
    view = tab.network_pane.view
    cell = view.place_of(8).cell_of((5,))
    assert cell is not None
    with qtbot.waitSignal(tab.network_pane.number_requested) as requested:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    assert requested.args == [8, (5,)]


def test_a_network_with_nan_shows_where_and_one_of_another_size_says_why(tab: DrawTab) -> None:
    drag(tab.canvas, SEVEN)
    broken = Network(NetworkSpec.dense((784, 8, 10)), seed=1)
    broken.parameters.value("1.W")[:, 3] = np.nan
    tab.set_network(broken)
    follow(tab)
    inspection = tab.network_pane.view.inspection
    assert inspection is not None
    assert np.isnan(inspection.layers[0].values[3])
    tab.set_network(Network(NetworkSpec.dense((1, 10, 10, 1)), seed=1))
    follow(tab)
    assert tab.network_pane.view.inspection is None
    assert tab.network_pane.view.accessibleDescription() == "The input has 784 numbers; the network takes 1."


def test_a_slow_picture_follows_less_often_and_then_shows_the_newest_reading(tab: DrawTab, bundled: Network) -> None:
    tab.set_network(bundled)
    drag(tab.canvas, ONE)
    follow(tab)
    pane = tab.network_pane
    pane.view.paint_seconds = 0.08
    drag(tab.canvas, SEVEN, release=False)
    follow(tab)
    assert pane.throttle.interval >= 240
    pane.throttle.interval = 600_000  # longer than this test
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert pane.throttle.has_pending_request
    pane.throttle.flush()
    assert pane.view.inspection is not None
    assert tab.prediction is not None
    np.testing.assert_array_equal(pane.view.inspection.layers[-1].values, tab.prediction.activations[-1])
