"""The weights of a unit or a map: a picture of them and a sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.style.theme import GAP, colours_of
from app.widgets.elements import text_label, without_margins
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.weight_picture import weight_image
from nncore.evaluation.calculation.tiles import Tiles
from nncore.evaluation.first_layer import scaled_weights

WEIGHTS_HEIGHT_IN_LINES = 8
MAX_TILES, MAX_LINE = 64, 32
"""The largest number of pictures, of the strongest weights, and of single weights in a line of the picture."""


class WeightsView(QWidget):
    """A picture with positive weights in one colour and negative ones in another; a sentence above it."""

    def __init__(self, name: str, height_in_lines: int = WEIGHTS_HEIGHT_IN_LINES) -> None:
        """height_in_lines: the height of the picture, in lines of text."""
        super().__init__()
        self.sentence = text_label(style="quiet")
        self.picture = _Picture(name, height_in_lines)
        column = without_margins(QVBoxLayout(self), GAP // 2)
        column.addWidget(self.sentence)
        column.addWidget(self.picture)

    def show_weights(self, pictures: NDArray[np.floating] | None, sentence: str) -> None:
        """Show pictures (n, height, width), or none, and a sentence about them."""
        self.show_picture(None if pictures is None else _arranged(pictures.astype(np.float32)), sentence)

    def show_picture(self, picture: NDArray[np.float32] | None, sentence: str) -> None:
        """Show one picture (height, width) from -1 to 1, NaN between its tiles, or none, and a sentence about it."""
        if self.sentence.text() != sentence:
            self.sentence.setText(sentence)
        self.picture.setVisible(picture is not None)
        self.picture.setAccessibleDescription(sentence)
        if picture is not None:
            self.picture.show_picture(picture)


class _Picture(QWidget):
    """A picture of weights, as large as fits, with square pixels."""

    def __init__(self, name: str, height_in_lines: int) -> None:
        super().__init__()
        self._height_in_lines = height_in_lines
        self.shown: NDArray[np.float32] | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pictures = PictureActions(self, name)

    def show_picture(self, picture: NDArray[np.float32]) -> None:
        """Show a picture (height, width), from -1 to 1, NaN between its tiles."""
        is_same_size = self.shown is not None and self.shown.shape == picture.shape
        self.shown = picture
        if not is_same_size:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Some lines of text high, but a single line of weights is not higher than one."""
        lines = self._height_in_lines if self.shown is not None and len(self.shown) > 4 else 2
        return QSize(200, lines * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """The same height, but narrow."""
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture at the left."""
        if self.shown is not None:
            image = weight_image(self.shown, colours_of(self))
            size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            with QPainter(self) as painter:
                painter.drawImage(QRect(0, 0, size.width(), size.height()), image)


def _arranged(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the strongest pictures (n, height, width) beside each other, or single weights in lines."""
    with np.errstate(all="ignore"):  # weights that have diverged have no colour
        shown = scaled_weights(pictures)
        if pictures.shape[1:] == (1, 1) or pictures.shape[:2] == (1, 1):
            row = shown.ravel()
            lines = -(-row.size // MAX_LINE)
            padded = np.full(lines * min(row.size, MAX_LINE), np.nan, np.float32)
            padded[: row.size] = row
            return padded.reshape(lines, -1)
        strength = np.square(shown).sum(axis=(1, 2))
    shown = shown[np.sort(np.argsort(-strength, kind="stable")[:MAX_TILES])]
    return Tiles(*shown.shape).arranged(shown)
