"""The result lists drawings of the matrix or of one cell, or says that there are none."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand.result_page import ResultPage
from nncore.handwriting.personal_test.result import NOT_A_DIGIT_COLUMN, HandwritingTestResult
from tests.app.theme_choice import apply_theme
from tests.nncore.handwriting.personal_test.samples import DATE, read_drawing, result


@pytest.fixture
def page(qapp: QApplication, qtbot: QtBot) -> ResultPage:
    apply_theme(qapp, ThemeChoice.LIGHT)
    page = ResultPage()
    qtbot.addWidget(page)
    page.resize(1350, 640)
    with qtbot.waitExposed(page):
        page.show()
    return page


def test_the_result_lists_the_misread_drawings(page: ResultPage) -> None:
    chosen: list[object] = []
    page.chosen.connect(chosen.append)
    shown = result()
    page.show_result(shown)
    assert page.title.text() == "2 of 4 read correctly: 50 %"
    assert "95 % interval" in page.interval.text()
    assert page.source.full_text == "Written 31 Jan 2026, 9:30, read by the model convnet"
    assert page.matrix.counts[7, 2] == 1
    assert page.list_title.text() == "Misread (2)"
    assert page.list.drawings == shown.drawings[2:]
    assert chosen[-1] is page.view.drawing is shown.drawings[2]


def test_a_cell_lists_its_drawings(page: ResultPage, qtbot: QtBot) -> None:
    shown = result()
    page.show_result(shown)
    page.matrix.setCurrentIndex(page.matrix.model().index(4, 4))
    assert page.list_title.text() == "Requested 4, read as 4 (1)"
    assert page.view.drawing is shown.drawings[1]
    page.matrix.setCurrentIndex(page.matrix.model().index(0, NOT_A_DIGIT_COLUMN))
    assert page.list_title.text() == "Requested 0, not accepted as a digit (1)"
    assert page.view.drawing is shown.drawings[3]
    qtbot.mouseClick(page.misread_button, Qt.MouseButton.LeftButton)
    assert page.list.drawings == shown.drawings[2:]
    assert not page.misread_button.isVisible()
    assert not page.matrix.selectedIndexes()


def test_an_empty_cell_and_a_perfect_test_have_a_hint(page: ResultPage) -> None:
    page.show_result(result())
    page.matrix.setCurrentIndex(page.matrix.model().index(9, 1))
    assert page.empty_label.text() == "This cell has no drawings."
    assert page.view.drawing is None
    page.show_result(HandwritingTestResult((read_drawing(3, 3),), DATE, "m"))
    assert page.empty_label.isVisible()
    assert "No digit was misread" in page.empty_label.text()


def test_the_table_gets_the_focus_if_no_digit_was_misread(page: ResultPage) -> None:
    page.activateWindow()
    page.show_result(result())
    page.focus()
    assert page.list.hasFocus()
    page.show_result(HandwritingTestResult((read_drawing(3, 3),), DATE, "m"))
    page.focus()
    assert page.matrix.hasFocus()
    QTest.keyClick(page.matrix, Qt.Key.Key_Down)
    assert page.list_title.text() == "Requested 1, read as 0 (0)"


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("again_button", "again_requested"),
        ("export_button", "export_requested"),
        ("import_button", "import_requested"),
        ("back_button", "back_requested"),
    ],
)
def test_each_button_emits_its_signal(page: ResultPage, qtbot: QtBot, button: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(getattr(page, button), Qt.MouseButton.LeftButton)


def test_a_long_model_name_does_not_widen_the_page(page: ResultPage) -> None:
    page.show_result(result(model="m" * 200))
    assert page.minimumSizeHint().width() < 1000


def test_every_button_has_a_tooltip(page: ResultPage) -> None:
    page.show_result(result())
    assert all(button.toolTip() and button.text() for button in page.findChildren(QPushButton))
