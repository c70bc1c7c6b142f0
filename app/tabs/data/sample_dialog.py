"""One example of the data set, enlarged, with the number of every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN, SMALL_SCALE, colours_of, scaled
from app.widgets.elements import text_label
from app.widgets.grey_image import ink_image
from app.widgets.pictures.focus_border import FocusBorder
from nncore.reporting.number_text import rounded_text

SHADE = 0.4
"""Opacity of the squares: with it, every number has a contrast of at least 4.5 to 1 in both themes."""

MAX_GRID_WIDTH = 1280
"""Largest width of the numbers in pixels, if a font that is a little smaller makes them fit."""

MIN_SHARE = 0.7
"""How small that font may be, relative to the small print."""

NUMBERS_PER_ROW = 8
"""Numbers in a row of an example that is not an image."""


class PixelGrid(QWidget):
    """Paints the numbers of an example in a grid; those of an image on squares as grey as the pixel."""

    def __init__(self, values: NDArray[np.uint8] | NDArray[np.float32]) -> None:
        """values: (height, width) uint8, 0 paper to 255 ink, or (n,) float numbers."""
        super().__init__()
        self._image = values.astype(np.uint8) if values.dtype == np.uint8 else None
        if values.ndim == 1:
            rows = -(-len(values) // NUMBERS_PER_ROW)
            values = np.resize(np.pad(values, (0, rows * NUMBERS_PER_ROW - len(values))), (rows, NUMBERS_PER_ROW))
        self._values = values
        self.setAccessibleName("Numbers of the example")
        self.setAccessibleDescription("; ".join(" ".join(map(self._text, row)) for row in values))

    def _text(self, value: float) -> str:
        return str(value) if self._image is not None else rounded_text(float(value), 3)

    @property
    def cell(self) -> QSize:
        """The size of the square of one number, in pixels."""
        metrics = QFontMetrics(self._small_font)
        return QSize(metrics.horizontalAdvance(self._widest) + GAP // 2, metrics.height() + 2)

    @property
    def _widest(self) -> str:
        return "255" if self._image is not None else "-0.000123"

    @property
    def _small_font(self) -> QFont:
        """The font of the numbers: small, and smaller where a row would otherwise just not fit a small screen."""
        font = scaled(self.font(), SMALL_SCALE)
        room = MAX_GRID_WIDTH // self._values.shape[1] - GAP // 2 - 1
        share = room / QFontMetrics(font).horizontalAdvance(self._widest)
        return scaled(self.font(), SMALL_SCALE * share) if MIN_SHARE < share < 1 else font

    def sizeHint(self) -> QSize:
        """Room for all numbers."""
        rows, columns = self._values.shape
        return QSize(columns * self.cell.width() + 1, rows * self.cell.height() + 1)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint squares and numbers."""
        colours, cell = colours_of(self), self.cell
        rows, columns = self._values.shape
        with QPainter(self) as painter:
            if self._image is not None:
                area = QRect(0, 0, columns * cell.width(), rows * cell.height())
                painter.fillRect(area, QColor(colours.paper))
                painter.setOpacity(SHADE)
                painter.drawImage(area, ink_image(self._image, colours))
                painter.setOpacity(1)
            painter.setFont(self._small_font)
            for row in range(rows):
                for column in range(columns):
                    value = self._values[row, column]
                    painter.setPen(QColor(colours.ink if value else colours.quiet_text))
                    place = QRect(column * cell.width(), row * cell.height(), cell.width(), cell.height())
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._text(value))


class SampleDialog(QDialog):
    """Shows one example; it is deleted when it is closed."""

    def __init__(
        self, values: NDArray[np.uint8] | NDArray[np.float32], label: str, number: int, parent: QWidget | None = None
    ) -> None:
        """values: as in PixelGrid. label: the class, or the target values. number: of the example, from 1."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Example {number:,}: {label}")
        self.grid = PixelGrid(values)
        self.title = text_label(label, "title")
        is_image = values.dtype == np.uint8
        meaning = "0 is paper, 255 is ink; the network gets each number divided by 255." if is_image else ""
        sides = " x ".join(map(str, values.shape))
        self.about = text_label(f"Example {number:,}: {sides} numbers. {meaning}".rstrip(), "quiet")
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.grid)
        FocusBorder(scroll)
        scroll.setAccessibleName("Numbers of the example, scrollable")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        for widget in (self.title, self.about, scroll, buttons):
            layout.addWidget(widget)
        layout.setStretchFactor(scroll, 1)
        self._scroll = scroll
        self.resize(self.wanted_size().boundedTo(self.screen().availableSize() * 0.95))

    def wanted_size(self) -> QSize:
        """The size that shows all numbers."""
        bar, layout = self._scroll.verticalScrollBar().sizeHint().width(), self.layout()
        assert layout is not None
        width = self.grid.sizeHint().width() + bar + 2 * PAGE_MARGIN
        around = layout.totalHeightForWidth(width) - self._scroll.sizeHint().height()
        return QSize(width, self.grid.sizeHint().height() + around + GAP // 2)
