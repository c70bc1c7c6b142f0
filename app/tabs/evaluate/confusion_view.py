"""The confusion matrix of an evaluation; a cell opens its images."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.style.theme import SMALL_SCALE
from app.widgets.confusion_matrix import ConfusionMatrix
from nncore.reporting.number_text import percent_text

MAX_STRETCHED_CLASSES = 16
"""With up to this number of classes all cells are visible. With more classes the table scrolls."""


class ConfusionView(ConfusionMatrix):
    """Enter or a click opens a cell: `cell_opened` carries (true class, answer)."""

    cell_opened = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self._describe_cell, parent)
        self.setAccessibleDescription("Rows: the true class. Columns: the answer. Arrow keys move, Enter opens.")
        self.setToolTip("How often each class was read as each class. Open a cell to see its images.")
        self.clicked.connect(self._open)
        self.fit_cells()

    @Slot(bool)
    def show_fractions(self, fractions: bool) -> None:
        """Show each cell as a fraction of its row, in per cent, or as a count."""
        self.cells.as_fractions = fractions
        self.cells.repaint_all()

    def select_cell(self, true: int, read: int) -> None:
        """Select a cell without opening it."""
        self.setCurrentIndex(self.cells.index(true, read))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the cell on Enter or the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for comfortable cells."""
        cell = round(2.6 * self.fontMetrics().height())
        return QSize(11 * cell, 11 * cell)

    def minimumSizeHint(self) -> QSize:
        """Room for ten cells with their figures."""
        return QSize(
            10 * self._min_cell_width() + self.verticalHeader().width(), round(11 * 1.15 * self.fontMetrics().height())
        )

    def _min_cell_width(self) -> int:
        return round(self.fontMetrics().horizontalAdvance("888") * SMALL_SCALE) + 4

    def fit_cells(self) -> None:
        """Stretch the cells of a few classes; give those of many classes a fixed size."""
        stretched = len(self.cells.rows) <= MAX_STRETCHED_CLASSES
        mode = QHeaderView.ResizeMode.Stretch if stretched else QHeaderView.ResizeMode.Fixed
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(self.fontMetrics().height())
            header.setSectionResizeMode(mode)
            header.setDefaultSectionSize(self._min_cell_width())
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in self.cells.rows), default=0)
        self.verticalHeader().setFixedWidth(widest + self.fontMetrics().height())

    def _describe_cell(self, row: int, column: int, count: int, fraction: float) -> str:
        true, read = self.cells.rows[row], self.cells.columns[column]
        return f"True {true}, read as {read}: {count:,}, {percent_text(fraction, 1)} of all {true}."

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.setCurrentIndex(index)
            self.cell_opened.emit(index.row(), index.column())
