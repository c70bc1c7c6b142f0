"""The map of a layer is requested, shown and stopped, with or without scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import nncore.evaluation.projection
from app.tabs.evaluate.evaluation_runner import MapResult
from app.tabs.evaluate.map_page import MAP_HINT, STOPPED, UP_TO_DATE, MapPage
from app.widgets.plain_text import plain_tooltip
from nncore.evaluation.projection import Projection, output_names
from tests.app.tabs.evaluate.samples import result, result_without_images

ROWS = np.array([4, 8, 15])
FOUND = Projection(np.array([[0, 0], [1, 0], [0, 1]], np.float32), (0.5, 0.25))


@pytest.fixture
def page(qtbot: QtBot) -> MapPage:
    page = MapPage()
    qtbot.addWidget(page)
    page.show_result(result())
    with qtbot.waitExposed(page):
        page.show()
    return page


def requested(page: MapPage) -> list[tuple[int, bool]]:
    requests: list[tuple[int, bool]] = []
    page.requested.connect(lambda number, by_tsne: requests.append((number, by_tsne)))
    return requests


def test_every_layer_is_offered_and_selecting_one_asks_for_its_map(page: MapPage) -> None:
    names = [page.layer_choice.itemText(number) for number in range(page.layer_choice.count())]
    assert names == list(output_names(result().network))
    requests = requested(page)
    page.layer_choice.setFocus()
    QTest.keyClick(page.layer_choice, Qt.Key.Key_Down)
    assert requests == [(1, False)]


def test_the_selected_layer_stays_for_the_same_architecture(page: MapPage) -> None:
    page.layer_choice.setCurrentIndex(1)
    page.show_result(replace(result(), model="later"))
    assert page.layer_choice.currentIndex() == 1
    page.show_result(result_without_images())
    assert page.layer_choice.count() == len(output_names(result_without_images().network))


def test_without_scikit_learn_it_says_how_to_get_tsne(page: MapPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nncore.evaluation.projection, "find_spec", lambda name: None)
    requests = requested(page)
    page.projection_choice.setCurrentIndex(1)
    assert requests == []
    assert "digitlab[maps]" in page.sentence.text()


def test_with_scikit_learn_tsne_is_requested(page: MapPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nncore.evaluation.projection, "find_spec", lambda name: object())
    requests = requested(page)
    page.projection_choice.setCurrentIndex(1)
    assert requests == [(0, True)]
    assert "seconds" in page.sentence.text()


def test_the_map_states_its_size_and_explained_variance(page: MapPage) -> None:
    page.show_map(MapResult(result(), ROWS, FOUND))
    assert page.sentence.text() == "3 digits; misread ones have a ring. The two axes show 75 % of the variance."
    page.show_map(MapResult(result(), ROWS, Projection(FOUND.points)))
    assert page.sentence.text() == "3 digits; misread ones have a ring."
    page.show_map(None)
    assert page.map is not None


def test_the_image_under_the_pointer_is_shown_and_stays(page: MapPage) -> None:
    page.show_map(MapResult(result(), ROWS, FOUND))
    assert page.caption.text() == MAP_HINT
    page.plot.pointed_at.emit(2)
    page.plot.pointed_at.emit(-1)
    assert page.caption.text() == f"{result().caption(15)}, {result().detail_text(15)} sure. {MAP_HINT}"


def test_a_click_picks_a_digit_unless_the_data_has_changed(page: MapPage) -> None:
    picked: list[int] = []
    page.picked.connect(picked.append)
    page.show_map(MapResult(result(), ROWS, FOUND))
    page.plot.picked.emit(1)
    page.show_result(result_without_images())
    page.plot.picked.emit(1)
    assert picked == [8]


def test_tsne_shows_progress_and_can_be_stopped_and_restarted(
    page: MapPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nncore.evaluation.projection, "find_spec", lambda name: object())
    page.projection_choice.setCurrentIndex(1)
    page.show_busy(True)
    page.show_map(MapResult(result(), ROWS, Projection(FOUND.points), 0.5))
    assert "50 %" in page.sentence.text()
    with qtbot.waitSignal(page.stop_requested):
        QTest.mouseClick(page.buttons.stop, Qt.MouseButton.LeftButton)
    page.show_map(None)
    page.show_busy(False)
    assert page.sentence.text() == STOPPED
    requests = requested(page)
    QTest.mouseClick(page.buttons.start, Qt.MouseButton.LeftButton)
    assert requests == [(0, True)]
    page.show_busy(True)
    page.show_map(MapResult(result(), ROWS, Projection(FOUND.points)))
    page.show_busy(False)
    assert not page.buttons.stop.isEnabled()
    assert page.buttons.start.toolTip() == plain_tooltip(UP_TO_DATE)
    page.offer_again()
    assert page.buttons.start.isEnabled()
    assert page.sentence.text() == "3 digits; misread ones have a ring."


def test_the_drawing_is_marked_and_labelled(page: MapPage) -> None:
    page.show_map(MapResult(result(), ROWS, FOUND, drawing=(2.0, 0.5)))
    plot = page.plot
    assert plot.drawing_mark.isVisible()
    assert [axis.tolist() for axis in plot.drawing_mark.getData()] == [[2.0], [0.5]]
    assert plot.drawing_label.toPlainText() == "yours"
    assert plot.plot.box.viewRange()[0][1] > 2
    assert "your drawing" in page.sentence.text()
    page.show_map(MapResult(result(), ROWS, FOUND))
    assert not plot.drawing_mark.isVisible()
    assert not plot.drawing_label.isVisible()
