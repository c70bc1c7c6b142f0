"""One image is shown with its probabilities and explanations, and late results of another are ignored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.detail_view import NO_IMAGE_SELECTED, DetailView
from app.tabs.evaluate.evaluation_runner import NeighbourResult, OcclusionResult
from app.widgets.explanation import ShownNeighbour
from tests.app.tabs.evaluate.samples import result, result_without_images


@pytest.fixture
def view(qtbot: QtBot) -> DetailView:
    view = DetailView()
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_without_an_image_a_hint_is_shown(view: DetailView) -> None:
    assert view.occlusion_text.text() == NO_IMAGE_SELECTED
    assert view.draw_button.isHidden()
    assert view.image_view.isHidden()
    assert view.occlusion_text.y() < view.height() // 4  # at the top, not below room for what is not there


def test_an_image_is_shown_with_all_its_probabilities(view: DetailView) -> None:
    row = int(result().predictions.misread()[0])
    view.show_image(result(), row)
    assert view.title.text() == result().caption(row)
    assert view.probabilities_text.text().startswith(f"Image {row + 1}. {result().detail_text(row)} for ")
    np.testing.assert_array_equal(view.bars.probabilities, result().predictions.probabilities[row])
    assert view.draw_button.isVisible()


def test_a_click_sends_the_image_to_the_draw_tab(view: DetailView, qtbot: QtBot) -> None:
    view.show_image(result(), 5)
    with qtbot.waitSignal(view.draw_requested) as emitted:
        QTest.mouseClick(view.draw_button, Qt.MouseButton.LeftButton)
    assert emitted.args is not None
    np.testing.assert_array_equal(emitted.args[0].image, result().dataset.images[5])
    assert (emitted.args[0].image.shape, emitted.args[0].image.dtype) == ((28, 28), np.uint8)


def test_explanations_of_another_image_are_ignored(view: DetailView) -> None:
    view.show_image(result(), 5)
    occlusion = np.zeros((28, 28), np.float32)
    occlusion[10:14, 10:14] = 0.5
    other = replace(result(), model="another")
    view.show_occlusion(OcclusionResult(result(), 6, occlusion))
    view.show_occlusion(OcclusionResult(other, 5, occlusion))
    view.show_neighbours(NeighbourResult(result(), 6, [], 10))
    view.show_neighbours(NeighbourResult(other, 5, [], 10))
    assert view.image_view.map is None
    assert view.neighbours.neighbours is None
    view.show_occlusion(OcclusionResult(result(), 5, occlusion))
    assert view.image_view.map is occlusion
    assert "marked" in view.occlusion_text.text()


def test_other_classes_are_called_by_their_names(view: DetailView) -> None:
    predictions = replace(result().predictions, class_names=tuple("ABCDEFGHIJ"))
    letters = replace(result(), predictions=predictions)
    view.show_image(letters, 5)
    view.show_occlusion(OcclusionResult(letters, 5, np.full((28, 28), 0.5, np.float32)))
    assert f"Read as {'ABCDEFGHIJ'[predictions.answers[5]]} mainly because of" in view.occlusion_text.text()


def test_neighbours_of_other_classes_are_counted(view: DetailView) -> None:
    view.show_image(result(), 5)
    true = result().name_of(int(result().predictions.labels[5]))
    view.show_neighbours(
        NeighbourResult(result(), 5, [ShownNeighbour(None, true, 1.0), ShownNeighbour(None, "x", 2.0)], 2000)
    )
    assert view.neighbours_text.text() == f"1 of the 2 nearest are not {true}; 2,000 training digits were compared."
    view.show_neighbours(NeighbourResult(result(), 5, [ShownNeighbour(None, true, 1.0)], 2000))
    assert view.neighbours_text.text().startswith(f"All are {true};")


def test_another_similarity_measure_searches_again(view: DetailView, qtbot: QtBot) -> None:
    view.show_image(result(), 5)
    view.similarity.setFocus()
    with qtbot.waitSignal(view.neighbours_requested) as emitted:
        QTest.keyClick(view.similarity, Qt.Key.Key_Down)
    assert emitted.args == [True]
    view.show_index_progress(0.25)
    assert view.neighbours.accessibleDescription() == "Running the training digits through the network: 25 % …"


def test_data_without_images_cannot_be_sent_to_the_draw_tab(view: DetailView) -> None:
    view.show_image(result_without_images(), 2)
    assert not view.draw_button.isEnabled()
    assert "28 by 28" in view.draw_button.toolTip()
    assert view.bars.isHidden()
    view.show_occlusion(OcclusionResult(result_without_images(), 2, None, "No picture."))
    assert view.occlusion_text.text() == "No picture."


def test_text_tile_and_bar_have_the_same_figure_and_a_wrong_answer_is_marked(view: DetailView) -> None:
    predictions = result().predictions
    sure, fours = np.full((predictions.count, 10), 1e-5, np.float32), np.full(predictions.count, 4)
    sure[:, 4] = 0.99991
    sure_result = replace(result(), predictions=replace(predictions, probabilities=sure, answers=fours))
    wrong = int(np.flatnonzero(sure_result.predictions.labels != 4)[0])
    right = int(np.flatnonzero(sure_result.predictions.labels == 4)[0])
    for row, is_wrong in ((wrong, True), (right, False)):
        view.show_image(sure_result, row)
        assert f"{view.bars._row_texts()[4][0]} %" == sure_result.detail_text(row)
        assert f"{sure_result.detail_text(row)} for 4" in view.probabilities_text.text()
        assert view.bars.is_wrong == is_wrong
