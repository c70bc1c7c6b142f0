"""The row that teaches: ten digits to click when the network errs, what that has changed, and the way back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.session.fine_tuning import Adaptation, HeldOut
from app.session.handwriting_teacher import HandwritingTeacher
from app.style.icons import set_icon
from app.style.theme import GAP, SMALL_SCALE, scaled
from app.widgets.explanation import with_article
from app.widgets.plain_text import plain_tooltip

NOTHING_DRAWN = "Draw a digit first, then the network can learn it."
PRIVATE = "Your drawings stay on this computer: nothing is sent anywhere."
NOTHING_TAUGHT = f"The network can learn your hand. {PRIVATE}"
LEARNING = "Learning your hand …"
KEPT = "Your hand is kept: the network will learn it with the next drawing."
FORGOTTEN = "Your hand is forgotten: the network is as it was before."
LEARNT = "These are the very drawings that it learnt; MNIST, other people's digits, tells what that has cost there."
JUDGED = (
    "Held out: each drawing was read by a network that had learnt others of the same digit, but not this one. MNIST, "
    "other people's digits, tells what learning your hand has cost there."
)


class DigitButton(QToolButton):
    """A button no wider than a digit needs, so that ten of them fit beside a question."""

    def __init__(self, digit: int) -> None:
        super().__init__()
        self.setText(str(digit))
        self.setProperty("plain", True)
        self.setShortcut(QKeySequence(f"Alt+{digit}"))
        self.setAccessibleName(f"Teach that this is {with_article(digit)}")

    def sizeHint(self) -> QSize:
        """A digit with the stylesheet's padding."""
        return QSize(self.fontMetrics().horizontalAdvance("0") + 5 * GAP // 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()


class TeachRow(QWidget):
    """Two rows: the question with the digits 0 to 9; a line on what was learnt, with Undo and Forget.

    `digit_chosen` says which digit the drawing on show is. What comes of it is told to the methods, by whoever calls
    them or, after `follow`, by an HandwritingTeacher.
    """

    digit_chosen = Signal(int)
    """The right digit, 0 to 9, of what is drawn."""
    undo_requested = Signal()
    forget_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._teacher: HandwritingTeacher | None = None
        self._mnist = ""
        self.question = QLabel("Wrong? Click the right digit:")
        self.question.setWordWrap(True)
        self.digits = [DigitButton(digit) for digit in range(10)]
        for digit, button in enumerate(self.digits):
            button.clicked.connect(partial(self.digit_chosen.emit, digit))
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setAccessibleName("What the network has learnt of your hand")
        self.undo_button, self.forget_button = QPushButton("Undo"), QPushButton("Forget my hand")
        self.undo_button.setAccessibleName("Undo the last teaching")
        set_icon(self.undo_button, "undo")
        self.undo_button.clicked.connect(self.undo_requested)
        self.forget_button.clicked.connect(self.forget_requested)
        self._compose()
        self.set_obstacle(NOTHING_DRAWN)
        self.set_examples(0)
        self._say(NOTHING_TAUGHT)

    def follow(self, teacher: HandwritingTeacher) -> None:
        """Show what `teacher` teaches from now on, and connect Undo and Forget with it."""
        self._teacher = teacher
        teacher.changed.connect(self._on_change)
        teacher.adapted.connect(self.show_adaptation)
        teacher.judged.connect(self.show_held_out)
        teacher.failed.connect(self.show_failure)
        self.undo_requested.connect(teacher.undo)
        self.forget_requested.connect(teacher.forget)
        self._on_change()

    def set_obstacle(self, reason: str) -> None:
        """Offer no digit because of `reason`, a sentence; empty: offer them."""
        self.question.setEnabled(not reason)
        self.question.setToolTip(plain_tooltip(reason) or f"The network learns what you drew. {PRIVATE}")
        for digit, button in enumerate(self.digits):
            button.setEnabled(not reason)
            button.setToolTip(plain_tooltip(reason) or f"Teach: this is {with_article(digit)} (Alt+{digit}). {PRIVATE}")

    def set_examples(self, count: int, forgotten: int = 0) -> None:
        """Offer Undo and Forget for `count` examples; where there is none, Undo brings the `forgotten` back."""
        if count or not forgotten:
            undo = "Take the newest drawing back: the network is as it was before it."
        else:
            undo = f"Bring back {_drawings(forgotten)} that you had the network forget."
        self._offer(self.undo_button, bool(count or forgotten), undo, "There is nothing to take back.")
        forget = f"Take {_drawings(count)} away: the network is as it was before any. Undo brings them back."
        self._offer(self.forget_button, bool(count), forget, "The network has learnt nothing of your hand yet.")

    def show_nothing_learnt(self, kept: int = 0, forgotten: int = 0) -> None:
        """Say that the network is as it was, with `kept` examples that it has not learnt."""
        self._say(KEPT if kept else FORGOTTEN if forgotten else NOTHING_TAUGHT)

    def show_busy(self) -> None:
        """Say that the network is learning."""
        self._say(LEARNING)

    @Slot(object)
    def show_adaptation(self, adaptation: Adaptation) -> None:
        """Say what was learnt: my digits before and now, and everyone's."""
        if not adaptation.examples:
            return  # then `changed` tells
        before, after, count = adaptation.own_before.right, adaptation.own_after.right, adaptation.examples
        figures = f"{adaptation.mnist_before:.2%} before, {adaptation.mnist_after:.2%} now.".replace(
            "%", "\N{NO-BREAK SPACE}%"
        )
        self._mnist = f"MNIST: {figures}"
        self._say(
            f"{_drawings(count)} taught: {before} read right before, {after} now.\n{self._mnist}",
            f"{LEARNT} It took {adaptation.seconds:.1f} s.",
        )

    @Slot(object)
    def show_held_out(self, judged: HeldOut) -> None:
        """Say how drawings are read that were not learnt, in place of those that were."""
        before, after, count = judged.before.right, judged.after.right, judged.after.count
        self._say(f"{_drawings(count)} held out: {before} read right before, {after} now.\n{self._mnist}", JUDGED)

    @Slot(str)
    def show_failure(self, problem: str) -> None:
        """Say, in a sentence, what could not be done."""
        self._say(problem, trouble=True)

    @Slot()
    def _on_change(self) -> None:
        """Follow the hand's examples; its other signals tell what was learnt."""
        assert self._teacher is not None
        self.set_examples(self._teacher.count, self._teacher.undo_brings_back)
        if self._teacher.is_busy:
            self.show_busy()
        elif not self._teacher.has_learnt and not self.line.property("trouble"):
            self.show_nothing_learnt(self._teacher.count, self._teacher.undo_brings_back)

    def _say(self, text: str, explained: str = "", trouble: bool = False) -> None:
        if self.line.property("trouble") is not trouble:
            self.line.setProperty("trouble", trouble)
            self.line.setProperty("quiet", not trouble)
            self.line.style().polish(self.line)
        self.line.setText(text)
        self.line.setToolTip(plain_tooltip(explained or text))

    @staticmethod
    def _offer(button: QPushButton, offered: bool, tip: str, why_not: str) -> None:
        button.setEnabled(offered)
        button.setToolTip(tip if offered else why_not)

    def _compose(self) -> None:
        buttons: list[QAbstractButton] = [*self.digits, self.undo_button, self.forget_button]
        for button in buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the canvas
        small = QFontMetricsF(scaled(self.font(), SMALL_SCALE))
        narrow = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # whatever the longest word
        narrow.setHeightForWidth(True)
        self.line.setSizePolicy(narrow)
        self.line.setMinimumHeight(round(2 * small.lineSpacing()))  # nothing moves when a second line comes
        top, bottom, rows = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        top.setSpacing(GAP // 2)
        top.addWidget(self.question, 1)
        top.addSpacing(GAP // 2)
        for digit in self.digits:
            top.addWidget(digit)
        bottom.setSpacing(GAP)
        bottom.addWidget(self.line, 1)
        bottom.addWidget(self.undo_button)
        bottom.addWidget(self.forget_button)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP)
        rows.addLayout(top)
        rows.addLayout(bottom)


def _drawings(count: int) -> str:
    return "1 drawing" if count == 1 else f"{count} drawings"
