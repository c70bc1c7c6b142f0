"""A preview of the augmentation: a few digits with the distortions of the current settings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, Colours, colours_of
from app.widgets.grey_image import ink_image
from nncore.preprocessing.augmentation import Augmentation, Distorter

DIGITS_SHOWN = 6
"""The number of columns, each with one digit."""

VARIANTS = 2
"""The number of augmented variants below each digit."""
NO_DIGITS_YET = "The digits appear here when the data has been read."


class AugmentationPreview(QWidget):
    """Digits in columns: undistorted in the first row, distorted in the rows below; a click shows other distortions."""

    def __init__(self) -> None:
        super().__init__()
        self._digits: NDArray[np.uint8] = np.empty((0, 28, 28), np.uint8)
        self._augmentation: Augmentation | None = None
        self._seed = 0
        self.images: NDArray[np.uint8] = np.empty((0, 0, 28, 28), np.uint8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("examples of the augmentation")
        self.setToolTip(
            "Top row: the digits as they are. Below: the same digits, distorted. Click for other distortions."
        )

    def set_digits(self, digits: NDArray[np.uint8]) -> None:
        """Show some of these images (n, height, width), 0 paper to 255 ink."""
        self._digits = digits[:DIGITS_SHOWN].copy()
        self._draw()

    def set_augmentation(self, augmentation: Augmentation | None) -> None:
        """Show these distortions; None for none."""
        if augmentation != self._augmentation:
            self._augmentation = augmentation
            self._draw()

    @Slot()
    def draw_others(self) -> None:
        """Distort the same digits in other ways."""
        self._seed += 1
        self._draw()

    def _draw(self) -> None:
        """Distort the digits; all settings use the same seed, so that the effect of each setting is visible."""
        rows = [self._digits]
        if self._augmentation is not None and len(self._digits):
            count, height, width = self._digits.shape
            rng = np.random.default_rng(self._seed)
            distorter = Distorter(self._augmentation, (height, width), count)
            for _ in range(VARIANTS):
                inks = distorter.apply(self._digits, np.empty((count, height * width), np.float32), rng)
                rows.append(np.rint(255 * np.clip(inks, 0, 1)).astype(np.uint8).reshape(count, height, width))
        self.images = np.array(rows)
        self.updateGeometry()
        self.update()

    # --------------------------------------------------------------- painting

    def sizeHint(self) -> QSize:
        """Space for all rows, also without distortions, so that the layout does not move."""
        return QSize(DIGITS_SHOWN * 48, (1 + VARIANTS) * 48)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show other distortions on a click."""
        self.draw_others()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each digit with square pixels."""
        with QPainter(self) as painter:
            self._paint(painter, colours_of(self))

    def _paint(self, painter: QPainter, colours: Colours) -> None:
        if not len(self._digits):
            painter.setPen(QColor(colours.quiet_text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, NO_DIGITS_YET)
            return
        side = min(self.width() // DIGITS_SHOWN, self.height() // (1 + VARIANTS)) - GAP // 2
        for row, digits in enumerate(self.images):
            for column, digit in enumerate(digits):
                place = QRect(column * (side + GAP // 2), row * (side + GAP // 2), side, side)
                painter.drawImage(place, ink_image(digit, colours))
