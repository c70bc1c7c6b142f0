"""A grid of examples with their classes, as many as fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.widgets.grey_image import thumbnail
from nncore.data.dataset import Dataset

SAMPLE_SIDE = 56
"""Side of a picture in logical pixels: twice 28."""

MAX_EXAMPLES_SHOWN = 600


class SampleGrid(QWidget):
    """Paints the examples `rows` of a data set, as many as fit, with tooltips."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._rows: NDArray[np.intp] = np.empty(0, np.intp)
        self._thumbnails: dict[int, QPixmap] = {}
        self._empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Examples")
        self.setToolTip("Examples of the data, with their classes.")

    @property
    def rows(self) -> list[int]:
        """The data set rows shown, in order."""
        return [int(row) for row in self._rows[: self.capacity]]

    @property
    def capacity(self) -> int:
        """How many examples fit."""
        width, height = self._cell()
        across = max(1, (self.width() + GAP) // width)
        return min(MAX_EXAMPLES_SHOWN, int(across * max(1, (self.height() + GAP) // height)))

    def show_rows(self, dataset: Dataset | None, rows: NDArray[np.intp], empty: str = "") -> None:
        """Show the examples `rows` of `dataset`; without any, show the sentence `empty`."""
        self._dataset, self._rows, self._empty = dataset, rows[:MAX_EXAMPLES_SHOWN], empty
        self._thumbnails.clear()
        self._describe()
        self.update()

    def description(self, place: int) -> str:
        """The tooltip of the example at a place in the grid."""
        assert self._dataset is not None
        row = int(self._rows[place])
        return f"Example {row + 1:,}: {self._label(row)}"

    def _label(self, row: int) -> str:
        assert self._dataset is not None
        names, target = self._dataset.class_names, self._dataset.targets(np.array([row]))[0]
        if not names:
            return ", ".join(f"{number:.3g}" for number in np.atleast_1d(target)[:3])
        return names[int(target)] if target >= 0 else "no class"

    def _describe(self) -> None:
        labels = [self._label(row) for row in self.rows[:40]] if self._dataset is not None else []
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

    def _place(self, index: int) -> QRect:
        width, height = self._cell()
        across = max(1, (self.width() + GAP) // width)
        return QRect(index % across * width, index // across * height, width - GAP, height - GAP)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the example under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for index in range(len(self.rows)):
                if self._place(index).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), self.description(index), self)
                    return True
        return super().event(event)

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
                cell = self._place(index)
                square = QRect(cell.left(), cell.top(), SAMPLE_SIDE, SAMPLE_SIDE)
                if self._dataset.is_bytes:
                    painter.drawPixmap(square.topLeft(), self._thumbnail(row, colours))
                else:
                    self._paint_numbers(painter, square, row)
                painter.setPen(QColor(colours.quiet_text))
                painter.setFont(small)
                label_area = QRect(cell.left(), square.bottom() + 1, cell.width(), cell.bottom() - square.bottom())
                label = painter.fontMetrics().elidedText(
                    self._label(row), Qt.TextElideMode.ElideRight, label_area.width()
                )
                painter.drawText(label_area, Qt.AlignmentFlag.AlignCenter, label)

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
        written = "\n".join(f"{number:.3g}" for number in numbers[:3]) + ("\n…" if len(numbers) > 3 else "")
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, written)
