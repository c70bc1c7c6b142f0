"""The Classes page: precision, recall and F1 of each class, and the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.tabs.evaluate.reliability_plot import ReliabilityPlot
from nncore.evaluation.metrics import ClassMetrics

COLUMNS = (
    ("class", "The true class."),
    ("images", "Number of images of the class."),
    ("precision", "Share of the answers with this class that were right, in per cent."),
    ("recall", "Share of the images of this class that were read right, in per cent."),
    ("F1", "Harmonic mean of precision and recall, in per cent; low if either is low."),
)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassesPage(QWidget):
    """The class table and the reliability diagram side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.plot, self.error = ClassTable(), ReliabilityPlot(), QLabel()
        self.error.setProperty("quiet", True)
        self.error.setWordWrap(True)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.plot, 1)
        right.addWidget(self.error)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addWidget(self.table, 5)
        page.addLayout(right, 4)

    def show_result(self, result: EvaluationResult) -> None:
        """Show the figures of `result`."""
        predictions = result.predictions
        self.table.set_figures(predictions.figures)
        self.plot.set_bins(predictions.bins)
        self.error.setText(
            f"Expected calibration error {predictions.calibration_error:.2%}: the mean difference between confidence "
            "and accuracy. 0 is perfect; a few per cent are usual."
        )


class _Figure(QTableWidgetItem):
    """A figure sorted by its value, not by its text."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__(text)
        self.value = value
        self.setTextAlignment(RIGHT)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return isinstance(other, _Figure) and self.value < other.value


class ClassTable(QTableWidget):
    """One row per class; a click on a heading sorts by it."""

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
        self.setToolTip("Precision, recall and F1 of each class. Click a heading to sort by it.")

    def set_figures(self, figures: Sequence[ClassMetrics]) -> None:
        """Show these classes; the sorting stays."""
        self.setSortingEnabled(False)  # otherwise rows move while they are filled
        self.setRowCount(len(figures))
        for row, each in enumerate(figures):
            self.setItem(row, 0, _Figure(row, each.name))
            self.setItem(row, 1, _Figure(each.count, f"{each.count:,}"))
            for column, share in enumerate((each.precision, each.recall, each.f1), start=2):
                figure = _Figure(-1, "–") if share is None else _Figure(share, f"{100 * share:.2f}")
                self.setItem(row, column, figure)
        self.setSortingEnabled(True)
