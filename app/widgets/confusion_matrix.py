"""A confusion matrix: what was read as what, as counts or as shares, in cells that the arrow keys reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from app.style.theme import SMALL_SCALE, colours_of, scaled

Index = QModelIndex | QPersistentModelIndex

DescribeCell = Callable[[int, int, int, float], str]
"""A cell in a sentence: its row, its column, its count, and the share of its row that this is."""


class _Cells(QAbstractTableModel):
    """Counts (rows, columns) as a table, with words for each cell."""

    def __init__(self, parent: QWidget, words: DescribeCell) -> None:
        super().__init__(parent)
        self.counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.shares: NDArray[np.float64] = np.zeros((0, 0))
        self.rows: tuple[str, ...] = ()
        self.columns: tuple[str, ...] = ()
        self.as_shares = False
        self._words = words

    def set_counts(self, counts: NDArray[np.int64], rows: tuple[str, ...], columns: tuple[str, ...]) -> None:
        same = (rows, columns) == (self.rows, self.columns)
        if not same:
            self.beginResetModel()
        self.counts, self.rows, self.columns = counts, rows, columns
        self.shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        if same:  # the chosen cell stays chosen
            self.repaint_all()
        else:
            self.endResetModel()

    def repaint_all(self) -> None:
        """Have every cell painted anew."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """A row for each true class."""
        return len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """A column for each answer."""
        return len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The count or share, and for tooltips and screen readers a sentence."""
        row, column = index.row(), index.column()
        count, share = int(self.counts[row, column]), float(self.shares[row, column])
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if not count else f"{100 * share:.1f}" if self.as_shares else str(count)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(row, column, count, share)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The classes."""
        names = self.columns if orientation == Qt.Orientation.Horizontal else self.rows
        return names[section] if role == Qt.ItemDataRole.DisplayRole else None


class _Painted(QStyledItemDelegate):
    """Right answers in blue on the diagonal, wrong ones in orange; the figure stands in each, so colour only helps.

    The root of the share spreads the small ones: of a good network all mistakes are.
    """

    def __init__(self, view: QTableView, cells: _Cells) -> None:
        super().__init__(view)
        self._view, self._cells = view, cells

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground, the figure, and a ring around the chosen cell."""
        colours, text = colours_of(self._view), str(self._cells.data(index))
        share = float(self._cells.shares[index.row(), index.column()])
        rect = option.rect.adjusted(0, 0, -1, -1)
        painter.save()
        painter.setFont(scaled(self._view.font(), SMALL_SCALE))
        painter.fillRect(rect, QColor(colours.field))
        if text:
            ground = QColor(colours.training if index.row() == index.column() else colours.validation)
            ground.setAlphaF(0.12 + 0.5 * share**0.5)
            painter.fillRect(rect, ground)
            painter.setPen(QColor(colours.text))
        else:
            text = "·"
            painter.setPen(QColor(colours.disabled_text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_HasFocus:
            style = Qt.PenStyle.SolidLine if selected else Qt.PenStyle.DotLine
            painter.setPen(QPen(QColor(colours.accent), 2, style))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()


class ConfusionMatrix(QTableView):
    """Rows: what was true; columns: what was read. Arrow keys move about.

    Whoever inherits it says how large cells are in `fit`, which is called when font or classes change, and what
    choosing one does.
    """

    def __init__(self, words: DescribeCell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = _Cells(self, words)
        self.setModel(self.cells)
        self.setItemDelegate(_Painted(self, self.cells))
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName("Confusion matrix")

    @property
    def counts(self) -> NDArray[np.int64]:
        """What is shown, (rows, columns)."""
        return self.cells.counts

    def set_counts(self, counts: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str] | None = None) -> None:
        """Show `counts` (rows, columns) of these names: row = true, column = read; the columns are the rows if None."""
        self.cells.set_counts(counts, tuple(rows), tuple(rows if columns is None else columns))
        self.fit()
        if len(rows) and not self.currentIndex().isValid():
            # Where the arrow keys begin; nothing is chosen yet.
            first = self.cells.index(0, 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def fit(self) -> None:
        """Give cells and headers their sizes."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
