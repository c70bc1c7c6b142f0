"""A large digit."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from app.style.theme import ANSWER_SCALE, colours_of, scaled

NO_DIGIT_SIGN = "–"
MAX_FULL_SIZE_DIGITS = 5
"""A number with more digits is drawn smaller, to fit in the same width."""


class LargeDigit(QLabel):
    """A large number, or a faint dash (NO_DIGIT_SIGN) of the same height, so that the layout never moves.

    It paints its text itself: a font set on a label does not survive a change of the stylesheet.
    """

    def __init__(self, scale: float = ANSWER_SCALE) -> None:
        """`scale`: the size as a multiple of the body text."""
        super().__init__()
        self._scale = scale

    def sizeHint(self) -> QSize:
        """As wide as its digits, at least one, and a little higher than they are."""
        metrics = QFontMetricsF(self._font(QFont.Weight.DemiBold))
        return QSize(ceil(metrics.horizontalAdvance("0" * max(1, len(self.text())))), ceil(metrics.capHeight() * 1.2))

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, centred vertically by the height of its digits."""
        colours, empty = colours_of(self), self.text() == NO_DIGIT_SIGN
        font = self._font(QFont.Weight.Normal if empty else QFont.Weight.DemiBold)
        baseline = (self.height() + QFontMetricsF(font).capHeight()) / 2
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(colours.disabled_text if empty else colours.text))
            painter.drawText(QPointF(0, baseline), self.text())

    def _font(self, weight: QFont.Weight) -> QFont:
        return scaled(self.font(), self._scale * min(1, MAX_FULL_SIZE_DIGITS / max(1, len(self.text()))), weight)
