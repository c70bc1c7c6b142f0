"""A list of thousands of images with their answers; only visible ones are rendered."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

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
from app.widgets.grey_image import thumbnail
from app.widgets.pictures.focus_border import FocusBorder
from nncore.data.dataset import Dataset

GALLERY_IMAGE_SIDE = 56
"""Side of a thumbnail in logical pixels: twice 28."""

MAX_CACHED = 1000
"""Most rendered pictures in the cache, 12 MB."""

Index = QModelIndex | QPersistentModelIndex


def image_of(dataset: Dataset, row: int) -> NDArray[np.uint8] | None:
    """The image (height, width) of the example `row`; None if the data is not images."""
    if not dataset.is_bytes:
        return None
    image: NDArray[np.uint8] = dataset.take(np.array([row])).images[0]
    return image


class GalleryExamples(Protocol):
    """The examples that a gallery shows; each is a row of `dataset`."""

    @property
    def dataset(self) -> Dataset:
        """The data set."""

    def image(self, row: int) -> NDArray[np.uint8] | None:
        """The image (height, width) of an example; None if the data is not images."""

    def title_text(self, row: int) -> str:
        """The line below the image, such as "7 → 2"."""

    def detail_text(self, row: int) -> str:
        """The second line."""

    def spoken_text(self, row: int) -> str:
        """The tooltip, and the text for a screen reader."""


class _Images(QAbstractListModel):
    """The list's model; it renders a thumbnail when it becomes visible."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.result: GalleryExamples | None = None
        self.rows: NDArray[np.intp] = np.empty(0, np.intp)
        self._thumbnails: OrderedDict[int, QPixmap] = OrderedDict()

    def show_rows(self, result: GalleryExamples | None, rows: NDArray[np.intp]) -> None:
        self.beginResetModel()
        if self.result is None or result is None or self.result.dataset is not result.dataset:
            self._thumbnails.clear()
        self.result, self.rows = result, rows
        self.endResetModel()

    def clear_thumbnails(self) -> None:
        self._thumbnails.clear()

    def rowCount(self, parent: Index | None = None) -> int:
        """One row per image."""
        return len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """True class, answer and confidence of an image."""
        if self.result is None:
            return None
        row = int(self.rows[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return self.result.title_text(row)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.result.spoken_text(row)
        return None

    def detail_text(self, index: Index) -> str:
        """The confidence of an answer."""
        return self.result.detail_text(int(self.rows[index.row()])) if self.result else ""

    def thumbnail(self, index: Index) -> QPixmap | None:
        row = int(self.rows[index.row()])
        if row in self._thumbnails:
            self._thumbnails.move_to_end(row)
            return self._thumbnails[row]
        image = self.result.image(row) if self.result else None
        if image is None:
            return None
        ratio = self._view.devicePixelRatioF()
        self._thumbnails[row] = thumbnail(image, GALLERY_IMAGE_SIDE, colours_of(self._view), ratio)
        if len(self._thumbnails) > MAX_CACHED:
            self._thumbnails.popitem(last=False)
        return self._thumbnails[row]


class _CardDelegate(QStyledItemDelegate):
    """Paints a thumbnail with two lines below it, and a frame around the selected one."""

    def __init__(self, view: QListView, images: _Images) -> None:
        super().__init__(view)
        self._view, self._images = view, images

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same for all images, so that the view asks only once."""
        line = self._view.fontMetrics().height()
        text_area = round(self._view.fontMetrics().horizontalAdvance("100.0 %"))
        return QSize(max(GALLERY_IMAGE_SIDE, text_area) + 2 * GAP, GALLERY_IMAGE_SIDE + 2 * line + 2 * GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the thumbnail, the answer and its confidence."""
        colours, rect = colours_of(self._view), option.rect.adjusted(2, 2, -2, -2)
        line = self._view.fontMetrics().height()
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        image_area = QRect(
            rect.center().x() - GALLERY_IMAGE_SIDE // 2, rect.top() + GAP // 2, GALLERY_IMAGE_SIDE, GALLERY_IMAGE_SIDE
        )
        thumbnail = self._images.thumbnail(index)
        if thumbnail is not None:
            painter.drawPixmap(image_area, thumbnail)
        text_area = QRect(rect.left(), image_area.bottom() + 2, rect.width(), line)
        painter.setPen(QColor(colours.text))
        painter.drawText(text_area, Qt.AlignmentFlag.AlignCenter, str(self._images.data(index)))
        painter.setFont(scaled(self._view.font(), SMALL_SCALE))
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(text_area.translated(0, line), Qt.AlignmentFlag.AlignCenter, self._images.detail_text(index))
        if selected or option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()


class Gallery(QListView):
    """Shows images; `chosen` carries the data set row of the selected one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = _Images(self)
        self.setModel(self._images)
        self.setItemDelegate(_CardDelegate(self, self._images))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # showing it later changes the layout
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))  # the handle is hidden then
        bar.setEnabled(False)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Images")
        self.setToolTip("Select an image to see why it got its answer; double-click to show it on the Draw tab.")
        self.selectionModel().selectionChanged.connect(self._emit_chosen)
        FocusBorder(self)

    @property
    def rows(self) -> NDArray[np.intp]:
        """The images shown (n,), as rows of the data set, in this order."""
        return self._images.rows

    def show_rows(self, result: GalleryExamples | None, rows: NDArray[np.intp]) -> None:
        """Show the images `rows` (n,) of the data set, in this order; none is selected."""
        self._images.show_rows(result, rows)

    def choose(self, row: int) -> None:
        """Select the image `row` of the data set, if it is listed."""
        found = np.flatnonzero(self.rows == row)
        if len(found):
            self.setCurrentIndex(self._images.index(int(found[0])))

    def sizeHint(self) -> QSize:
        """Four images wide."""
        return QSize(380, 400)

    def minimumSizeHint(self) -> QSize:
        """Two images wide, one high."""
        card = (
            self.sizeHintForIndex(self._images.index(0))
            if len(self.rows)
            else QSize(GALLERY_IMAGE_SIDE, GALLERY_IMAGE_SIDE)
        )
        return QSize(2 * card.width() + 3 * GAP, card.height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._images.clear_thumbnails()
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()

    @Slot(QItemSelection, QItemSelection)
    def _emit_chosen(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        for index in selected.indexes():
            self.chosen.emit(int(self.rows[index.row()]))
