"""An image with its occlusion map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import Colours, colours_of
from app.widgets.grey_image import ink_image
from app.widgets.pictures.picture_actions import PictureActions
from nncore.preprocessing.ink import SIDE

OUTLINE_THRESHOLD = 0.5
"""Values above this fraction of the maximum get an outline, so that the map is visible without its colour."""

MAX_OPACITY = 0.75
"""Opacity of the map at its maximum, 0 to 1."""


class OcclusionView(QWidget):
    """Shows an image and its occlusion map: the more orange a part, the more the answer depends on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: NDArray[np.uint8] | None = None
        self.map: NDArray[np.float32] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Image with occlusion map")
        self.pictures = PictureActions(self, "occlusion map")
        self.setToolTip("The input of the network. The answer depends most on the orange parts.")

    def show_image(self, image: NDArray[np.uint8] | None, occlusion: NDArray[np.float32] | None = None) -> None:
        """Show `image` (height, width) and a map `occlusion` of that shape; nothing for None."""
        self._image, self.map = image, occlusion
        self.update()

    def sizeHint(self) -> QSize:
        """Eight screen pixels per pixel."""
        return QSize(SIDE * 8, SIDE * 8)

    def minimumSizeHint(self) -> QSize:
        """Four screen pixels per pixel."""
        return QSize(SIDE * 4, SIDE * 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint image, map, outline and border, in whole screen pixels."""
        colours, ratio = colours_of(self), self.devicePixelRatioF()
        rows, columns = (SIDE, SIDE) if self._image is None else self._image.shape
        pixel = max(1, int(min(self.width() / columns, self.height() / rows) * ratio))
        area = QRectF(0, 0, pixel * columns, pixel * rows)
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            painter.fillRect(area, QColor(colours.paper))
            if self._image is not None:
                painter.drawImage(area, ink_image(self._image, colours))
                self._paint_map(painter, area, pixel, colours)
            painter.setPen(QColor(colours.edge))
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_map(self, painter: QPainter, area: QRectF, pixel: int, colours: Colours) -> None:
        if self.map is None or self.map.max() <= 0:
            return
        fraction = np.maximum(self.map, 0) / self.map.max()
        painter.drawImage(area, tinted(np.rint(255 * MAX_OPACITY * fraction).astype(np.uint8), colours.validation))
        painter.setPen(QPen(QColor(colours.error), max(2, pixel // 4)))
        painter.drawLines([QLineF(*(end * pixel for end in line)) for line in outline(fraction >= OUTLINE_THRESHOLD)])


def tinted(opacity: NDArray[np.uint8], colour: str) -> QImage:
    """An image of one colour with the alpha channel `opacity` (height, width), 0 to 255."""
    tint = QColor(colour)
    pixels = np.empty((*opacity.shape, 4), np.uint8)
    pixels[...] = (tint.red(), tint.green(), tint.blue(), 0)
    pixels[..., 3] = opacity
    height, width = opacity.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def outline(inside: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """The lines (x1, y1, x2, y2), in pixels, between inside and outside of a mask (rows, columns)."""
    # With a frame of outside pixels, an edge lies between each two neighbours that differ, including the border.
    framed = np.pad(inside, 1)
    vertical = np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1])
    horizontal = np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1])
    return [(x, y, x, y + 1) for y, x in vertical.tolist()] + [(x, y, x + 1, y) for y, x in horizontal.tolist()]
