"""The answer in large, how sure the network is, and the verdict in a sentence, which a screen reader speaks."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.style.theme import ANSWER_SCALE, GROUP_GAP, colours_of, scaled
from app.widgets.announcement import announce
from nncore.evaluation.recognition import Prediction

NOTHING = "–"

MOST_IN_LARGE = 5
"""Digits of a number; one of more is written smaller."""

REST_MILLISECONDS = 400
"""A drawing that has not changed for so long is taken for finished, and what the network reads is spoken."""


class LargeDigit(QLabel):
    """A digit in large, or a faint dash; as wide and high either way, so that nothing moves.

    It paints itself in a font of its own: a font set on a label does not survive a change of the stylesheet.
    """

    def sizeHint(self) -> QSize:
        """As wide as its figures, one at least, and a little higher."""
        metrics = QFontMetricsF(self._font(QFont.Weight.DemiBold))
        return QSize(ceil(metrics.horizontalAdvance("0" * max(1, len(self.text())))), ceil(metrics.capHeight() * 1.2))

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
        return scaled(self.font(), ANSWER_SCALE * min(1, MOST_IN_LARGE / max(1, len(self.text()))), weight)


class Answer(QWidget):
    """Shows one Prediction, or a hint in its place.

    `spoken` carries what a screen reader is told: once the drawing has rested, and only if the answer is another than
    the one told before.
    """

    spoken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the network reads")
        self.digit = LargeDigit()
        self.digit.setAccessibleName("The answer")
        self.confidence = QLabel()
        self.confidence.setProperty("value", True)
        self.confidence.setToolTip("The probability that the network gives its answer.")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for label in (self.confidence, self.sentence):
            label.setAccessibleName("How sure it is" if label is self.confidence else "The verdict")
        self._told = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._tell)
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

    def show_prediction(self, prediction: Prediction, number: str = "", place: int = 0) -> None:
        """Show what the network reads; of several digits their `number`, and the one at `place`, from 0, in words."""
        reads = prediction.verdict != "not a digit"
        sentence = verdict(prediction)
        if number:
            sentence = f"{number}, digit {place + 1} of {len(number)}: {sentence[0].lower()}{sentence[1:]}"
        sure = f" It is {prediction.confidence:.0%} sure." if prediction.verdict == "digit" else ""
        self._show(
            number or (str(prediction.digit) if reads else NOTHING),
            f"{prediction.confidence:.1%}",
            sentence,
            sentence + sure,
        )

    def show_hint(self, sentence: str) -> None:
        """Show no answer, and a sentence on what would bring one."""
        self._show(NOTHING, "", sentence, sentence)

    def _show(self, digit: str, confidence: str, sentence: str, speech: str) -> None:
        if len(digit) != len(self.digit.text()):
            self.digit.updateGeometry()
        self.digit.setText(digit)
        self.confidence.setText(confidence.replace("%", " %"))
        self.sentence.setText(sentence)
        self.setAccessibleDescription(speech)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing())  # a second line moves nothing
        self._rest.start()

    @Slot()
    def _tell(self) -> None:
        """Speak, unless that has been said, or nobody can see it either."""
        speech = self.accessibleDescription()
        if speech != self._told and self.isVisible():
            self._told = speech
            announce(self, speech)
            self.spoken.emit(speech)


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
