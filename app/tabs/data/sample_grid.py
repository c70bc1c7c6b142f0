"""A grid of examples with their classes, as many as fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.widgets.cell_grid import CellGrid
from app.widgets.grey_image import thumbnail
from nncore.data.dataset import Dataset
from nncore.reporting.number_text import decimal_text

SAMPLE_SIDE = 56
"""Side of a picture in logical pixels: twice 28."""

MAX_EXAMPLES_SHOWN = 600


class SampleGrid(CellGrid):
    """Paints the examples `rows` of a data set, as many as fit, with tooltips; arrow keys choose one."""

    example_opened = Signal(int)
    """The row of the data set whose example was clicked, or chosen with Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._rows: NDArray[np.intp] = np.empty(0, np.intp)
        self._thumbnails: dict[int, QPixmap] = {}
        self._empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Examples")
        self.setToolTip("Examples of the data, with their classes. Click one, or press Enter, to see its numbers.")

    @property
    def rows(self) -> list[int]:
        """The data set rows shown, in order."""
        return [int(row) for row in self._rows[: self.capacity]]

    @property
    def capacity(self) -> int:
        """How many examples fit."""
        return min(MAX_EXAMPLES_SHOWN, self.across * max(1, (self.height() + GAP) // self._cell()[1]))

    @property
    def across(self) -> int:
        """How many examples fit in a row."""
        return max(1, (self.width() + GAP) // self._cell()[0])

    def show_rows(self, dataset: Dataset | None, rows: NDArray[np.intp], empty: str = "") -> None:
        """Show the examples `rows` of `dataset`; without any, show the sentence `empty`."""
        self._dataset = dataset
        self._rows = rows[:MAX_EXAMPLES_SHOWN]
        self._empty = empty
        self._thumbnails.clear()
        self.current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if len(rows) else Qt.FocusPolicy.NoFocus)
        self._describe()
        self.update()

    def description(self, place: int) -> str:
        """The tooltip of the example at a place in the grid."""
        assert self._dataset is not None
        row = int(self._rows[place])
        return f"Example {row + 1:,}: {self.label(row)}"

    def label(self, row: int) -> str:
        """The class of an example, or its first target values."""
        assert self._dataset is not None
        names, target = self._dataset.class_names, self._dataset.targets(np.array([row]))[0]
        if not names:
            return ", ".join(decimal_text(number) for number in np.atleast_1d(target)[:3])
        return names[int(target)] if target >= 0 else "no class"

    def _describe(self) -> None:
        labels = [self.label(row) for row in self.rows[:40]] if self._dataset is not None else []
        self.setAccessibleDescription(", ".join(labels) or self._empty)

    def sizeHint(self) -> QSize:
        """Eight across, six down."""
        width, height = self._cell()
        return QSize(8 * width - GAP, 6 * height - GAP)

    def minimumSizeHint(self) -> QSize:
        """Three across, two down."""
        width, height = self._cell()
        return QSize(3 * width - GAP, 2 * height - GAP)

    def _cell(self) -> tuple[int, int]:
        return SAMPLE_SIDE + GAP, SAMPLE_SIDE + self.fontMetrics().height() + GAP

    def place(self, index: int) -> QRect:
        """The rectangle of the example at a place in the grid, in the widget's pixels."""
        width, height = self._cell()
        return QRect(index % self.across * width, index // self.across * height, width - GAP, height - GAP)

    def cell(self, index: int) -> QRect:
        """The same place, of the image with its label."""
        return self.place(index)

    def count(self) -> int:
        """How many examples are shown."""
        return len(self.rows)

    def columns(self) -> int:
        """How many examples fit in a row."""
        return self.across

    def cell_description(self, index: int) -> str:
        """The example at a place in the grid, in a sentence."""
        return f"{self.description(index)}."

    def choose(self, index: int) -> None:
        """Open the example at a place in the grid."""
        self.example_opened.emit(self.rows[index])
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        self._thumbnails.clear()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the description, because more examples may fit."""
        self._describe()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each example and its class; data that is not images is painted as numbers."""
        colours = colours_of(self)
        with QPainter(self) as painter:
            if self._dataset is None or not len(self._rows):
                painter.setPen(QColor(colours.quiet_text))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect(), int(flags), self._empty)
                return
            small = scaled(self.font(), SMALL_SCALE)
            for index, row in enumerate(self.rows):
                cell = self.place(index)
                square = QRect(cell.left(), cell.top(), SAMPLE_SIDE, SAMPLE_SIDE)
                if self._dataset.is_bytes:
                    painter.drawPixmap(square.topLeft(), self._thumbnail(row, colours))
                else:
                    self._paint_numbers(painter, square, row)
                painter.setPen(QColor(colours.quiet_text))
                painter.setFont(small)
                label_area = QRect(cell.left(), square.bottom() + 1, cell.width(), cell.bottom() - square.bottom())
                label = painter.fontMetrics().elidedText(
                    self.label(row), Qt.TextElideMode.ElideRight, label_area.width()
                )
                painter.drawText(label_area, Qt.AlignmentFlag.AlignCenter, label)
                if index == self.current and self.hasFocus():
                    painter.setPen(QPen(QColor(colours.accent), 2))
                    painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _thumbnail(self, row: int, colours: Colours) -> QPixmap:
        if row not in self._thumbnails:
            assert self._dataset is not None
            image = self._dataset.take(np.array([row])).images[0]
            self._thumbnails[row] = thumbnail(image, SAMPLE_SIDE, colours, self.devicePixelRatioF())
        return self._thumbnails[row]

    def _paint_numbers(self, painter: QPainter, square: QRect, row: int) -> None:
        assert self._dataset is not None
        numbers = self._dataset.inputs(np.array([row]))[0]
        painter.setFont(scaled(self.font(), SMALL_SCALE))
        painter.setPen(QColor(colours_of(self).text))
        written = "\n".join(decimal_text(number) for number in numbers[:3]) + ("\n…" if len(numbers) > 3 else "")
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, written)
