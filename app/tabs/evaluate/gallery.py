"""Images with what they were read as, thousands of them: only those in view are ever painted."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.tabs.evaluate.examination import Examination
from app.widgets.picture import thumbnail

PICTURE = 56
"""Logical pixels each way: each of the 28 doubled."""

MOST_KEPT = 1000
"""Pictures kept once painted, 12 MB at most."""

Index = QModelIndex | QPersistentModelIndex


class _Images(QAbstractListModel):
    """Makes a picture when it comes into view."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.examination: Examination | None = None
        self.rows: NDArray[np.intp] = np.empty(0, np.intp)
        self._pictures: OrderedDict[int, QPixmap] = OrderedDict()

    def show_rows(self, examination: Examination | None, rows: NDArray[np.intp]) -> None:
        self.beginResetModel()
        if self.examination is None or examination is None or self.examination.dataset is not examination.dataset:
            self._pictures.clear()
        self.examination, self.rows = examination, rows
        self.endResetModel()

    def forget_pictures(self) -> None:
        self._pictures.clear()

    def rowCount(self, parent: Index | None = None) -> int:
        """One an image."""
        return len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What it was read as, and how sure that was."""
        if self.examination is None:
            return None
        row = int(self.rows[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            judgement = self.examination.judgement
            true, read = (self.examination.name_of(int(n[row])) for n in (judgement.labels, judgement.answers))
            return f"{true} → {read}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.examination.caption(row)}, {self.sureness(index)} sure, image {row + 1:,}."
        return None

    def sureness(self, index: Index) -> str:
        """The confidence of an answer."""
        return self.examination.sureness(int(self.rows[index.row()])) if self.examination else ""

    def picture(self, index: Index) -> QPixmap | None:
        row = int(self.rows[index.row()])
        if row in self._pictures:
            self._pictures.move_to_end(row)
            return self._pictures[row]
        image = self.examination.image(row) if self.examination else None
        if image is None:
            return None
        ratio = self._view.devicePixelRatioF()
        self._pictures[row] = thumbnail(image, PICTURE, colours_of(self._view), ratio)
        if len(self._pictures) > MOST_KEPT:
            self._pictures.popitem(last=False)
        return self._pictures[row]


class _Card(QStyledItemDelegate):
    """A picture with two short lines below it; a ring around the chosen one."""

    def __init__(self, view: QListView, images: _Images) -> None:
        super().__init__(view)
        self._view, self._images = view, images

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same for all: the view then needs to ask only once."""
        line = self._view.fontMetrics().height()
        words = round(self._view.fontMetrics().horizontalAdvance("100.0 %"))
        return QSize(max(PICTURE, words) + 2 * GAP, PICTURE + 2 * line + 2 * GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The picture, what it was read as, how sure that was."""
        colours, rect = colours_of(self._view), option.rect.adjusted(2, 2, -2, -2)
        line = self._view.fontMetrics().height()
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        place = QRect(rect.center().x() - PICTURE // 2, rect.top() + GAP // 2, PICTURE, PICTURE)
        picture = self._images.picture(index)
        if picture is not None:
            painter.drawPixmap(place, picture)
        words = QRect(rect.left(), place.bottom() + 2, rect.width(), line)
        painter.setPen(QColor(colours.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, str(self._images.data(index)))
        painter.setFont(scaled(self._view.font(), SMALL_SCALE))
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(words.translated(0, line), Qt.AlignmentFlag.AlignCenter, self._images.sureness(index))
        if selected or option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()


class Gallery(QListView):
    """Shows images; `chosen` carries the row, in the data set, of the one selected."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = _Images(self)
        self.setModel(self._images)
        self.setItemDelegate(_Card(self, self._images))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its coming would lay out all anew
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Images")
        self.setToolTip("Choose an image to see why it was read so; double-click it to see it on the Draw tab.")
        self.selectionModel().selectionChanged.connect(self._tell)

    @property
    def rows(self) -> NDArray[np.intp]:
        """The images shown (n,), as rows of the data set, in this order."""
        return self._images.rows

    def show_rows(self, examination: Examination | None, rows: NDArray[np.intp]) -> None:
        """Show the images `rows` (n,) of the data set, in this order; nothing is chosen."""
        self._images.show_rows(examination, rows)

    def choose(self, row: int) -> None:
        """Choose the image `row` of the data set, if it is shown."""
        found = np.flatnonzero(self.rows == row)
        if len(found):
            self.setCurrentIndex(self._images.index(int(found[0])))

    def sizeHint(self) -> QSize:
        """Four beside each other."""
        return QSize(380, 400)

    def minimumSizeHint(self) -> QSize:
        """Two beside each other, one below."""
        card = self.sizeHintForIndex(self._images.index(0)) if len(self.rows) else QSize(PICTURE, PICTURE)
        return QSize(2 * card.width() + 3 * GAP, card.height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._images.forget_pictures()
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()

    @Slot(QItemSelection, QItemSelection)
    def _tell(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        for index in selected.indexes():
            self.chosen.emit(int(self.rows[index.row()]))
