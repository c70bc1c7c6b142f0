"""The answer in large, how sure the network is, and the verdict in a sentence."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.theme import ANSWER_SCALE, GROUP_GAP, colours_of, scaled
from nncore.recognition import Prediction

NOTHING = "–"


class LargeDigit(QLabel):
    """A digit in large, or a faint dash; as wide and high either way, so that nothing moves.

    It paints itself in a font of its own: a font set on a label does not survive a change of the stylesheet.
    """

    def sizeHint(self) -> QSize:
        """As wide as a figure and a little higher."""
        metrics = QFontMetricsF(self._font(QFont.Weight.DemiBold))
        return QSize(ceil(metrics.horizontalAdvance("0")), ceil(metrics.capHeight() * 1.2))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The digit in the middle of its height: capitals and figures are centred by their own height."""
        colours, empty = colours_of(self), self.text() == NOTHING
        font = self._font(QFont.Weight.Normal if empty else QFont.Weight.DemiBold)
        baseline = (self.height() + QFontMetricsF(font).capHeight()) / 2
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(colours.disabled_text if empty else colours.text))
            painter.drawText(QPointF(0, baseline), self.text())

    def _font(self, weight: QFont.Weight) -> QFont:
        return scaled(self.font(), ANSWER_SCALE, weight)


class Answer(QWidget):
    """Shows one Prediction, or a hint in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.digit = LargeDigit()
        self.digit.setAccessibleName("The answer")
        self.confidence = QLabel()
        self.confidence.setProperty("value", True)
        self.confidence.setToolTip("The probability that the network gives its answer.")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addStretch()
        lines.addWidget(self.confidence)
        lines.addWidget(self.sentence)
        lines.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_GAP)
        row.addWidget(self.digit)
        row.addLayout(lines, 1)

    def show_prediction(self, prediction: Prediction) -> None:
        """Show what the network reads."""
        reads = prediction.verdict != "not a digit"
        self._show(str(prediction.digit) if reads else NOTHING, f"{prediction.confidence:.1%}", verdict(prediction))

    def show_hint(self, sentence: str) -> None:
        """Show no answer, and a sentence on what would bring one."""
        self._show(NOTHING, "", sentence)

    def _show(self, digit: str, confidence: str, sentence: str) -> None:
        self.digit.setText(digit)
        self.confidence.setText(confidence.replace("%", " %"))
        self.confidence.setVisible(bool(confidence))
        self.sentence.setText(sentence)


def verdict(prediction: Prediction) -> str:
    """The verdict of a prediction as a sentence."""
    if prediction.verdict == "not a digit":
        return "This does not look like a digit."
    if prediction.verdict == "unsure":
        first, second = sorted(
            (-prediction.probabilities).argsort(kind="stable")[:2].tolist(), key=prediction.digit.__ne__
        )
        return f"Unsure: {_a(first)}, or perhaps {_a(second)}."
    return f"The network reads {_a(prediction.digit)}."


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"
