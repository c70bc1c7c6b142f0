"""The page of classes shows and sorts precision, recall, F1 and reliability."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.classes_page import ClassesPage, ClassTable, ReliabilityPlot
from nncore.evaluation.metrics import ClassMetrics, ReliabilityBin
from nncore.reporting.number_text import percent_text
from tests.app.tabs.evaluate.samples import result

FIGURES = (
    ClassMetrics("a", 980, 0.9, 1.0, 0.9474),
    ClassMetrics("b", 1135, 1.0, 0.95, 0.9744),
    ClassMetrics("c", 0, None, None, None),
)


def column(table: ClassTable, number: int) -> list[str]:
    items = (table.item(row, number) for row in range(table.rowCount()))
    return [item.text() for item in items if item]


def test_figures_are_in_per_cent_and_a_missing_one_is_a_dash(qtbot: QtBot) -> None:
    table = ClassTable()
    qtbot.addWidget(table)
    table.set_figures(FIGURES)
    assert column(table, 0) == ["a", "b", "c"]
    assert column(table, 1) == ["980", "1,135", "0"]
    assert column(table, 2) == ["90.00", "100.00", "–"]
    assert column(table, 4) == ["94.74", "97.44", "–"]


def test_columns_sort_by_value_also_after_new_figures(qtbot: QtBot) -> None:
    table = ClassTable()
    qtbot.addWidget(table)
    table.set_figures(FIGURES)
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert column(table, 0) == ["b", "a", "c"]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert column(table, 0) == ["c", "a", "b"]
    table.set_figures(FIGURES[::-1])
    assert column(table, 0) == ["c", "a", "b"]


def test_the_page_shows_the_figures_of_an_evaluation(qtbot: QtBot) -> None:
    page = ClassesPage()
    qtbot.addWidget(page)
    page.show_result(result())
    predictions = result().predictions
    recall = page.table.item(7, 3)
    assert page.table.rowCount() == 10
    assert recall is not None
    assert recall.text() == f"{100 * predictions.confusion[7, 7] / predictions.confusion[7].sum():.2f}"
    assert page.plot.bins == predictions.bins
    assert percent_text(predictions.calibration_error) in page.calibration_sentence.text()


def test_bars_are_at_their_confidence_and_faint_for_few_answers(qtbot: QtBot) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    assert not plot.empty_label.isHidden()
    plot.set_bins([ReliabilityBin(0.2, 0.4, 3, 0.3, 0.5), ReliabilityBin(0.8, 1.0, 500, 0.95, 0.9)])
    options = plot.bars.opts
    assert options["height"] == [0.5, 0.9]
    assert 0.2 < options["x0"][0] < options["x1"][0] < 0.4
    assert options["brushes"][0].alphaF() < options["brushes"][1].alphaF() == 1.0
    assert plot.empty_label.isHidden()
    assert (
        plot.plot.accessibleDescription() == "20 to 40 % sure: 50 % of 3 correct; 80 to 100 % sure: 90 % of 500 correct"
    )
    assert plot.bars.isVisible()
    plot.grab()
