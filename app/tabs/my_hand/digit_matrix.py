"""The confusion matrix of a handwriting test: the requested digit against the digit read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelection, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QWidget

from app.tabs.my_hand.formatting import NO_DIGIT
from app.widgets.confusion_matrix import ConfusionMatrix
from nncore.data.dataset import DIGITS
from nncore.handwriting.personal_test.result import NOT_A_DIGIT_COLUMN

MIN_ROW_LINES = 1.25
"""Smallest height of a row in lines of text."""

MAX_ROW_LINES = 2.2
"""Largest height of a row in lines of text."""


class DigitMatrix(ConfusionMatrix):
    """Rows: requested digit; columns: digit read. `cell_chosen` has both, NOT_A_DIGIT_COLUMN (10) for "no digit"."""

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_describe_cell, parent)
        self._available_height = 0
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(8)
        self.setAccessibleDescription("Rows: the requested digit. Columns: the digit read. Arrow keys select a cell.")
        self.setToolTip("How often each digit was read as each digit. Select a cell to see its drawings.")
        self.selectionModel().selectionChanged.connect(self._emit_cell)
        self.show_counts(np.zeros((len(DIGITS), NOT_A_DIGIT_COLUMN + 1), np.int64))

    def show_counts(self, counts: NDArray[np.int64]) -> None:
        """Show `counts` (10, 11): row = requested, column = read, the last one for no digit; no cell is chosen."""
        self.set_counts(counts, DIGITS, (*DIGITS, NO_DIGIT))
        self.clearSelection()

    def set_available_height(self, pixels: int) -> None:
        """Fit into a height of about `pixels`, within MIN_ROW_LINES and MAX_ROW_LINES."""
        if pixels != self._available_height:
            self._available_height = pixels
            self.fit_cells()

    def sizeHint(self) -> QSize:
        """All cells and their headers."""
        return QSize(
            self.verticalHeader().width() + self.horizontalHeader().length(),
            self.horizontalHeader().height() + self.verticalHeader().length(),
        )

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`: there are no scroll bars."""
        return self.sizeHint()

    def fit_cells(self) -> None:
        """Set the sizes of cells and headers from the height available."""
        line = self.fontMetrics().height()
        height = round(min(max(self._available_height / (len(DIGITS) + 1), MIN_ROW_LINES * line), MAX_ROW_LINES * line))
        width = round(height * 1.15)
        self.horizontalHeader().setDefaultSectionSize(width)
        self.horizontalHeader().resizeSection(NOT_A_DIGIT_COLUMN, self.fontMetrics().horizontalAdvance(NO_DIGIT) + line)
        self.horizontalHeader().setFixedHeight(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setFixedWidth(height)
        self.setFixedSize(self.sizeHint())

    @Slot(QItemSelection, QItemSelection)
    def _emit_cell(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        for index in selected.indexes():
            self.cell_chosen.emit(index.row(), index.column())


def _describe_cell(requested: int, column: int, count: int, fraction: float) -> str:
    read = "not accepted as a digit" if column == NOT_A_DIGIT_COLUMN else f"read as {column}"
    return f"Requested {requested}, {read}: {count}."
