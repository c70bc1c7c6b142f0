"""Grey images in the theme's ink and paper colours."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, qRgb

from app.style.theme import Colours


def ink_image(image: NDArray[np.uint8], colours: Colours) -> QImage:
    """Grey values (height, width) as an image from paper (0) to ink (255)."""
    height, width = image.shape
    pixels = np.ascontiguousarray(image).tobytes()
    indexed = QImage(pixels, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable(_shades(colours.paper, colours.ink))
    return indexed.convertToFormat(QImage.Format.Format_RGB32)  # owns its bytes


def thumbnail(image: NDArray[np.uint8], side: int, colours: Colours, ratio: float) -> QPixmap:
    """Grey values (height, width) scaled into a square of paper with `side` logical pixels."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(colours.paper))
    height, width = image.shape
    scale = side / max(height, width)
    place = QRectF((side - width * scale) / 2, (side - height * scale) / 2, width * scale, height * scale)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, ink_image(image, colours))
    return pixmap


@lru_cache(maxsize=8)
def _shades(paper: str, ink: str) -> list[int]:
    fractions = np.linspace(0, 1, 256)[:, None]
    low, high = ([colour.red(), colour.green(), colour.blue()] for colour in (QColor(paper), QColor(ink)))
    table = (1 - fractions) * np.array(low) + fractions * np.array(high)
    return [qRgb(*(int(channel) for channel in row)) for row in np.rint(table)]
