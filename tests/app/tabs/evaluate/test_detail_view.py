from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.detail_view import NOTHING, DetailView
from app.tabs.evaluate.examiner import Looked, Neighbours
from tests.app.tabs.evaluate.samples import examination, of_numbers


@pytest.fixture
def view(qtbot: QtBot) -> DetailView:
    view = DetailView()
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_empty_it_says_what_to_do(view: DetailView) -> None:
    assert view.why.text() == NOTHING
    assert view.draw_button.isHidden()
    assert view.picture.isHidden()
    assert view.why.y() < view.height() // 4  # at the top, not below room for what is not there


def test_an_image_is_shown_with_all_its_probabilities(view: DetailView) -> None:
    row = int(examination().judgement.misread()[0])
    view.show_image(examination(), row)
    assert view.title.text() == examination().caption(row)
    assert view.sure.text().startswith(f"Image {row + 1}. {examination().sureness(row)} for ")
    np.testing.assert_array_equal(view.bars.probabilities, examination().judgement.probabilities[row])
    assert view.draw_button.isVisible()


def test_the_picture_goes_to_the_draw_tab_at_a_click(view: DetailView, qtbot: QtBot) -> None:
    view.show_image(examination(), 5)
    with qtbot.waitSignal(view.draw_requested) as told:
        QTest.mouseClick(view.draw_button, Qt.MouseButton.LeftButton)
    assert told.args is not None
    np.testing.assert_array_equal(told.args[0].image, examination().dataset.images[5])
    assert (told.args[0].image.shape, told.args[0].image.dtype) == ((28, 28), np.uint8)


def test_reasons_of_another_image_are_not_shown(view: DetailView) -> None:
    view.show_image(examination(), 5)
    looked = np.zeros((28, 28), np.float32)
    looked[10:14, 10:14] = 0.5
    other = replace(examination(), model="another")
    view.show_looked(Looked(examination(), 6, looked))
    view.show_looked(Looked(other, 5, looked))
    view.show_neighbours(Neighbours(examination(), 6, [], 10))
    view.show_neighbours(Neighbours(other, 5, [], 10))
    assert view.picture.map is None
    assert view.neighbours.neighbours is None
    view.show_looked(Looked(examination(), 5, looked))
    assert view.picture.map is looked
    assert "marked" in view.why.text()


def test_classes_that_are_no_digits_are_called_by_their_names(view: DetailView) -> None:
    judgement = replace(examination().judgement, class_names=tuple("ABCDEFGHIJ"))
    letters = replace(examination(), judgement=judgement)
    view.show_image(letters, 5)
    view.show_looked(Looked(letters, 5, np.full((28, 28), 0.5, np.float32)))
    assert f"What made it {'ABCDEFGHIJ'[judgement.answers[5]]} is marked" in view.why.text()


def test_neighbours_are_counted_against_the_true_class(view: DetailView) -> None:
    view.show_image(examination(), 5)
    true = examination().name_of(int(examination().judgement.labels[5]))
    view.show_neighbours(Neighbours(examination(), 5, [(None, true, 1.0), (None, "x", 2.0)], 2000))
    assert view.found.text() == f"1 of the 2 nearest are no {true}; 2,000 training digits were compared."
    view.show_neighbours(Neighbours(examination(), 5, [(None, true, 1.0)], 2000))
    assert view.found.text().startswith(f"All are {true};")


def test_another_way_to_compare_is_asked_for(view: DetailView, qtbot: QtBot) -> None:
    view.show_image(examination(), 5)
    view.space.setFocus()
    with qtbot.waitSignal(view.neighbours_wanted) as told:
        QTest.keyClick(view.space, Qt.Key.Key_Down)
    assert told.args == [True]
    view.show_index_progress(0.25)
    assert view.neighbours.accessibleDescription() == "The network looks at the training digits: 25% …"


def test_numbers_have_no_picture_for_the_draw_tab(view: DetailView) -> None:
    view.show_image(of_numbers(), 2)
    assert not view.draw_button.isEnabled()
    assert "28 by 28" in view.draw_button.toolTip()
    assert view.bars.isHidden()
    view.show_looked(Looked(of_numbers(), 2, None, "No picture."))
    assert view.why.text() == "No picture."
