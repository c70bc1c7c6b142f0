"""The digit to write, large enough to be read from the back row."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import ANSWER_SCALE, colours_of, scaled
from app.widgets.explanation import a_digit


class Prompt(QWidget):
    """Shows one digit; a screen reader hears "Write a 7"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.digit: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_digit(self, digit: int | None) -> None:
        """Show `digit`, or nothing."""
        self.digit = digit
        self.setAccessibleName("" if digit is None else f"Write {a_digit(digit)}")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as a figure and a little higher."""
        metrics = QFontMetricsF(self._font())
        return QSize(ceil(metrics.horizontalAdvance("0")), ceil(metrics.capHeight() * 1.3))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The digit, by the height of its figure in the middle."""
        if self.digit is None:
            return
        font = self._font()
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(colours_of(self).text))
            baseline = (self.height() + QFontMetricsF(font).capHeight()) / 2
            painter.drawText(0, round(baseline), str(self.digit))

    def _font(self) -> QFont:
        return scaled(self.font(), 1.5 * ANSWER_SCALE, QFont.Weight.DemiBold)
