"""The images below a robustness curve: one digit, distorted as much as at each point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import colours_of
from app.widgets.grey_image import ink_image
from nncore.evaluation.robustness import Distortion, distorted

SIDE_IN_LINES = 1.8
"""Height of an image in lines of text; narrower if the points are closer to each other."""


class SampleStrip(QWidget):
    """pixel_of: the horizontal pixel of a strength."""

    def __init__(self, distortion: Distortion, pixel_of: Callable[[float], float]) -> None:
        super().__init__()
        self._distortion, self._pixel_of = distortion, pixel_of
        self._sample: NDArray[np.uint8] | None = None
        self.images: dict[float, NDArray[np.uint8]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"A digit at each point: {distortion.name}")
        self.setToolTip("The same image at each point of the curve.")

    def set_sample(self, image: NDArray[np.uint8] | None) -> None:
        """Distort this image (height, width); None for no images."""
        self._sample = image
        self.clear()

    def add(self, strength: float) -> None:
        """Show the image distorted with this strength."""
        if self._sample is not None:
            shades = 255 * distorted(self._sample[None], self._distortion, strength)[0]
            self.images[strength] = shades.reshape(self._sample.shape).round().astype(np.uint8)
            self.update()

    def clear(self) -> None:
        """Remove all images."""
        self.images = {}
        self.update()

    def sizeHint(self) -> QSize:
        """One row of images."""
        return QSize(100, round(SIDE_IN_LINES * self.fontMetrics().height()))

    def place_of(self, strength: float) -> QRect:
        """The square of the image for a strength, below its point."""
        pixels = sorted(self._pixel_of(each) for each in self._distortion.strengths)
        side = min(float(self.height()), 0.95 * min(np.diff(pixels)))
        return QRect(round(self._pixel_of(strength) - side / 2), 0, round(side), round(side))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the images."""
        colours = colours_of(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            for strength, image in self.images.items():
                painter.drawImage(self.place_of(strength), ink_image(image, colours))
