"""The list of kept models: for each a picture of its first layer, name, network, data, accuracy and date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter, QPen, QPixmap, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.storage.models.model_library import KeptModel
from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.tabs.models.library_work import LibraryWork
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.plain_text import plain_tooltip
from app.widgets.selection_mark import mark_selected
from app.widgets.weight_picture import weight_pixmap
from nncore.experiments.recipes import RECIPES
from nncore.files.model_header import ModelCard
from nncore.reporting.number_text import percent_text

LIST_TILES = 4
"""Units in the picture of a model in the list."""

Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
UNREADABLE = "This file cannot be read."


def network_text(model: KeptModel) -> str:
    """What tells a model from another one of the same name: its recipe, network, epochs and seed, as far as known."""
    if model.header is None:
        return UNREADABLE
    card = model.header.card
    recipe = RECIPES.get(card.recipe)
    parts = [recipe.title if recipe else "", model.header.spec.summary]
    parts += [f"{card.epochs:,} epoch{'' if card.epochs == 1 else 's'}" if recipe else ""]
    parts += [f"seed {card.seed}" if recipe and card.seed is not None else ""]
    return " · ".join(part for part in parts if part)


def data_text(model: KeptModel) -> str:
    """The data of a model."""
    return model.header.card.data if model.header else ""


def accuracy_text(model: KeptModel) -> str:
    """The test accuracy of a model, "–" if it was not measured."""
    return percent_text(model.header.card.test_accuracy) if model.header else "–"


class _Models(QAbstractListModel):
    """The models of the list, in the order shown."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.models: list[KeptModel] = []
        self.in_use: Path | None = None
        self.card_in_use: ModelCard | None = None

    def rowCount(self, parent: Index | None = None) -> int:
        """One row per model."""
        return len(self.models)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The name of a model, or all that is shown of it as a text."""
        model = self.models[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return model.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            marks = ["pinned"] if model.label.is_pinned else []
            return ", ".join(
                [model.name, *marks, *self.marks(model), network_text(model), accuracy_text(model), model.created]
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(model.problem or f"{model.name}. {data_text(model)}. {model.note}")
        return None

    def marks(self, model: KeptModel) -> list[str]:
        """What is special about a model, in words."""
        return [*(["bundled"] if model.is_bundled else []), *(["in use"] if self.is_in_use(model) else [])]

    def is_in_use(self, model: KeptModel) -> bool:
        """Whether the window reads with this model."""
        is_same_card = model.header is not None and model.header.card == self.card_in_use
        return model.path == self.in_use or is_same_card


class _RowDelegate(QStyledItemDelegate):
    """Paints a row: picture, name, network and data, and at the right the accuracy and the date."""

    def __init__(self, view: ModelList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Three lines high."""
        return QSize(200, self._view.picture_side + 2 * GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        view, model, colours = self._view, self._view.model_at(index), colours_of(self._view)
        rect, side = option.rect, view.picture_side
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.line))
            mark_selected(painter, rect, colours)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        inner = rect.adjusted(GAP, GAP, -GAP, -GAP)
        picture = view.thumbnail(model, colours)
        place = QRect(inner.left(), inner.top(), side, side)
        if picture is not None:
            painter.drawPixmap(place, picture)
        else:
            painter.setPen(QColor(colours.line))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
        self._paint_texts(painter, inner.adjusted(side + GAP + GAP // 2, 0, 0, 0), model, colours)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()

    def _paint_texts(self, painter: QPainter, place: QRect, model: KeptModel, colours: Colours) -> None:
        view, line = self._view, place.height() // 3
        bold, small = scaled(view.font(), 1.0, QFont.Weight.DemiBold), scaled(view.font(), SMALL_SCALE)
        rows = [QRect(place.left(), place.top() + number * line, place.width(), line) for number in range(3)]
        marks = ", ".join(view.marks(model))
        for row, font, colour, left, right in (
            (rows[0], bold, colours.text, ("★ " if model.label.is_pinned else "") + model.name, accuracy_text(model)),
            (rows[1], small, colours.error if model.problem else colours.quiet_text, network_text(model), marks),
            (rows[2], small, colours.quiet_text, model.note or data_text(model), model.created[:16]),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colours.winner if row is rows[1] and view.is_in_use(model) else colours.text))
            metrics = painter.fontMetrics()
            if row is rows[2] or (row is rows[1] and not view.is_in_use(model)):
                painter.setPen(QColor(colours.quiet_text))
            painter.drawText(row, RIGHT, right)
            room = row.width() - metrics.horizontalAdvance(right) - 2 * GAP
            painter.setPen(QColor(colour))
            text = metrics.elidedText(" ".join(left.split()), Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(row.left(), row.top(), room, row.height()), LEFT, text)


class ModelList(QListView):
    """Shows models; several can be selected. Pictures are made only for visible rows."""

    models_selected = Signal()
    """The selection has changed."""
    used, rename_requested, delete_requested, undo_requested = Signal(), Signal(), Signal(), Signal()

    def __init__(self, work: LibraryWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work, self._models = work, _Models(self)
        self._pixmaps: dict[tuple[Path, float, str], QPixmap] = {}
        self.setModel(self._models)
        self.setItemDelegate(_RowDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Kept models")
        FocusBorder(self)
        self.setAccessibleDescription(
            "One model per row. Enter uses it, F2 renames it, Delete deletes it, Ctrl+Z restores it. "
            "Select two to compare them."
        )
        self.selectionModel().selectionChanged.connect(self._emit_selected)
        self.doubleClicked.connect(self.used)
        for key, signal, purpose in (
            (QKeySequence(Qt.Key.Key_Return), self.used, "Use the selected model"),
            (QKeySequence(Qt.Key.Key_Enter), self.used, "Use the selected model"),
            (QKeySequence(Qt.Key.Key_F2), self.rename_requested, "Rename the model"),
            (QKeySequence(Qt.Key.Key_Delete), self.delete_requested, "Delete the selected models"),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_requested, "Restore the deleted models"),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setWhatsThis(purpose)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(signal)
        work.picture_made.connect(self._repaint)

    @property
    def picture_side(self) -> int:
        """The side of a picture: three lines of text."""
        return 3 * self.fontMetrics().height()

    @property
    def shown(self) -> list[KeptModel]:
        """The models of the list, in this order."""
        return self._models.models

    def model_at(self, index: Index) -> KeptModel:
        """The model of a row."""
        return self._models.models[index.row()]

    def is_in_use(self, model: KeptModel) -> bool:
        """Whether the window reads with this model."""
        return self._models.is_in_use(model)

    def marks(self, model: KeptModel) -> list[str]:
        """What is special about a model, in words: "bundled", "in use"."""
        return self._models.marks(model)

    def set_in_use(self, path: Path | None, card: ModelCard | None) -> None:
        """Mark the model that the window reads with; path: None for the model of a run, which its card identifies."""
        self._models.in_use, self._models.card_in_use = path, card
        self.viewport().update()

    def set_models(self, models: Sequence[KeptModel]) -> None:
        """Show these models in this order; the selection stays, and with the same files also the scroll position."""
        selected, current = {model.path for model in self.selected()}, self.current_path()
        same = [model.path for model in models] == [model.path for model in self.shown]
        if same:
            self._models.models = list(models)
            self.viewport().update()
            return
        self._models.beginResetModel()
        self._models.models = list(models)
        self._models.endResetModel()
        self.select(selected, current)

    def current_path(self) -> Path | None:
        """The model of the current row."""
        index = self.currentIndex()
        return self.model_at(index).path if index.isValid() else None

    def select(self, paths: set[Path], current: Path | None = None) -> None:
        """Select the models of these files, as far as they are shown."""
        rows = [row for row, model in enumerate(self.shown) if model.path in paths]
        selection = QItemSelection()
        for row in rows:
            selection.select(self._models.index(row), self._models.index(row))
        wanted = [row for row in rows if self.shown[row].path == current] or rows
        selecting = self.selectionModel()
        if wanted:
            selecting.setCurrentIndex(self._models.index(wanted[0]), QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(self._models.index(wanted[0]))
        selecting.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.models_selected.emit()

    def selected(self) -> list[KeptModel]:
        """The selected models, in the order shown."""
        return [self.shown[row] for row in sorted(index.row() for index in self.selectedIndexes())]

    def thumbnail(self, model: KeptModel, colours: Colours) -> QPixmap | None:
        """The picture of a model in its row; None while it is made, or if the file cannot be read."""
        if model.header is None:
            return None
        picture = self._work.picture(model.path, model.changed, LIST_TILES)
        if picture is None:
            return None
        key = model.path, model.changed, colours.paper
        side = self.picture_side
        known = self._pixmaps.get(key)
        if known is None or round(known.deviceIndependentSize().width()) != side:
            if len(self._pixmaps) > 200:
                self._pixmaps.clear()
            known = self._pixmaps[key] = weight_pixmap(picture, side, colours, self.devicePixelRatioF())
        return known

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()

    @Slot(QItemSelection, QItemSelection)
    def _emit_selected(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self.models_selected.emit()

    @Slot(Path)
    def _repaint(self, path: Path) -> None:
        self.viewport().update()
