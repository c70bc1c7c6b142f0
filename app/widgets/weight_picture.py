"""A picture of weights: positive ones in one colour, negative ones in another, zero like paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from app.style.theme import Colours


def weight_image(picture: NDArray[np.float32], colours: Colours) -> QImage:
    """A picture (height, width), from -1 to 1, as an image; NaN has the colour of the surface."""
    paper, positive, negative, surface = (
        _rgb(name) for name in (colours.paper, colours.training, colours.validation, colours.surface)
    )
    value = np.nan_to_num(picture)[..., np.newaxis]
    pixels = paper + np.abs(value) * (np.where(value > 0, positive, negative) - paper)
    pixels = np.where(np.isnan(picture)[..., np.newaxis], surface, pixels)
    content = np.ascontiguousarray(np.rint(pixels).astype(np.uint8))
    height, width = picture.shape
    return QImage(content.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()  # owns its bytes


def _rgb(name: str) -> NDArray[np.float32]:
    colour = QColor(name)
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)


def weight_pixmap(picture: NDArray[np.float32], side: int, colours: Colours, ratio: float) -> QPixmap:
    """A picture of weights in the middle of a square of `side` logical pixels."""
    pixels = round(side * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(QColor(colours.surface))
    image = weight_image(picture, colours).scaled(pixels, pixels, Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect((pixels - image.width()) // 2, (pixels - image.height()) // 2, image.width(), image.height())
    with QPainter(pixmap) as painter:
        painter.drawImage(place, image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
