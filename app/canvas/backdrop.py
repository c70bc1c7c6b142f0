"""A picture on the canvas in place of strokes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath

from nncore.preprocessing.bitmap import digit_images, digit_inks
from nncore.preprocessing.ink import Ink


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A picture as it is shown and as it is read.

    image: what is shown. pictures: (28, 28) uint8 of each digit on it, left to right, at least one. inks: the same
    digits as strokes, in pixels of the picture; none for a blank sheet.
    """

    image: QImage
    pictures: tuple[NDArray[np.uint8], ...]
    inks: tuple[Ink, ...]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], grey: NDArray[np.uint8]) -> Backdrop:
        """Made of colours (height, width, 3) and grey values (height, width).

        Reading a large picture takes some 100 ms: not on the window's thread.
        """
        height, width = grey.shape
        shown = QImage(np.ascontiguousarray(pixels).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        return cls(shown.copy(), digit_images(grey), digit_inks(grey))  # the copy holds its own bytes

    @classmethod
    def of_digit(cls, image: NDArray[np.uint8]) -> Backdrop:
        """Made of a digit as data sets have it, (28, 28), 0 for paper to 255 for ink; shown dark on white."""
        height, width = image.shape
        shown = QImage(
            np.ascontiguousarray(255 - image).tobytes(), width, height, width, QImage.Format.Format_Grayscale8
        )
        return cls(shown.copy(), (image,), digit_inks(image))

    def paint(self, painter: QPainter, area: QRectF, corner: float) -> None:
        """Show the picture as large as fits into the middle of `area`, whose corners have the radius `corner`."""
        painter.save()
        sheet = QPainterPath()
        sheet.addRoundedRect(area, corner, corner)
        painter.setClipPath(sheet)
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, max(area.width(), 200) < 8 * self.image.width()
        )
        painter.drawImage(self.place(area), self.image)
        painter.restore()

    def place(self, area: QRectF) -> QRectF:
        """Where in `area` the picture is shown."""
        scale = min(area.width() / self.image.width(), area.height() / self.image.height())
        width, height = scale * self.image.width(), scale * self.image.height()
        return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)
