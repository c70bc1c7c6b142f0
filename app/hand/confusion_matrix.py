"""The confusion matrix of a test: which digit was read as which, in cells that the arrow keys reach."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.hand.words import NO_DIGIT
from app.theme import colours_of
from nncore.dataset import DIGITS
from nncore.hand.reading import REFUSED

LOWEST, HIGHEST = 1.25, 2.2
"""Lines of text that a row is high."""

Index = QModelIndex | QPersistentModelIndex


class _Counts(QAbstractTableModel):
    """Counts (10, 11) as a table, with words for each cell."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.counts: NDArray[np.int64] = np.zeros((len(DIGITS), len(DIGITS) + 1), np.int64)

    def set_counts(self, counts: NDArray[np.int64]) -> None:
        self.beginResetModel()
        self.counts = counts
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """A row for each digit asked for."""
        return len(self.counts)

    def columnCount(self, parent: Index | None = None) -> int:
        """A column for each digit read, and one for no digit."""
        return len(self.counts[0])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The count, and for tooltips and screen readers a sentence."""
        count = int(self.counts[index.row(), index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return str(count) if count else ""
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            read = "called no digit" if index.column() == REFUSED else f"read as {index.column()}"
            return f"Asked for {index.row()}, {read}: {count}."
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The digits."""
        if role == Qt.ItemDataRole.DisplayRole:
            return NO_DIGIT if section == REFUSED else str(section)
        return None


class _Painted(QStyledItemDelegate):
    """Right answers in blue on the diagonal, wrong ones in orange; the count stands in each, so colour only helps."""

    def __init__(self, view: QTableView, counts: Callable[[], NDArray[np.int64]]) -> None:
        super().__init__(view)
        self._view, self._counts = view, counts

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground, the count, and a ring around the chosen cell."""
        colours, counts = colours_of(self._view), self._counts()
        count, total = counts[index.row(), index.column()], counts[index.row()].sum()
        rect = option.rect.adjusted(0, 0, -1, -1)
        painter.save()
        painter.fillRect(rect, QColor(colours.field))
        if count:
            ground = QColor(colours.training if index.row() == index.column() else colours.validation)
            ground.setAlphaF(0.2 + 0.4 * float(count / total))
            painter.fillRect(rect, ground)
            painter.setPen(QColor(colours.text))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        elif index.row() == index.column():
            painter.setPen(QColor(colours.disabled_text))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "·")
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_HasFocus:
            style = Qt.PenStyle.SolidLine if selected else Qt.PenStyle.DotLine
            painter.setPen(QPen(QColor(colours.accent), 2, style))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()


class ConfusionMatrix(QTableView):
    """Rows: asked for; columns: read as. `cell_chosen` tells (asked for, read; 10 for no digit) of a chosen cell."""

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Counts(self)
        self._room = 0
        self.setModel(self._model)
        self.setItemDelegate(_Painted(self, lambda: self.counts))
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
            header.setMinimumSectionSize(8)
        self.setCornerButtonEnabled(False)
        self.setAccessibleName("Confusion matrix")
        self.setAccessibleDescription("Rows: the digit asked for. Columns: the digit read. Arrow keys choose a cell.")
        self.setToolTip("How often each digit was read as which. Choose a cell to see its drawings.")
        self.selectionModel().selectionChanged.connect(self._tell)
        self._fit()

    @property
    def counts(self) -> NDArray[np.int64]:
        """What is shown, (10, 11)."""
        return self._model.counts

    def set_counts(self, counts: NDArray[np.int64]) -> None:
        """Show `counts` (10, 11): row = asked for, column = read, the last one for no digit."""
        self._model.set_counts(counts)
        # Where the arrow keys begin; nothing is chosen yet.
        self.selectionModel().setCurrentIndex(self._model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def set_room(self, pixels: int) -> None:
        """Be about so high, as far as rows that are neither cramped nor lost allow."""
        if pixels != self._room:
            self._room = pixels
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """All cells and their headers."""
        return QSize(
            self.verticalHeader().width() + self.horizontalHeader().length(),
            self.horizontalHeader().height() + self.verticalHeader().length(),
        )

    def minimumSizeHint(self) -> QSize:
        """The same: there are no scroll bars."""
        return self.sizeHint()

    def _fit(self) -> None:
        line = self.fontMetrics().height()
        height = round(min(max(self._room / (len(DIGITS) + 1), LOWEST * line), HIGHEST * line))
        width = round(height * 1.15)
        self.horizontalHeader().setDefaultSectionSize(width)
        self.horizontalHeader().resizeSection(REFUSED, self.fontMetrics().horizontalAdvance(NO_DIGIT) + line)
        self.horizontalHeader().setFixedHeight(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setFixedWidth(height)
        self.setFixedSize(self.sizeHint())

    @Slot(QItemSelection, QItemSelection)
    def _tell(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        for index in selected.indexes():
            self.cell_chosen.emit(index.row(), index.column())
