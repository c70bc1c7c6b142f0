"""The list of drawings of a test: image, requested digit, digit read."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QListView, QWidget

from app.style.theme import colours_of
from app.tabs.my_hand.formatting import caption
from app.widgets.grey_image import thumbnail
from nncore.handwriting.personal_test.result import ReadDrawing
from nncore.preprocessing.ink import rasterize

LISTED_DRAWING_SIDE = 56
"""Side in logical pixels: twice the 28 of the network's input."""

Index = QModelIndex | QPersistentModelIndex


class _Drawings(QAbstractListModel):
    """The list's model. It renders an image only when its row becomes visible."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.drawings: tuple[ReadDrawing, ...] = ()
        self._thumbnails: dict[int, QPixmap] = {}

    def set_drawings(self, drawings: tuple[ReadDrawing, ...]) -> None:
        self.beginResetModel()
        self.drawings = drawings
        self._thumbnails.clear()
        self.endResetModel()

    def clear_thumbnails(self) -> None:
        self._thumbnails.clear()

    def rowCount(self, parent: Index | None = None) -> int:
        """One row per drawing."""
        return len(self.drawings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The caption or the image of a drawing."""
        drawing = self.drawings[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return caption(drawing)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(index.row(), drawing)
        return None

    def _thumbnail(self, row: int, drawing: ReadDrawing) -> QPixmap:
        if row not in self._thumbnails:
            ratio = self._view.devicePixelRatioF()
            self._thumbnails[row] = thumbnail(
                rasterize(drawing.ink), LISTED_DRAWING_SIDE, colours_of(self._view), ratio
            )
        return self._thumbnails[row]


class DrawingList(QListView):
    """Shows drawings; `chosen` carries the selected ReadDrawing, or None."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Drawings(self)
        self.setModel(self._model)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(LISTED_DRAWING_SIDE, LISTED_DRAWING_SIDE))
        self.setSpacing(2)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Drawings")
        self.setToolTip("Select a drawing to see which part its answer depends on.")
        self.selectionModel().selectionChanged.connect(self._emit_chosen)

    @property
    def drawings(self) -> tuple[ReadDrawing, ...]:
        """The drawings listed."""
        return self._model.drawings

    def set_drawings(self, drawings: tuple[ReadDrawing, ...]) -> None:
        """List `drawings` and select the first."""
        self._model.set_drawings(drawings)
        if drawings:
            self.setCurrentIndex(self._model.index(0))
        else:
            self.chosen.emit(None)

    def sizeHint(self) -> QSize:
        """Wide enough for an image and its caption."""
        text = self.fontMetrics().horizontalAdvance("asked 7, read 2, unsure")
        return QSize(LISTED_DRAWING_SIDE + text + 56, 4 * LISTED_DRAWING_SIDE)

    def minimumSizeHint(self) -> QSize:
        """High enough for two drawings."""
        return QSize(self.sizeHint().width(), 2 * LISTED_DRAWING_SIDE)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._model.clear_thumbnails()
        super().changeEvent(event)

    @Slot(QItemSelection, QItemSelection)
    def _emit_chosen(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        rows = [index.row() for index in selected.indexes()]
        self.chosen.emit(self.drawings[rows[0]] if rows else None)
