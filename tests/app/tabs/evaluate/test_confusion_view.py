"""The confusion matrix is read and opened by mouse and keyboard, with counts or fractions."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.confusion_view import ConfusionView
from nncore.reporting.number_text import percent_text
from tests.app.tabs.evaluate.samples import result


@pytest.fixture
def view(qtbot: QtBot) -> ConfusionView:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.resize(440, 470)
    predictions = result().predictions
    view.set_counts(predictions.confusion, predictions.class_names)
    with qtbot.waitExposed(view):
        view.show()
    return view


def opened(view: ConfusionView) -> list[tuple[int, int]]:
    cells: list[tuple[int, int]] = []
    view.cell_opened.connect(lambda true, read: cells.append((true, read)))
    return cells


def background_colour(view: ConfusionView, row: int, column: int) -> QColor:
    rect = view.visualRect(view.model().index(row, column))
    return view.viewport().grab().toImage().pixelColor(rect.left() + 4, rect.top() + 4)


def test_arrow_keys_move_and_enter_opens_a_cell(view: ConfusionView) -> None:
    cells = opened(view)
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(view, key)
    assert cells == []
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert cells == [(1, 2), (1, 9)]


def test_a_click_opens_a_cell(view: ConfusionView) -> None:
    cells = opened(view)
    middle = view.visualRect(view.model().index(4, 9)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert cells == [(4, 9)]


def test_cells_show_counts_or_fractions(view: ConfusionView) -> None:
    counts = result().predictions.confusion
    index = view.model().index(4, 9)
    assert index.data() == str(counts[4, 9])
    view.show_fractions(True)
    assert index.data() == f"{100 * counts[4, 9] / counts[4].sum():.1f}"
    empty = np.argwhere(counts == 0)[0]
    assert view.model().index(*empty.tolist()).data() == ""


def test_correct_and_incorrect_cells_differ_in_colour(view: ConfusionView) -> None:
    correct, incorrect = background_colour(view, 4, 4), background_colour(view, 4, 9)
    assert correct.blue() > correct.red() + 40
    assert incorrect.red() > incorrect.blue() + 20


def test_every_cell_has_a_text_for_screen_readers(view: ConfusionView) -> None:
    counts = result().predictions.confusion
    table = QAccessible.queryAccessibleInterface(view)
    assert isinstance(table, QAccessibleInterface)
    names = {cell.text(QAccessible.Text.Name) for cell in map(table.child, range(table.childCount())) if cell}
    fraction = counts[4, 9] / counts[4].sum()
    assert f"True 4, read as 9: {counts[4, 9]:,}, {percent_text(fraction, 1)} of all 4." in names


def test_new_counts_keep_the_selected_cell(view: ConfusionView) -> None:
    view.select_cell(3, 5)
    view.set_counts(result().predictions.confusion + 1, result().predictions.class_names)
    assert [(i.row(), i.column()) for i in view.selectedIndexes()] == [(3, 5)]
    view.set_counts(np.eye(2, dtype=np.int64), ("a", "b"))
    assert not view.selectedIndexes()
    assert view.model().rowCount() == 2


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_ten_classes_fit_into_the_minimum_size(view: ConfusionView, scale: float) -> None:
    font = QFont(view.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    view.setFont(font)
    view.resize(view.minimumSizeHint())
    QApplication.processEvents()
    last = view.visualRect(view.model().index(9, 9))
    assert last.right() <= view.viewport().width()
    assert last.bottom() <= view.viewport().height()


def test_the_tab_key_moves_the_focus_out_of_the_table(view: ConfusionView) -> None:
    assert not view.tabKeyNavigation()
