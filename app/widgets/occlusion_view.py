"""A drawing as the network saw it, with what it looked at laid over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import Colours, colours_of
from app.widgets.picture import coloured
from nncore.preprocessing.ink import SIDE

STRONG = 0.5
"""Share of the highest value above which the map is outlined: a second sign beside the colour."""

MOST_COVERING = 0.75
"""How much of the picture the marking hides at its strongest."""


class OcclusionView(QWidget):
    """A picture in ink on paper; over it an occlusion map, the more orange the more an answer hangs on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: NDArray[np.uint8] | None = None
        self.map: NDArray[np.float32] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("What the network looked at")
        self.setToolTip("The drawing as the network saw it. Orange: what its answer hangs on.")

    def show_picture(self, image: NDArray[np.uint8] | None, occlusion: NDArray[np.float32] | None = None) -> None:
        """Show `image` (height, width), and the map `occlusion` of that shape over it; nothing for None."""
        self._image, self.map = image, occlusion
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to count the pixels."""
        return QSize(SIDE * 8, SIDE * 8)

    def minimumSizeHint(self) -> QSize:
        """Still large enough to see the digit."""
        return QSize(SIDE * 4, SIDE * 4)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, ink, the marking with its outline, the border; in whole pixels of the screen."""
        colours, ratio = colours_of(self), self.devicePixelRatioF()
        rows, columns = (SIDE, SIDE) if self._image is None else self._image.shape
        pixel = max(1, int(min(self.width() / columns, self.height() / rows) * ratio))
        area = QRectF(0, 0, pixel * columns, pixel * rows)
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            painter.fillRect(area, QColor(colours.paper))
            if self._image is not None:
                painter.drawImage(area, coloured(self._image, colours))
                self._paint_map(painter, area, pixel, colours)
            painter.setPen(QColor(colours.edge))
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_map(self, painter: QPainter, area: QRectF, pixel: int, colours: Colours) -> None:
        if self.map is None or self.map.max() <= 0:
            return
        share = np.maximum(self.map, 0) / self.map.max()
        painter.drawImage(area, tinted(np.rint(255 * MOST_COVERING * share).astype(np.uint8), colours.validation))
        painter.setPen(QPen(QColor(colours.trouble), max(2, pixel // 4)))
        painter.drawLines([QLineF(*(end * pixel for end in line)) for line in outline(share >= STRONG)])


def tinted(opacity: NDArray[np.uint8], colour: str) -> QImage:
    """A picture of one colour, as opaque as `opacity` (height, width) says, 0 to 255."""
    tint = QColor(colour)
    pixels = np.empty((*opacity.shape, 4), np.uint8)
    pixels[...] = (tint.red(), tint.green(), tint.blue(), 0)
    pixels[..., 3] = opacity
    height, width = opacity.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def outline(inside: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """The lines (x1, y1, x2, y2), in pixels, between those pixels (rows, columns) that are inside and those not."""
    framed = np.pad(inside, 1)
    upright = np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1])
    level = np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1])
    return [(x, y, x, y + 1) for y, x in upright.tolist()] + [(x, y, x + 1, y) for y, x in level.tolist()]
