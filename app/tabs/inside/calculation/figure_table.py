"""The base of the tables of numbers: rows without grid lines, figures in aligned columns, as narrow as they can be."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled, smaller_fonts
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.plain_text import plain_tooltip
from app.widgets.selection_mark import frame_focused, mark_selected
from app.widgets.table_style import TEXT_MARGIN, table_style

CELL_MARGIN = 2 * (GAP // 2 + TEXT_MARGIN) + 2
"""Pixels of a cell beside its text."""

LEFT_ALIGNED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT_ALIGNED = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

Cell = QModelIndex | QPersistentModelIndex
NO_CELL = QModelIndex()


class Figure(NamedTuple):
    """What a cell shows: a text, or a bar of the length `share`, −1 to 1.

    is_strong: emphasized. is_link: a click on it shows more. is_marked: on a darker ground.
    """

    text: str
    is_strong: bool = False
    is_link: bool = False
    is_marked: bool = False
    share: float = 0.0


class FigureModel(QAbstractTableModel):
    """The model of a table of numbers. A subclass has `rowCount`, `columnCount`, and the methods below."""

    def title(self, column: int) -> tuple[str, str]:
        """The title of a column, and its tool tip."""
        raise NotImplementedError

    def figure(self, row: int, column: int) -> Figure:
        """What a cell shows; the first column is left-aligned, the others right-aligned."""
        raise NotImplementedError

    def spoken(self, row: int) -> str:
        """A row in words, for a tool tip and a screen reader."""
        raise NotImplementedError

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The titles."""
        if orientation is not Qt.Orientation.Horizontal or section >= self.columnCount():
            return None
        title, tip = self.title(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT_ALIGNED if section else LEFT_ALIGNED
        return {Qt.ItemDataRole.DisplayRole: title, Qt.ItemDataRole.ToolTipRole: tip or None}.get(Qt.ItemDataRole(role))

    def data(self, index: Cell, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text and words; how a cell looks is asked for by the delegate, because Qt would take longer."""
        if not (0 <= index.row() < self.rowCount() and 0 <= index.column() < self.columnCount()):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.figure(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.spoken(index.row()))
        return self.spoken(index.row()) if role == Qt.ItemDataRole.AccessibleTextRole else None


class _FigureDelegate(QStyledItemDelegate):
    """Paints cells. The style sheet would take three times as long, and the numbers follow the pen."""

    def __init__(self, view: FigureTable, model: FigureModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.prepare()

    def prepare(self) -> None:
        """Take over colours and fonts of the table, before its cells are painted."""
        self._colours = colours_of(self._view)
        self._current_row = self._view.currentIndex().row() if self._view.hasFocus() else -1
        self._font, self._strong_font = QFont(self._view.figure_font), QFont(self._view.figure_font)
        self._strong_font.setWeight(QFont.Weight.DemiBold)
        self._figure_width = QFontMetrics(self._strong_font).horizontalAdvance("0")
        self._text, self._link, self._ground = (
            QColor(name) for name in (self._colours.text, self._colours.accent, self._colours.line)
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Cell) -> None:
        """Paint ground, text and bar."""
        area, column = option.rect, index.column()
        figure = self._model.figure(index.row(), column)
        is_current = index.row() == self._current_row
        if figure.is_marked or is_current:
            painter.fillRect(area, self._ground)
        if is_current and column == 0:
            mark_selected(painter, area, self._colours)
        if figure.share:
            _paint_bar(painter, QRectF(area), figure.share, self._colours)
        if not figure.text:
            return
        painter.setFont(self._strong_font if figure.is_strong else self._font)
        painter.setPen(self._link if figure.is_link else self._text)
        inside, text = area.adjusted(CELL_MARGIN // 2, 0, 1 - CELL_MARGIN // 2, 0), figure.text
        if column == 0 or len(text) * self._figure_width > inside.width():  # measuring takes as long as painting
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, RIGHT_ALIGNED if column else LEFT_ALIGNED, text)


def _paint_bar(painter: QPainter, area: QRectF, share: float, colours: Colours) -> None:
    """A bar from the middle to the right for a positive share, to the left for a negative one."""
    inside, middle = area.adjusted(GAP / 2, 5, -GAP / 2, -5), area.center().x()
    bar = QRectF(middle, inside.top(), share * inside.width() / 2, inside.height()).normalized()
    painter.fillRect(bar, QColor(colours.training if share > 0 else colours.validation))
    painter.fillRect(QRectF(middle - 0.5, inside.top(), 1, inside.height()), QColor(colours.edge))


class FigureTable(QTableView):
    """Shows a model; most_rows, fewest_rows: the preferred and the minimum number of rows, if there are as many."""

    def __init__(self, name: str, most_rows: int, fewest_rows: int) -> None:
        """name: for a screen reader, and of the picture that can be saved."""
        super().__init__()
        self._most_rows, self._fewest_rows = most_rows, fewest_rows
        self.figure_font = QFont(self.font())
        """The font of the texts: smaller than the font of the table where large text would be cut."""
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.pictures = PictureActions(self, name)

    def set_figures(self, model: FigureModel) -> None:
        """Show `model`, and style the table."""
        self.setModel(model)
        self._delegate = _FigureDelegate(self, model)
        self.setItemDelegate(self._delegate)
        self._apply_style()

    @property
    def least_width(self) -> int:
        """The width that all columns need with the present font of the figures, in pixels."""
        return 0

    def set_widths(self) -> None:
        """Divide the width between the columns; called when it, the font or the kind of columns has changed.

        It is extended by subclasses; here it chooses the font.
        """
        for font in smaller_fonts(QFont(self.font())):
            self.figure_font = font
            if self.least_width <= self.viewport().width():
                break
        self._apply_sheet()

    def title_width(self, title: str) -> int:
        """The width that the title of a column needs, in pixels."""
        return QFontMetrics(self._title_font).horizontalAdvance(title) + CELL_MARGIN

    @property
    def _title_font(self) -> QFont:
        return scaled(self.figure_font, SMALL_SCALE, QFont.Weight.Medium)

    def text_width(self, *texts: str, font: QFont | None = None) -> int:
        """The width of a column with these texts, in pixels; font: None for the font of the figures."""
        font = QFont(self.figure_font if font is None else font)
        font.setWeight(QFont.Weight.DemiBold)  # that of an emphasized row
        metrics = QFontMetrics(font)
        return max(metrics.horizontalAdvance(text) for text in texts) + CELL_MARGIN

    def sizeHint(self) -> QSize:
        """The preferred number of rows."""
        return QSize(200, self._height(self._most_rows))

    def minimumSizeHint(self) -> QSize:
        """The minimum number of rows, at nearly any width."""
        return QSize(100, self._height(self._fewest_rows))

    def _height(self, rows: int) -> int:
        model = self.model()
        rows = min(rows, model.rowCount() if model is not None else 0)
        return self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all cells."""
        self._delegate.prepare()
        super().paintEvent(event)
        if self.hasFocus():
            with QPainter(self.viewport()) as painter:
                frame_focused(painter, self.viewport().rect(), colours_of(self))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the focus no more."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the new width to the columns."""
        super().resizeEvent(event)
        self.set_widths()

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._apply_style()

    def _apply_style(self) -> None:
        if not hasattr(self, "pictures"):  # Qt sends a font change during construction
            return
        self.set_widths()
        self.updateGeometry()

    def _apply_sheet(self) -> None:
        style = table_style(self, GAP // 2)
        style += f"QHeaderView::section {{ font-size: {self._title_font.pointSizeF():.2f}pt; }}"
        if style != self.styleSheet():  # setting it sends another style change
            self.setStyleSheet(style)
        self.horizontalHeader().setFont(self._title_font)  # as in the style sheet
        line = QFontMetrics(self.figure_font).height() + GAP // 2
        self.verticalHeader().setMinimumSectionSize(line)
        self.verticalHeader().setDefaultSectionSize(line)
