"""The table of a calculation: terms, constants, steps and result, with a bar for each product."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP
from app.tabs.inside.calculation.calculation_rows import SUM_COLUMNS, CalculationRows
from app.tabs.inside.calculation.figure_table import NO_CELL, Cell, Figure, FigureModel, FigureTable
from nncore.model.layers.terms import Position

BAR_COLUMN = 1 + len(SUM_COLUMNS)
SAMPLES = ("00: 00, 00", "−0.0000", "−0.0000", "−00.000")
"""A text of each column of a sum; the columns are wide enough for it."""
MIN_BAR, MAX_BAR = 4 * GAP, 12 * GAP
"""The widths of the longest bar to both sides, in pixels."""
MEANINGS = {
    "pixel": "Where the input is in the previous layer: its line and column.",
    "map: pixel": "Where the input is in the previous layer: its map, line and column.",
    "unit": "The unit of the previous layer that gives the input.",
    "x": "The input: the number at this place.",
    "w": "The weight that the input is multiplied by.",
    "w · x": "The product. The sum of all products and the bias is the result.",
}


class CalculationModel(FigureModel):
    """The rows of one number, with a column of bars for a sum. Rows are made when Qt asks for them."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.rows: CalculationRows | None = None
        self.pointed_row: int | None = None

    def show_rows(self, rows: CalculationRows | None) -> None:
        """Show these rows; the selection and the scrolled place are kept if they are of the same kind."""
        before = self.rows
        is_alike = (
            before is not None and rows is not None and (before.columns, before.count) == (rows.columns, rows.count)
        )
        if not is_alike:
            self.beginResetModel()
        self.rows = rows
        if not is_alike:
            self.pointed_row = None
            self.endResetModel()
        else:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def rowCount(self, parent: Cell = NO_CELL) -> int:
        """Terms, perhaps a row for the rest, and the rows below them."""
        return 0 if self.rows is None or parent.isValid() else self.rows.count

    def columnCount(self, parent: Cell = NO_CELL) -> int:
        """The columns of the rows, and one for the bars of a sum."""
        return 0 if self.rows is None or parent.isValid() else len(self.rows.columns) + self.rows.is_sum

    def title(self, column: int) -> tuple[str, str]:
        """The titles; the bars have none."""
        columns = () if self.rows is None else self.rows.columns
        title = columns[column] if column < len(columns) else ""
        return title, MEANINGS.get(title, "")

    def figure(self, row: int, column: int) -> Figure:
        """A text of the rows, or a bar."""
        if self.rows is None or row >= self.rows.count:
            return Figure("")
        is_marked = row == self.pointed_row
        if column >= len(self.rows.columns):
            return Figure("", is_marked=is_marked, share=self.rows.share(row))
        text, is_result = self.rows.texts(row)[column], row == self.rows.count - 1
        return Figure(text, is_strong=is_result, is_link=self.rows.is_rest(row), is_marked=is_marked)

    def spoken(self, row: int) -> str:
        """A row in words."""
        return "" if self.rows is None else self.rows.spoken(row)


class CalculationTable(FigureTable):
    """Shows the rows of a calculation.

    source_pointed_at: the position in the layer's input of the row under the mouse or of the current row, or None.
    source_chosen: that of the row that was clicked, or chosen with Enter. more_requested: the row of the rest was.
    """

    source_pointed_at = Signal(object)
    source_chosen = Signal(tuple)
    more_requested = Signal()

    def __init__(self) -> None:
        super().__init__("calculation", 24, 12)
        self.model_of_rows = CalculationModel(self)
        self._samples: tuple[str, ...] = SAMPLES
        self._spanned: tuple[tuple[str, ...], int, int] | None = None
        self.set_figures(self.model_of_rows)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip("Click a term, or press Enter, to see how its input is computed.")
        self.entered.connect(self._on_entered)
        self.clicked.connect(self._on_clicked)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    @property
    def rows(self) -> CalculationRows | None:
        """The rows shown."""
        return self.model_of_rows.rows

    def show_rows(self, rows: CalculationRows | None) -> None:
        """Show these rows; None for none."""
        kind = self.rows.columns if self.rows is not None else None
        count = self.model_of_rows.rowCount()
        self.model_of_rows.show_rows(rows)
        samples: tuple[str, ...] = SAMPLES
        if rows is not None and rows.is_sum:
            samples = (SAMPLES[0], *(max(pair, key=len) for pair in zip(SAMPLES[1:], rows.longest_texts, strict=True)))
        if rows is not None and (rows.columns != kind or samples != self._samples):
            self._samples = samples
            self.set_widths()
        if rows is not None and (rows.columns, rows.listed, rows.count) != self._spanned:
            self._spanned = rows.columns, rows.listed, rows.count
            self.clearSpans()
            for row in range(rows.listed, rows.count if rows.is_sum else 0):  # a name has the room of empty cells
                self.setSpan(row, 0, 1, 3)
        if self.model_of_rows.rowCount() != count:
            self.updateGeometry()

    def mark_source(self, source: Position | None) -> None:
        """Highlight the row of a position of the layer's input, if it is listed; None for none."""
        row = None if source is None or self.rows is None else self.rows.row_of(source)
        if row != self.model_of_rows.pointed_row:
            self.model_of_rows.pointed_row = row
            self.viewport().update()

    # ------------------------------------------------------------------ input

    @Slot(QModelIndex)
    def _on_entered(self, index: Cell) -> None:
        self._point(index.row())

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: Cell, before: Cell) -> None:
        if index.isValid() and self.hasFocus():
            self._point(index.row())

    @Slot(QModelIndex)
    def _on_clicked(self, index: Cell) -> None:
        self._choose(index.row())

    def _point(self, row: int) -> None:
        self.source_pointed_at.emit(None if self.rows is None else self.rows.source(row))

    def _choose(self, row: int) -> None:
        if self.rows is None:
            return
        source = self.rows.source(row)
        if source is not None:
            self.source_chosen.emit(source)
        elif self.rows.is_rest(row):
            self.more_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self.source_pointed_at.emit(None)

    @property
    def comfortable_width(self) -> int:
        """The width of a sum with short bars, in pixels."""
        return sum(self.text_width(sample, font=self.font()) for sample in SAMPLES) + MIN_BAR

    @property
    def least_width(self) -> int:
        """The width of the texts of a sum; other columns fit any width."""
        rows = self.model_of_rows.rows
        if rows is None or not rows.is_sum:
            return 0
        place, *numbers = (self.text_width(sample) for sample in self._samples)
        return max(place // 2, self.title_width(rows.columns[0])) + sum(numbers)

    def set_widths(self) -> None:
        """The numbers get what they need, the first column the rest; bars only where there is room for them."""
        super().set_widths()
        rows = self.model_of_rows.rows
        if rows is None:
            return
        room, header = self.viewport().width(), self.horizontalHeader()
        if not rows.is_sum:
            value = min(self.text_width("−0.000000001"), room // 2)
            header.resizeSection(0, max(1, room - value))
            header.resizeSection(1, value)
            return
        place, *numbers = (self.text_width(sample) for sample in self._samples)
        bars = min(room - place - sum(numbers), MAX_BAR)
        self.setColumnHidden(BAR_COLUMN, bars < MIN_BAR)
        for column, width in enumerate(numbers, start=1):
            header.resizeSection(column, width)
        if bars >= MIN_BAR:
            header.resizeSection(BAR_COLUMN, bars)
        header.resizeSection(
            0,
            max(place // 2, self.title_width(rows.columns[0]), room - sum(numbers) - (bars if bars >= MIN_BAR else 0)),
        )
