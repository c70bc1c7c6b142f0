"""The Evaluate tab evaluates the model in use while it is shown, and passes mistakes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.tabs.evaluate.evaluate_tab import CANCELLED, EVALUATING, NO_DATA, NO_MODEL_TO_EVALUATE, EvaluateTab
from app.widgets.layouts.scroll_page import ScrollPage
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import percent_text
from tests.nncore.example_data import mnist, small_mnist
from tests.nncore.mean_network import nearest_mean_network


@pytest.fixture
def tab(qtbot: QtBot) -> Iterator[EvaluateTab]:
    tab = EvaluateTab(pause_milliseconds=0)
    qtbot.addWidget(tab)
    tab.resize(1350, 640)
    yield tab
    assert tab.finish()


def show(tab: EvaluateTab, qtbot: QtBot) -> None:
    with qtbot.waitExposed(tab):
        tab.show()


def wait_until_settled(tab: EvaluateTab, qtbot: QtBot) -> None:
    """Wait until the evaluation has ended and nothing is stale."""
    qtbot.waitUntil(lambda: tab.is_settled)


def evaluate(tab: EvaluateTab, qtbot: QtBot) -> None:
    """Show the tab with a model and data, and wait for the evaluation."""
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "nearest mean")
    show(tab, qtbot)
    wait_until_settled(tab, qtbot)
    assert tab.result is not None


def test_it_says_whether_model_or_data_is_missing(tab: EvaluateTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    assert tab.empty_label.isVisible()
    assert tab.empty_label.text() == NO_MODEL_TO_EVALUATE
    tab.set_model(Network(NetworkSpec.dense((784, 10))))
    assert tab.empty_label.text() == NO_DATA
    tab.set_data(mnist())
    assert tab.empty_label.text() == EVALUATING


def test_a_hidden_tab_does_not_evaluate(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training))
    assert not tab.runner.is_evaluating
    show(tab, qtbot)
    wait_until_settled(tab, qtbot)
    assert tab.pages.isVisible()
    assert tab.result is not None
    assert tab.header.accuracy.text() == percent_text(tab.result.predictions.accuracy)


def test_hiding_the_tab_stops_and_showing_it_restarts(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(Splits(mnist().training))
    tab.set_model(nearest_mean_network(small_mnist().training))
    show(tab, qtbot)
    tab.hide()
    qtbot.waitUntil(lambda: not tab.runner.is_evaluating)
    assert tab.result is None
    show(tab, qtbot)
    wait_until_settled(tab, qtbot)
    assert tab.result is not None


def test_a_new_model_is_evaluated_automatically(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    before = tab.result
    tab.set_model(Network(NetworkSpec.dense((784, 10))), "nothing learned")
    wait_until_settled(tab, qtbot)
    assert tab.result is not before
    assert tab.header.about.full_text.endswith("nothing learned")
    assert tab.map.layer_choice.count() == 2


def test_new_models_do_not_interrupt_a_running_evaluation(tab: EvaluateTab, qtbot: QtBot) -> None:
    shown: list[str] = []
    tab.runner.evaluated.connect(lambda result: shown.append(result.model if result else "none"))
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "first")
    show(tab, qtbot)
    for name in ("second", "third"):
        tab.set_model(nearest_mean_network(small_mnist().training), name)
    wait_until_settled(tab, qtbot)
    assert shown[0] == "first"
    assert shown[-1] == "third"


def test_there_is_a_pause_between_two_evaluations(qtbot: QtBot) -> None:
    tab = EvaluateTab(pause_milliseconds=1_000_000)
    qtbot.addWidget(tab)
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "first")
    show(tab, qtbot)
    qtbot.waitUntil(lambda: tab.result is not None and not tab.runner.is_evaluating)
    tab.set_model(nearest_mean_network(small_mnist().training), "second")
    assert not tab.runner.is_evaluating
    assert not tab.is_settled
    assert tab.finish()


def test_another_part_of_the_data_can_be_evaluated(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    tab.header.part.setFocus()
    for _ in range(2):
        QTest.keyClick(tab.header.part, Qt.Key.Key_Down)
    wait_until_settled(tab, qtbot)
    assert tab.result is not None
    assert tab.result.dataset is small_mnist().training
    assert tab.result.predictions.count == 2000


def test_a_cancelled_evaluation_restarts_only_on_request(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(Splits(mnist().training))
    tab.set_model(nearest_mean_network(small_mnist().training))
    show(tab, qtbot)
    QTest.mouseClick(tab.header.buttons.stop, Qt.MouseButton.LeftButton)
    wait_until_settled(tab, qtbot)
    assert tab.result is None
    assert tab.empty_label.text() == CANCELLED
    QTest.mouseClick(tab.header.buttons.start, Qt.MouseButton.LeftButton)
    assert tab.runner.is_evaluating


def test_a_model_that_does_not_fit_gives_a_message_and_the_last_result_stays(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    before = tab.result
    tab.set_model(Network(NetworkSpec.dense((5, 10))), "small")
    wait_until_settled(tab, qtbot)
    assert tab.result is before
    assert tab.header.about.isVisible()
    assert "784 pixels" in tab.header.about.full_text
    tab.set_model(nearest_mean_network(small_mnist().training), "nearest mean")
    wait_until_settled(tab, qtbot)
    assert tab.header.about.full_text.endswith("misread · MNIST, test part · nearest mean")


def test_regression_data_gives_an_error(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_model(Network(NetworkSpec.dense((1, 1), input_shape=(1,))))
    tab.set_data(Splits(Dataset.from_floats([1.0], [2.0], source="sine")))
    show(tab, qtbot)
    wait_until_settled(tab, qtbot)
    assert "without classes" in tab.header.about.full_text


def test_an_image_of_a_cell_is_sent_to_the_draw_tab(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    detail = tab.mistakes.detail
    tab.mistakes.matrix.setFocus()
    tab.mistakes.matrix.select_cell(4, 9)
    QTest.keyClick(tab.mistakes.matrix, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: detail.image_view.map is not None and detail.neighbours.neighbours is not None)
    with qtbot.waitSignal(tab.image_chosen) as emitted:
        QTest.mouseClick(detail.draw_button, Qt.MouseButton.LeftButton)
    assert emitted.args is not None
    assert tab.result is not None
    row = int(tab.result.predictions.rows_of(4, 9)[0])
    explanation = emitted.args[0]
    np.testing.assert_array_equal(explanation.image, tab.result.dataset.images[row])
    assert (explanation.caption, explanation.expected, explanation.occlusion_text) == (
        "4 read as 9",
        "4",
        detail.occlusion_text.text(),
    )
    assert explanation.occlusion is detail.image_view.map
    assert explanation.neighbours == detail.neighbours.neighbours
    with qtbot.waitSignal(tab.image_explained, check_params_cb=lambda more: more.neighbours is None) as emitted:
        detail.similarity.setCurrentIndex(1)  # compared in another way, they have to be searched again
    assert emitted.args is not None
    assert emitted.args[0].image is explanation.image


def test_the_map_is_computed_when_its_page_opens_and_a_click_opens_an_image(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    assert tab.map.map is None
    tab.pages.setCurrentWidget(tab.map)
    qtbot.waitUntil(lambda: tab.map.map is not None)
    assert tab.map.map is not None
    tab.map.plot.picked.emit(2)
    assert tab.pages.currentWidget() is tab.mistakes
    assert tab.mistakes.detail.row == tab.map.map.rows[2]
    tab.pages.setCurrentWidget(tab.map)
    first = tab.map.map
    tab.set_model(nearest_mean_network(small_mnist().training), "again")
    qtbot.waitUntil(lambda: tab.map.map is not first)


def test_robustness_is_measured_on_request(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    tab.pages.setCurrentWidget(tab.robustness)
    QTest.mouseClick(tab.robustness.buttons.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.robustness.is_measuring)
    for plot in tab.robustness.plots.values():
        assert [point.strength for point in plot.points] == list(plot.distortion.strengths)


def test_new_data_is_evaluated_from_scratch(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    whole = small_mnist()
    assert whole.test is not None
    tab.set_data(Splits(whole.training, None, whole.test.take(slice(0, 50))))
    wait_until_settled(tab, qtbot)
    assert tab.result is not None
    assert tab.result.predictions.count == 50
    assert [tab.header.part.itemText(number) for number in range(tab.header.part.count())] == [
        "test part",
        "training part",
    ]


def test_it_fits_a_small_screen(tab: EvaluateTab, qtbot: QtBot) -> None:
    evaluate(tab, qtbot)
    assert tab.minimumSizeHint().width() <= 1350
    assert tab.minimumSizeHint().height() <= 640


@pytest.mark.parametrize("appearance", [Appearance(ThemeChoice.LIGHT), Appearance(ThemeChoice.LIGHT, projector=True)])
def test_the_tab_does_not_scroll_on_a_small_screen(
    tab: EvaluateTab, qtbot: QtBot, qapp: QApplication, appearance: Appearance
) -> None:
    apply_appearance(qapp, appearance)
    tab.resize(1366, 700)
    evaluate(tab, qtbot)
    (page,) = [area for area in tab.findChildren(ScrollPage) if area.isVisible()]
    for shown in (tab.mistakes, tab.classes, tab.robustness, tab.map):
        tab.pages.setCurrentWidget(shown)
        qtbot.wait(1)  # the layout of the page
        assert page.verticalScrollBar().maximum() == 0
        assert shown.height() >= shown.minimumSizeHint().height()
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
