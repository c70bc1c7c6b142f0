"""A drawing is shown with the answer it got, and with that of the model in use if it differs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand.drawing_explanation import DrawingExplanation
from app.tabs.my_hand.drawing_view import DrawingView
from nncore.preprocessing.ink import rasterize
from tests.app.theme_choice import apply_theme
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


def explanation(digit: int | None) -> DrawingExplanation:
    occlusion = np.zeros((28, 28), np.float32)
    occlusion[5, 5] = 0.4
    return DrawingExplanation(rasterize(MISREAD.ink), digit, None if digit is None else occlusion)


def test_without_a_drawing_a_hint_is_shown(view: DrawingView) -> None:
    assert "Select a drawing" in view.occlusion_text.text()
    assert not view.teach_button.isVisible()


def test_a_drawing_is_shown_with_its_answer_and_explanation(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    assert view.title.text() == "Requested 7, read 2"
    assert "Computing" in view.occlusion_text.text()
    view.show_explanation(explanation(2))
    assert view.occlusion_text.text().startswith("Read as a 2 mainly because of the top left")
    assert view.image_view.map is not None
    assert view.image_view.accessibleDescription() == view.occlusion_text.text()


def test_it_says_if_the_current_model_reads_another_digit(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    view.show_explanation(explanation(7))
    assert view.occlusion_text.text().startswith("The current model reads a 7. Read as a 7 mainly")


def test_without_a_network_the_drawing_is_still_shown(view: DrawingView) -> None:
    view.show_drawing(MISREAD)
    view.show_explanation(explanation(None))
    assert "Open a model" in view.occlusion_text.text()
    assert view.image_view.map is None


def test_each_drawing_can_be_taught_once(view: DrawingView, qtbot: QtBot) -> None:
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
    view.enable_teaching()
    assert view.teach_button.isEnabled()


def test_a_drawing_can_be_shown_on_the_draw_tab(view: DrawingView, qtbot: QtBot) -> None:
    view.show_drawing(MISREAD)
    with qtbot.waitSignal(view.show_requested) as shown:
        qtbot.mouseClick(view.show_button, Qt.MouseButton.LeftButton)
    assert shown.args == [MISREAD.ink]
