"""The answer in large figures, its confidence, and a sentence that screen readers speak."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.style.theme import GROUP_GAP
from app.widgets.elements import announce, text_label, without_margins
from app.widgets.explanation import with_article
from app.widgets.large_digit import NO_DIGIT_SIGN, LargeDigit
from nncore.evaluation.recognition import Prediction
from nncore.evaluation.snapshots import TrainingPoint
from nncore.reporting.number_text import counted_text, percent_text

NOT_LEARNED = "The network has not learned yet, so it is not sure of any digit."
"""The answer of an untrained network in words."""

NO_EPOCH = "The network is not sure: it has not finished an epoch of training."
"""The answer of a model whose file says that it has finished no epoch."""

REST_MILLISECONDS = 400
"""The answer is spoken if the drawing has not changed for this time."""


class AnswerView(QWidget):
    """Shows one Prediction, or a hint.

    `spoken` carries the sentence for screen readers, after the drawing has rested and only if it changed.
    """

    spoken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the network reads")
        self.digit = LargeDigit()
        self.digit.setAccessibleName("Answer")
        self.confidence, self.sentence = text_label(style="value", wraps=False), text_label()
        self.confidence.setAccessibleName("Confidence")
        self.confidence.setToolTip("The probability that the network gives this answer.")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.sentence.setAccessibleName("Answer in words")
        self._last_spoken = ""
        self.rest_timer = QTimer(self, singleShot=True, interval=REST_MILLISECONDS)
        self.rest_timer.timeout.connect(self._speak)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addStretch()
        lines.addWidget(self.confidence)
        lines.addWidget(self.sentence)
        lines.addStretch()
        row = without_margins(QHBoxLayout(self), GROUP_GAP)
        row.addWidget(self.digit)
        row.addLayout(lines, 1)

    def show_prediction(
        self,
        prediction: Prediction,
        number: str = "",
        index: int = 0,
        *,
        early: TrainingPoint | None = None,
        has_epoch: bool = True,
    ) -> None:
        """Show the answer; with several digits the whole `number`, and in words the digit at `index`, from 0.

        early, has_epoch: see `prediction_in_words`.
        """
        sentence = prediction_in_words(prediction, early, has_epoch=has_epoch)
        if number:
            sentence = f"{number}, digit {index + 1} of {len(number)}: {sentence[0].lower()}{sentence[1:]}"
        confidence_sentence = (
            f" It is {percent_text(prediction.confidence, 0)} sure." if prediction.verdict == "digit" else ""
        )
        self._show(
            number or (str(prediction.digit) if prediction.is_accepted else NO_DIGIT_SIGN),
            percent_text(prediction.confidence, 1) if prediction.is_accepted else "",
            sentence,
            sentence + confidence_sentence,
        )

    def show_hint(self, sentence: str) -> None:
        """Show a hint instead of an answer."""
        self._show(NO_DIGIT_SIGN, "", sentence, sentence)

    def _show(self, digit: str, confidence: str, sentence: str, speech: str) -> None:
        if len(digit) != len(self.digit.text()):
            self.digit.updateGeometry()
        self.digit.setText(digit)
        self.confidence.setText(confidence)
        self.sentence.setText(sentence)
        self.setAccessibleDescription(speech)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing())  # for a second line
        self.rest_timer.start()

    @Slot()
    def _speak(self) -> None:
        """Speak the sentence, unless it was spoken last or the widget is hidden."""
        speech = self.accessibleDescription()
        if speech != self._last_spoken and self.isVisible():
            self._last_spoken = speech
            announce(self, speech)
            self.spoken.emit(speech)


def prediction_in_words(prediction: Prediction, early: TrainingPoint | None = None, *, has_epoch: bool = True) -> str:
    """A prediction as a sentence.

    early: the point of the training in its first epoch from which the network is, if it is. has_epoch: whether the
    model has finished an epoch. A network without an epoch rejects clear digits, which says nothing about the drawing.
    """
    if not prediction.is_accepted and early is not None:
        learned = f"after {counted_text(early.step, 'step')}" if early.step else "in its first epoch"
        return NOT_LEARNED if early.epoch == 0 else f"The network is not sure yet, {learned} of training."
    if not prediction.is_accepted and not has_epoch:
        return NO_EPOCH
    if not prediction.is_accepted:
        return "This does not look like a digit."
    if prediction.verdict == "unsure":
        first, second = sorted(
            (-prediction.probabilities).argsort(kind="stable")[:2].tolist(), key=prediction.digit.__ne__
        )
        return f"Unsure: {with_article(first)} or {with_article(second)}."
    return f"The network reads {with_article(prediction.digit)}."
