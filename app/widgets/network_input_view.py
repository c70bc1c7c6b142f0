"""The network's input of 28 x 28 pixels, large enough to count them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLine, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import colours_of
from app.widgets.grey_image import ink_image

SIDE = 28


class NetworkInputView(QWidget):
    """An image of 28 x 28 grey values, each a square of whole screen pixels, with a faint grid.

    It uses the theme's ink and paper colours, like the canvas.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: NDArray[np.uint8] | None = None
        self._pixel_size = 5
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Input of the network")
        self.setToolTip("Your drawing as the network gets it: 28 by 28 pixels, scaled and centred.")
        self.set_image(None)

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The image shown, (28, 28), 0 for paper to 255 for ink; None while the grid is empty."""
        return self._image

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show `image` (28, 28), or the empty grid for None. Raises ValueError for any other shape."""
        if image is not None and image.shape != (SIDE, SIDE):
            raise ValueError(f"Image must have the shape ({SIDE}, {SIDE}); got {image.shape}.")
        self._image = None if image is None else np.ascontiguousarray(image, np.uint8)
        described = "Nothing drawn yet." if image is None else f"{np.count_nonzero(image)} of 784 pixels have ink."
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        self.update()

    def set_pixel_size(self, pixels: int) -> None:
        """Set the preferred size of a pixel, in logical screen pixels."""
        if pixels != self._pixel_size:
            self._pixel_size = pixels
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """28 pixels of the size given to `set_pixel_size`."""
        return QSize(SIDE * self._pixel_size, SIDE * self._pixel_size)

    def minimumSizeHint(self) -> QSize:
        """Four screen pixels per pixel; smaller ones cannot be counted."""
        return QSize(SIDE * 4, SIDE * 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels and grid lines one screen pixel wide, at any screen scale."""
        colours, ratio = colours_of(self), self.devicePixelRatioF()
        pixel = max(1, int(min(self.width(), self.height()) * ratio) // SIDE)
        square = QRect(0, 0, pixel * SIDE, pixel * SIDE)
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            painter.fillRect(square, QColor(colours.paper))
            if self._image is not None:
                painter.drawImage(square, ink_image(self._image, colours))
            painter.setPen(QColor(colours.grid))
            painter.drawLines(_grid(pixel))
            painter.setPen(QColor(colours.edge))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square.adjusted(0, 0, -1, -1))


@lru_cache(maxsize=8)
def _grid(pixel: int) -> list[QLine]:
    """The grid lines between pixels of the size `pixel`."""
    end, places = SIDE * pixel - 1, range(pixel, SIDE * pixel, pixel)
    return [QLine(place, 0, place, end) for place in places] + [QLine(0, place, end, place) for place in places]
