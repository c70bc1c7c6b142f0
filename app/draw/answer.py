"""The answer in large, how sure the network is, and the verdict in a sentence."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.theme import ANSWER_SCALE, GROUP_GAP, scaled
from nncore.recognition import Prediction

NOTHING = "–"


class Answer(QWidget):
    """Shows one Prediction, or a hint in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.digit = QLabel()
        self.digit.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
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

    def changeEvent(self, event: QEvent) -> None:
        """Keep the digit's place as wide and high as a digit, so that nothing moves when a dash takes it."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_digit()
        super().changeEvent(event)

    def _fit_digit(self) -> None:
        weight = QFont.Weight.DemiBold if self.digit.isEnabled() else QFont.Weight.Normal
        self.digit.setFont(scaled(self.font(), ANSWER_SCALE, weight))
        metrics = QFontMetricsF(scaled(self.font(), ANSWER_SCALE, QFont.Weight.DemiBold))
        self.digit.setFixedSize(ceil(metrics.horizontalAdvance("0")), ceil(metrics.capHeight() * 1.2))

    def show_prediction(self, prediction: Prediction) -> None:
        """Show what the network reads."""
        reads = prediction.verdict != "not a digit"
        self._show(str(prediction.digit) if reads else NOTHING, f"{prediction.confidence:.1%}", verdict(prediction))

    def show_hint(self, sentence: str) -> None:
        """Show no answer, and a sentence on what would bring one."""
        self._show(NOTHING, "", sentence)

    def _show(self, digit: str, confidence: str, sentence: str) -> None:
        self.digit.setText(digit)
        self.digit.setEnabled(digit != NOTHING)
        self._fit_digit()
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
