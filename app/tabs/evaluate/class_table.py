"""Precision, recall and F1 of each class, in a table that can be sorted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from nncore.evaluation.metrics import ClassFigures

COLUMNS = (
    ("class", "The true class."),
    ("images", "How many images of it there are."),
    ("precision", "Of the answers that named it, how many were right, in per cent."),
    ("recall", "Of its images, how many were found, in per cent."),
    ("F1", "The harmonic mean of precision and recall, in per cent: low if either is."),
)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Figure(QTableWidgetItem):
    """A figure that is sorted by its value, not by how it is written."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__(text)
        self.value = value
        self.setTextAlignment(RIGHT)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return isinstance(other, _Figure) and self.value < other.value


class ClassTable(QTableWidget):
    """A row a class; a click on a heading sorts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        for number, (name, meaning) in enumerate(COLUMNS):
            heading = QTableWidgetItem(name)
            heading.setToolTip(meaning)
            heading.setTextAlignment(RIGHT)
            self.setHorizontalHeaderItem(number, heading)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName("Figures of each class")
        self.setToolTip("How well each class is told from the others. A heading sorts by its column.")

    def set_figures(self, figures: Sequence[ClassFigures]) -> None:
        """Show these classes, sorted as before."""
        self.setSortingEnabled(False)  # else rows would move while they are filled
        self.setRowCount(len(figures))
        for row, each in enumerate(figures):
            self.setItem(row, 0, _Figure(row, each.name))
            self.setItem(row, 1, _Figure(each.count, f"{each.count:,}"))
            for column, share in enumerate((each.precision, each.recall, each.f1), start=2):
                figure = _Figure(-1, "–") if share is None else _Figure(share, f"{100 * share:.2f}")
                self.setItem(row, column, figure)
        self.setSortingEnabled(True)
