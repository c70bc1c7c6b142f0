from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice, apply_theme
from app.tabs.my_hand.drawing_view import DrawingView
from app.tabs.my_hand.explain import Look
from nncore.preprocessing.ink import rasterize
from tests.nncore.handwriting.personal_test.samples import result

MISREAD = result().drawings[2]


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> DrawingView:
    apply_theme(qapp, ThemeChoice.LIGHT)
    view = DrawingView()
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def look(digit: int | None) -> Look:
    looked = np.zeros((28, 28), np.float32)
    looked[5, 5] = 0.4
    return Look(rasterize(MISREAD.ink), digit, None if digit is None else looked)


def test_nothing_chosen_is_said(view: DrawingView) -> None:
    assert "Choose a drawing" in view.why.text()
    assert not view.teach_button.isVisible()


def test_what_was_asked_what_was_read_and_why(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    assert view.title.text() == "Asked 7, read 2"
    assert "Finding out" in view.why.text()
    view.show_look(look(2))
    assert view.why.text().startswith("What made it a 2 is marked: most of all the top left.")
    assert view.picture.map is not None
    assert view.picture.accessibleDescription() == view.why.text()


def test_a_model_that_reads_it_otherwise_now_is_said(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    view.show_look(look(7))
    assert view.why.text().startswith("The model in use now reads a 7. What made it a 7")


def test_without_a_network_the_drawing_is_still_shown(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    view.show_look(look(None))
    assert "Open a model" in view.why.text()
    assert view.picture.map is None


def test_teaching_hands_over_ink_and_the_digit_asked_for_once(view: DrawingView, qtbot: QtBot) -> None:
    view.show_drawing(MISREAD)
    assert "Teach it as a 7" in view.teach_button.text()
    with qtbot.waitSignal(view.teach_requested) as taught:
        qtbot.mouseClick(view.teach_button, Qt.MouseButton.LeftButton)
    assert taught.args == [MISREAD.ink, 7]
    assert not view.teach_button.isEnabled()
    assert "already" in view.teach_button.toolTip()
    view.show_drawing(result().drawings[0])
    assert view.teach_button.isEnabled()
    view.show_drawing(MISREAD)
    assert not view.teach_button.isEnabled()
    view.forget_taught()
    assert view.teach_button.isEnabled()


def test_a_drawing_can_be_shown_on_the_draw_tab(view: DrawingView, qtbot: QtBot) -> None:
    view.show_drawing(MISREAD)
    with qtbot.waitSignal(view.show_requested) as shown:
        qtbot.mouseClick(view.show_button, Qt.MouseButton.LeftButton)
    assert shown.args == [MISREAD.ink]
