"""Cells of requested and read digits are selected by mouse and keyboard, and described in text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand.digit_matrix import DigitMatrix
from nncore.handwriting.personal_test.result import NOT_A_DIGIT_COLUMN
from tests.app.theme_choice import apply_theme
from tests.nncore.handwriting.personal_test.samples import result


@pytest.fixture
def matrix(qapp: QApplication, qtbot: QtBot) -> DigitMatrix:
    apply_theme(qapp, ThemeChoice.LIGHT)
    matrix = DigitMatrix()
    qtbot.addWidget(matrix)
    matrix.show_counts(result().confusion)
    with qtbot.waitExposed(matrix):
        matrix.show()
    return matrix


def ground(matrix: DigitMatrix, row: int, column: int) -> QColor:
    """The colour of a cell near its corner, beside the number."""
    rect = matrix.visualRect(matrix.model().index(row, column))
    return matrix.viewport().grab().toImage().pixelColor(rect.left() + 4, rect.top() + 4)


def test_arrow_keys_select_cells(matrix: DigitMatrix, qtbot: QtBot) -> None:
    chosen: list[tuple[int, int]] = []
    matrix.cell_chosen.connect(lambda row, column: chosen.append((row, column)))
    matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_End):
        QTest.keyClick(matrix, key)
    assert chosen == [(1, 0), (1, 1), (1, NOT_A_DIGIT_COLUMN)]


def test_a_click_selects_a_cell_and_new_counts_clear_the_selection(matrix: DigitMatrix) -> None:
    chosen: list[tuple[int, int]] = []
    matrix.cell_chosen.connect(lambda row, column: chosen.append((row, column)))
    middle = matrix.visualRect(matrix.model().index(7, 2)).center()
    QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert chosen == [(7, 2)]
    matrix.show_counts(result().confusion)
    assert not matrix.selectedIndexes()
    assert chosen == [(7, 2)]


def test_correct_and_incorrect_cells_differ_in_colour_and_zero_cells_have_none(matrix: DigitMatrix) -> None:
    correct, incorrect, none = ground(matrix, 4, 4), ground(matrix, 7, 2), ground(matrix, 1, 5)
    assert correct.blue() > correct.red() + 40
    assert incorrect.red() > incorrect.blue() + 30
    assert none.saturation() < 10


def test_every_cell_has_a_text_for_screen_readers(matrix: DigitMatrix) -> None:
    table = QAccessible.queryAccessibleInterface(matrix)
    assert isinstance(table, QAccessibleInterface)
    names = {cell.text(QAccessible.Text.Name) for cell in map(table.child, range(table.childCount())) if cell}
    assert "Requested 7, read as 2: 1." in names
    assert "Requested 0, not accepted as a digit: 1." in names
    assert matrix.accessibleName()


def test_all_cells_are_visible_with_any_font_size(matrix: DigitMatrix, qapp: QApplication) -> None:
    for scale in (1.0, 1.5):
        font = QFont(matrix.font())
        font.setPointSizeF(font.pointSizeF() * scale)
        matrix.setFont(font)
        for room in (0, 300, 2000):
            matrix.set_available_height(room)
            QApplication.processEvents()
            last = matrix.visualRect(matrix.model().index(9, NOT_A_DIGIT_COLUMN))
            assert last.right() <= matrix.viewport().width()
            assert last.bottom() <= matrix.viewport().height()
            assert last.height() >= matrix.fontMetrics().height()


def test_the_tab_key_moves_the_focus_out_of_the_table(matrix: DigitMatrix) -> None:
    assert not matrix.tabKeyNavigation()
