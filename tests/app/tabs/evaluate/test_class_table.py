from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.class_table import ClassTable
from nncore.evaluation.metrics import ClassFigures

FIGURES = (
    ClassFigures("a", 980, 0.9, 1.0, 0.9474),
    ClassFigures("b", 1135, 1.0, 0.95, 0.9744),
    ClassFigures("c", 0, None, None, None),
)


def column(table: ClassTable, number: int) -> list[str]:
    items = (table.item(row, number) for row in range(table.rowCount()))
    return [item.text() for item in items if item]


def test_it_shows_figures_in_per_cent_and_a_dash_for_none(qtbot: QtBot) -> None:
    table = ClassTable()
    qtbot.addWidget(table)
    table.set_figures(FIGURES)
    assert column(table, 0) == ["a", "b", "c"]
    assert column(table, 1) == ["980", "1,135", "0"]
    assert column(table, 2) == ["90.00", "100.00", "–"]
    assert column(table, 4) == ["94.74", "97.44", "–"]


def test_columns_are_sorted_by_value_and_stay_so_with_new_figures(qtbot: QtBot) -> None:
    table = ClassTable()
    qtbot.addWidget(table)
    table.set_figures(FIGURES)
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert column(table, 0) == ["b", "a", "c"]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert column(table, 0) == ["c", "a", "b"]
    table.set_figures(FIGURES[::-1])
    assert column(table, 0) == ["c", "a", "b"]
