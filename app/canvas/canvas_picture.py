"""A picture on the canvas instead of strokes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath

from nncore.preprocessing.bitmap import digit_images, digit_inks
from nncore.preprocessing.ink import Ink


@dataclass(frozen=True, eq=False)
class CanvasPicture:
    """A picture as it is shown and as the network reads it.

    Attributes:
        image: the picture as shown.
        digit_images: the network input (28, 28) uint8 of each digit on it, left to right, at least one.
        inks: the same digits as strokes, in pixels of the picture; empty for a blank picture.
        is_of_data_set: whether it is a digit of a data set, written by somebody else.
    """

    image: QImage
    digit_images: tuple[NDArray[np.uint8], ...]
    inks: tuple[Ink, ...]
    is_of_data_set: bool = False

    @classmethod
    def from_pixels(cls, pixels: NDArray[np.uint8], grey: NDArray[np.uint8]) -> CanvasPicture:
        """Create it from colours (height, width, 3) and grey values (height, width).

        Reading a large picture takes about 100 ms; do not call this on the window's thread.
        """
        height, width = grey.shape
        shown = QImage(np.ascontiguousarray(pixels).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        return cls(shown.copy(), digit_images(grey), digit_inks(grey))  # the copy owns its bytes

    @classmethod
    def from_digit(cls, image: NDArray[np.uint8]) -> CanvasPicture:
        """Create it from a digit of a data set, (28, 28), 0 for paper to 255 for ink; shown dark on white."""
        height, width = image.shape
        shown = QImage(
            np.ascontiguousarray(255 - image).tobytes(), width, height, width, QImage.Format.Format_Grayscale8
        )
        return cls(shown.copy(), (image,), digit_inks(image), is_of_data_set=True)

    def paint(self, painter: QPainter, area: QRectF, corner: float) -> None:
        """Paint the picture centred and as large as possible in `area`, with corners of radius `corner`."""
        painter.save()
        sheet = QPainterPath()
        sheet.addRoundedRect(area, corner, corner)
        painter.setClipPath(sheet)
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, max(area.width(), 200) < 8 * self.image.width()
        )
        painter.drawImage(self.rectangle_in(area), self.image)
        painter.restore()

    def rectangle_in(self, area: QRectF) -> QRectF:
        """The rectangle of the picture in `area`."""
        scale = min(area.width() / self.image.width(), area.height() / self.image.height())
        width, height = scale * self.image.width(), scale * self.image.height()
        return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)
