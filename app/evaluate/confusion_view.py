"""The confusion matrix: what was read as what, as counts or as shares, in cells that the arrow keys reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.theme import SMALL_SCALE, colours_of, scaled

MOST_STRETCHED = 16
"""Classes up to which all cells fit in view; of more the table scrolls."""

Index = QModelIndex | QPersistentModelIndex


class _Cells(QAbstractTableModel):
    """Counts (classes, classes) as a table, with words for each cell."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.shares: NDArray[np.float64] = np.zeros((0, 0))
        self.names: tuple[str, ...] = ()
        self.as_shares = False

    def set_counts(self, counts: NDArray[np.int64], names: tuple[str, ...]) -> None:
        same = names == self.names
        if not same:
            self.beginResetModel()
        self.counts, self.names = counts, names
        self.shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        if same:  # the chosen cell stays chosen
            self.tell_all()
        else:
            self.endResetModel()

    def tell_all(self) -> None:
        """Have every cell painted anew."""
        if self.names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.names) - 1, len(self.names) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """A row for each true class."""
        return len(self.names)

    def columnCount(self, parent: Index | None = None) -> int:
        """A column for each answer."""
        return len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The count or share, and for tooltips and screen readers a sentence."""
        count = int(self.counts[index.row(), index.column()])
        share = float(self.shares[index.row(), index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if not count else f"{100 * share:.1f}" if self.as_shares else str(count)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            true, read = self.names[index.row()], self.names[index.column()]
            return f"True {true}, read as {read}: {count:,}, {share:.1%} of all {true}."
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The classes."""
        return self.names[section] if role == Qt.ItemDataRole.DisplayRole else None


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


class ConfusionView(QTableView):
    """Rows: the true class; columns: the answer.

    Arrow keys move about, Enter or a click opens a cell: `cell_opened` carries (true class, answer).
    """

    cell_opened = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = _Cells(self)
        self.setModel(self._cells)
        self.setItemDelegate(_Painted(self, self._cells))
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
        self.setAccessibleDescription("Rows: the true class. Columns: the answer. Arrow keys move, Enter opens.")
        self.setToolTip("How often each class was read as which. Open a cell to see its images.")
        self.clicked.connect(self._open)
        self._fit()

    @property
    def counts(self) -> NDArray[np.int64]:
        """What is shown, (classes, classes)."""
        return self._cells.counts

    def set_counts(self, counts: NDArray[np.int64], names: tuple[str, ...]) -> None:
        """Show `counts` (classes, classes): row = true class, column = answer."""
        self._cells.set_counts(counts, names)
        self._fit()
        if names and not self.currentIndex().isValid():
            # Where the arrow keys begin; nothing is chosen yet.
            no_update = self.selectionModel().SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._cells.index(0, 0), no_update)

    @Slot(bool)
    def show_shares(self, shares: bool) -> None:
        """Show each cell as a share of its row, in per cent, or as a count."""
        self._cells.as_shares = shares
        self._cells.tell_all()

    def select_cell(self, true: int, read: int) -> None:
        """Choose a cell, without opening it."""
        self.setCurrentIndex(self._cells.index(true, read))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the space bar open the cell; the rest is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Cells that breathe."""
        cell = round(2.6 * self.fontMetrics().height())
        return QSize(11 * cell, 11 * cell)

    def minimumSizeHint(self) -> QSize:
        """Ten cells that still hold their figures."""
        return QSize(
            10 * self._narrowest() + self.verticalHeader().width(), round(11 * 1.15 * self.fontMetrics().height())
        )

    def _narrowest(self) -> int:
        return round(self.fontMetrics().horizontalAdvance("1234") * SMALL_SCALE) + 4

    def _fit(self) -> None:
        stretched = len(self._cells.names) <= MOST_STRETCHED
        mode = QHeaderView.ResizeMode.Stretch if stretched else QHeaderView.ResizeMode.Fixed
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(self.fontMetrics().height())
            header.setSectionResizeMode(mode)
            header.setDefaultSectionSize(self._narrowest())
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in self._cells.names), default=0)
        self.verticalHeader().setFixedWidth(widest + self.fontMetrics().height())

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.setCurrentIndex(index)
            self.cell_opened.emit(index.row(), index.column())
