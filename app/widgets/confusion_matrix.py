"""A confusion matrix with counts or percentages; arrow keys move between its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from app.style.theme import SMALL_SCALE, colours_of, scaled
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.pictures.picture_actions import PictureActions

Index = QModelIndex | QPersistentModelIndex

PALEST = 0.08
"""The opacity, 0 to 1, of the palest colour of a cell."""

STRONGEST = 0.48
"""The opacity of the strongest colour of a cell; a text on it is still readable."""

MIN_SCALED_MISTAKES = 10
"""A matrix whose largest number of mistakes is smaller does not get the strongest colour."""

DescribeCell = Callable[[int, int, int, float], str]
"""Describes a cell from its row, column, count, and fraction of its row."""


class _CellModel(QAbstractTableModel):
    """The table model: counts (rows, columns) and a description of each cell."""

    def __init__(self, parent: QWidget, describe: DescribeCell) -> None:
        super().__init__(parent)
        self.counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.fractions: NDArray[np.float64] = np.zeros((0, 0))
        self.strengths: NDArray[np.float64] = np.zeros((0, 0))
        self.rows: tuple[str, ...] = ()
        self.columns: tuple[str, ...] = ()
        self.as_fractions = False
        self._describe = describe

    def set_counts(self, counts: NDArray[np.int64], rows: tuple[str, ...], columns: tuple[str, ...]) -> None:
        same = (rows, columns) == (self.rows, self.columns)
        if not same:
            self.beginResetModel()
        self.counts = counts
        self.rows = rows
        self.columns = columns
        self.fractions = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self.strengths = _strengths(counts, self.fractions)
        if same:  # without a reset, so that the selected cell stays selected
            self.repaint_all()
        else:
            self.endResetModel()

    def repaint_all(self) -> None:
        """Repaint every cell."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """One row per true class."""
        return len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """One column per answer."""
        return len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The count or fraction of a cell, or its description for tooltips and screen readers."""
        row, column = index.row(), index.column()
        count, fraction = int(self.counts[row, column]), float(self.fractions[row, column])
        if role == Qt.ItemDataRole.DisplayRole:
            if not count:
                return ""
            return f"{100 * fraction:.1f}" if self.as_fractions else str(count)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._describe(row, column, count, fraction)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The class names."""
        names = self.columns if orientation == Qt.Orientation.Horizontal else self.rows
        return names[section] if role == Qt.ItemDataRole.DisplayRole else None


def _strengths(counts: NDArray[np.int64], fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strong the colour of each cell is, 0 to 1: by fraction for correct answers, by log count for mistakes."""
    is_correct = np.eye(*counts.shape, dtype=np.bool_)
    most = int(np.where(is_correct, 0, counts).max(initial=0))
    mistakes: NDArray[np.float64] = np.log1p(counts) / max(np.log1p(most), np.log1p(MIN_SCALED_MISTAKES))
    return np.where(is_correct, np.sqrt(fractions), mistakes)


class _CellDelegate(QStyledItemDelegate):
    """Paints correct answers (diagonal) in blue and incorrect ones in orange, with the number in each cell.

    The opacity of a mistake depends on the logarithm of its count, so that 1 and 11 mistakes differ visibly beside a
    hundred.
    """

    def __init__(self, view: QTableView, cells: _CellModel) -> None:
        super().__init__(view)
        self._view, self._cells = view, cells

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint background, number, and a frame around the selected cell."""
        colours, text = colours_of(self._view), str(self._cells.data(index))
        strength = float(self._cells.strengths[index.row(), index.column()])
        rect = option.rect.adjusted(0, 0, -1, -1)
        painter.save()
        painter.setFont(self._font_for(text, rect.width()))
        painter.fillRect(rect, QColor(colours.field))
        if text:
            fill = QColor(colours.training if index.row() == index.column() else colours.validation)
            fill.setAlphaF(PALEST + (STRONGEST - PALEST) * strength)
            painter.fillRect(rect, fill)
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

    def _font_for(self, text: str, width: int) -> QFont:
        """The small font, smaller still for a text that is wider than `width` pixels."""
        font = scaled(self._view.font(), SMALL_SCALE)
        return scaled(font, min(1.0, width / max(1, QFontMetrics(font).horizontalAdvance(text))))


class ConfusionMatrix(QTableView):
    """Rows: true class; columns: answer. Arrow keys move between cells.

    Subclasses set the cell sizes in `fit_cells`, which is called when font or classes change.
    """

    def __init__(self, describe: DescribeCell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = _CellModel(self, describe)
        self.setModel(self.cells)
        self.setItemDelegate(_CellDelegate(self, self.cells))
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
        self.pictures = PictureActions(self, "confusion matrix")
        FocusBorder(self)

    @property
    def counts(self) -> NDArray[np.int64]:
        """The counts shown, (rows, columns)."""
        return self.cells.counts

    def set_counts(self, counts: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str] | None = None) -> None:
        """Show `counts` (rows, columns): row = true class, column = answer; if `columns` is None, it is `rows`."""
        self.cells.set_counts(counts, tuple(rows), tuple(rows if columns is None else columns))
        self.fit_cells()
        if len(rows) and not self.currentIndex().isValid():
            # The arrow keys start here; nothing is selected yet.
            first = self.cells.index(0, 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def fit_cells(self) -> None:
        """Set the sizes of cells and headers."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit_cells()
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
