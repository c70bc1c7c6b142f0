"""The answer in large, how sure the network is, and the verdict in a sentence, which a screen reader speaks."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.style.theme import GROUP_GAP
from app.widgets.announcement import announce
from app.widgets.explanation import with_article
from app.widgets.large_digit import NOTHING, LargeDigit
from nncore.evaluation.recognition import Prediction

REST_MILLISECONDS = 400
"""A drawing that has not changed for so long is taken for finished, and what the network reads is spoken."""


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
        sentence = answer_in_words(prediction)
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


def answer_in_words(prediction: Prediction) -> str:
    """The verdict of a prediction as a sentence."""
    if prediction.verdict == "not a digit":
        return "This does not look like a digit."
    if prediction.verdict == "unsure":
        first, second = sorted(
            (-prediction.probabilities).argsort(kind="stable")[:2].tolist(), key=prediction.digit.__ne__
        )
        return f"Unsure: {with_article(first)}, or perhaps {with_article(second)}."
    return f"The network reads {with_article(prediction.digit)}."
