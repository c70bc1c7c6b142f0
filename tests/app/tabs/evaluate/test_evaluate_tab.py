from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.evaluate_tab import CANCELLED, JUDGING, NO_DATA, NO_MODEL, EvaluateTab
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist, small_mnist
from tests.nncore.mean_network import nearest_mean_network


@pytest.fixture
def tab(qtbot: QtBot) -> Iterator[EvaluateTab]:
    tab = EvaluateTab()
    qtbot.addWidget(tab)
    tab.resize(1350, 640)
    tab._rest.setInterval(0)
    yield tab
    assert tab.finish()


def show(tab: EvaluateTab, qtbot: QtBot) -> None:
    with qtbot.waitExposed(tab):
        tab.show()


def settled(tab: EvaluateTab, qtbot: QtBot) -> None:
    """Wait until what there is to judge has been judged."""
    qtbot.waitUntil(lambda: not tab.examiner.is_judging and not tab._is_stale and not tab._rest.isActive())


def judged(tab: EvaluateTab, qtbot: QtBot) -> None:
    """Show the tab with a model and data, judged."""
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "nearest mean")
    show(tab, qtbot)
    settled(tab, qtbot)
    assert tab.examination is not None


def test_it_says_what_is_missing(tab: EvaluateTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    assert tab.empty.isVisible()
    assert tab.empty.text() == NO_MODEL
    tab.set_model(Network(NetworkSpec.dense((784, 10))))
    assert tab.empty.text() == NO_DATA
    tab.set_data(mnist())
    assert tab.empty.text() == JUDGING


def test_out_of_view_nothing_is_judged(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training))
    assert not tab.examiner.is_judging
    show(tab, qtbot)
    assert tab.examiner.is_judging
    settled(tab, qtbot)
    assert tab.pages.isVisible()
    assert tab.examination is not None
    assert tab.header.accuracy.text() == f"{tab.examination.judgement.accuracy:.2%}".replace("%", " %")


def test_hidden_it_stops_and_shown_again_it_goes_on(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(Splits(mnist().training))
    tab.set_model(nearest_mean_network(small_mnist().training))
    show(tab, qtbot)
    tab.hide()
    qtbot.waitUntil(lambda: not tab.examiner.is_judging)
    assert tab.examination is None
    show(tab, qtbot)
    assert tab.examiner.is_judging


def test_a_new_model_is_judged_by_itself_and_named(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    before = tab.examination
    tab.set_model(Network(NetworkSpec.dense((784, 10))), "nothing learnt")
    settled(tab, qtbot)
    assert tab.examination is not before
    assert tab.header.about.whole_text.endswith("nothing learnt")
    assert tab.map.view.count() == 2


def test_models_that_come_while_one_is_judged_do_not_keep_it_from_being_shown(tab: EvaluateTab, qtbot: QtBot) -> None:
    shown: list[str] = []
    tab.examiner.judged.connect(lambda examination: shown.append(examination.model if examination else "none"))
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "first")
    show(tab, qtbot)
    for name in ("second", "third"):
        tab.set_model(nearest_mean_network(small_mnist().training), name)
    settled(tab, qtbot)
    assert shown == ["first", "third"]


def test_a_training_that_goes_on_is_left_time_between_two_judgements(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab._rest.setInterval(300)
    tab.set_data(small_mnist())
    tab.set_model(nearest_mean_network(small_mnist().training), "first")
    show(tab, qtbot)
    qtbot.waitUntil(lambda: tab.examination is not None and not tab.examiner.is_judging)
    tab.set_model(nearest_mean_network(small_mnist().training), "second")
    assert not tab.examiner.is_judging
    settled(tab, qtbot)
    assert tab.examination is not None
    assert tab.examination.model == "second"


def test_another_part_of_the_data_can_be_judged(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    tab.header.part.setFocus()
    for _ in range(2):
        QTest.keyClick(tab.header.part, Qt.Key.Key_Down)
    settled(tab, qtbot)
    assert tab.examination is not None
    assert tab.examination.dataset is small_mnist().training
    assert tab.examination.judgement.count == 2000


def test_cancelled_it_stays_so_until_asked_again(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_data(Splits(mnist().training))
    tab.set_model(nearest_mean_network(small_mnist().training))
    show(tab, qtbot)
    QTest.mouseClick(tab.header.button, Qt.MouseButton.LeftButton)
    settled(tab, qtbot)
    assert tab.examination is None
    assert tab.empty.text() == CANCELLED
    QTest.mouseClick(tab.header.button, Qt.MouseButton.LeftButton)
    assert tab.examiner.is_judging


def test_a_model_that_does_not_fit_is_said_and_what_was_shown_stays(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    before = tab.examination
    tab.set_model(Network(NetworkSpec.dense((5, 10))), "small")
    settled(tab, qtbot)
    assert tab.examination is before
    assert tab.header.trouble.isVisible()
    assert "784 pixels" in tab.header.trouble.text()
    tab.set_model(nearest_mean_network(small_mnist().training))
    settled(tab, qtbot)
    assert tab.header.trouble.isHidden()


def test_numbers_to_fit_are_refused(tab: EvaluateTab, qtbot: QtBot) -> None:
    tab.set_model(Network(NetworkSpec.dense((1, 1), input_shape=(1,))))
    tab.set_data(Splits(Dataset.from_floats([1.0], [2.0], source="sine")))
    show(tab, qtbot)
    settled(tab, qtbot)
    assert "no classes" in tab.header.trouble.text()


def test_from_a_cell_to_the_draw_tab(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    detail = tab.mistakes.detail
    tab.mistakes.matrix.setFocus()
    tab.mistakes.matrix.select_cell(4, 9)
    QTest.keyClick(tab.mistakes.matrix, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: detail.picture.map is not None and detail.neighbours.neighbours is not None)
    with qtbot.waitSignal(tab.image_chosen) as told:
        QTest.mouseClick(detail.draw_button, Qt.MouseButton.LeftButton)
    assert told.args is not None
    assert tab.examination is not None
    row = int(tab.examination.judgement.rows_of(4, 9)[0])
    why = told.args[0]
    np.testing.assert_array_equal(why.image, tab.examination.dataset.images[row])
    assert (why.caption, why.expected, why.reason) == ("4 read as 9", "4", detail.why.text())
    assert why.looked is detail.picture.map
    assert why.alike == detail.neighbours.neighbours
    with qtbot.waitSignal(tab.image_explained, check_params_cb=lambda more: more.alike is None) as told:
        detail.space.setCurrentIndex(1)  # compared in another way, they have to be searched again
    assert told.args is not None
    assert told.args[0].image is why.image


def test_the_map_is_drawn_when_its_page_is_opened_and_leads_to_an_image(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
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


def test_robustness_is_measured_when_asked_for(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    tab.pages.setCurrentWidget(tab.robustness)
    QTest.mouseClick(tab.robustness.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.robustness.is_measuring)
    for plot in tab.robustness.plots.values():
        assert [point.strength for point in plot.points] == list(plot.distortion.strengths)


def test_new_data_begins_anew(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    whole = small_mnist()
    assert whole.test is not None
    tab.set_data(Splits(whole.training, None, whole.test.take(slice(0, 50))))
    settled(tab, qtbot)
    assert tab.examination is not None
    assert tab.examination.judgement.count == 50
    assert [tab.header.part.itemText(number) for number in range(tab.header.part.count())] == [
        "test part",
        "training part",
    ]


def test_it_fits_a_small_screen(tab: EvaluateTab, qtbot: QtBot) -> None:
    judged(tab, qtbot)
    assert tab.minimumSizeHint().width() <= 1350
    assert tab.minimumSizeHint().height() <= 640
