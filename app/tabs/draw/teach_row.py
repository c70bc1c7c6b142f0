"""The row that teaches the network the user's handwriting: ten digit buttons, the effect, Undo and Forget."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
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
from app.widgets.elements import push_button, row_of, set_style, text_label, without_margins
from app.widgets.explanation import with_article
from app.widgets.plain_text import plain_tooltip
from nncore.model.network import Network
from nncore.reporting.number_text import counted_text

NOTHING_DRAWN = "Draw a digit first."
PRIVACY = "Your drawings stay on this computer."
NO_EXAMPLES_YET = f"The network can learn your handwriting. {PRIVACY}"
LEARNING = "Learning your handwriting …"
NOT_LEARNED_YET = "Your drawings are kept. The network learns them with your next one."
FORGOTTEN = "Your handwriting is forgotten: the network is as before."
MNIST_NOTE = (
    "MNIST shows the effect on other people's digits; to be quick, only a part of its test images is read, so the "
    "fraction can differ from the one on the model card."
)
LEARNED_DRAWINGS_NOTE = f"Measured on the drawings it learned. {MNIST_NOTE}"
HELD_OUT_NOTE = (
    f"Held out: each drawing was read by a network that had learned your other drawings, but not this one. {MNIST_NOTE}"
)


class DigitButton(QToolButton):
    """A button as narrow as a digit, so that ten of them fit beside the question."""

    def __init__(self, digit: int) -> None:
        super().__init__()
        self.setText(str(digit))
        self.setProperty("plain", True)
        self.setShortcut(QKeySequence(f"Alt+{digit}"))
        self.setAccessibleName(f"Teach that this is {with_article(digit)}")

    def sizeHint(self) -> QSize:
        """A digit and the padding of the style sheet."""
        return QSize(self.fontMetrics().horizontalAdvance("0") + 5 * GAP // 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()


class TeachRow(QWidget):
    """Two rows: the question with the digits 0 to 9, and the effect of teaching with Undo and Forget.

    `digit_chosen` carries the correct digit of the drawing. After `connect_teacher` the row
    shows what the HandwritingTeacher does.
    """

    digit_chosen = Signal(int)
    """The correct digit of the drawing, 0 to 9."""
    undo_requested = Signal()
    """Forget the drawing that was taught last."""
    forget_requested = Signal()
    """Forget all taught drawings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._teacher: HandwritingTeacher | None = None
        self._mnist = ""
        self._failed_with: Network | None = None
        self.question = text_label("Wrong? Click the correct digit:")
        self.digits = [DigitButton(digit) for digit in range(10)]
        for digit, button in enumerate(self.digits):
            button.clicked.connect(partial(self.digit_chosen.emit, digit))
        self.effect = text_label(style="quiet")
        self.effect.setAccessibleName("Effect of teaching")
        self.undo_button = push_button("Undo", "", self.undo_requested)
        self.undo_button.setAccessibleName("Undo the last teaching")
        set_icon(self.undo_button, "undo")
        self.forget_button = push_button("Forget all", "", self.forget_requested)
        self._compose()
        self.set_obstacle(NOTHING_DRAWN)
        self.set_examples(0)
        self._show(NO_EXAMPLES_YET)

    def connect_teacher(self, teacher: HandwritingTeacher) -> None:
        """Show what `teacher` teaches, and connect Undo and Forget with it."""
        self._teacher = teacher
        teacher.changed.connect(self._on_change)
        teacher.adapted.connect(self.show_adaptation)
        teacher.cross_validated.connect(self.show_held_out)
        teacher.failed.connect(self.show_failure)
        self.undo_requested.connect(teacher.undo)
        self.forget_requested.connect(teacher.forget)
        self._on_change()

    def set_obstacle(self, reason: str) -> None:
        """Disable the digits because of `reason`, a sentence; "" enables them."""
        self.question.setEnabled(not reason)
        self.question.setToolTip(plain_tooltip(reason) or f"Teach the network your drawing. {PRIVACY}")
        for digit, button in enumerate(self.digits):
            button.setEnabled(not reason)
            button.setToolTip(plain_tooltip(reason) or f"Teach: this is {with_article(digit)} (Alt+{digit}). {PRIVACY}")

    def set_examples(self, count: int, forgotten: int = 0) -> None:
        """Offer Undo and Forget for `count` examples; without any, Undo restores the `forgotten` ones."""
        undo = (
            "Forget the newest drawing." if count or not forgotten else f"Restore {counted_text(forgotten, 'drawing')}."
        )
        self._set_offered(self.undo_button, bool(count or forgotten), undo, "Nothing to undo.")
        forget = f"Forget {counted_text(count, 'drawing')}: the network is as before. Undo restores them."
        self._set_offered(self.forget_button, bool(count), forget, "The network has not learned your handwriting yet.")

    def show_unchanged(self, kept: int = 0, forgotten: int = 0) -> None:
        """Show that the network is unchanged, with `kept` examples that it has not learned."""
        self._show(NOT_LEARNED_YET if kept else FORGOTTEN if forgotten else NO_EXAMPLES_YET)

    def show_busy(self) -> None:
        """Show that the network is learning."""
        self._show(LEARNING)

    @Slot(object)
    def show_adaptation(self, adaptation: Adaptation) -> None:
        """Show how the user's drawings and MNIST were read before, and are read now."""
        if not adaptation.examples:
            return  # `changed` reports this
        before, after, count = adaptation.own_before.correct, adaptation.own_after.correct, adaptation.examples
        mnist = adaptation.mnist_before
        self._mnist = (
            f"{mnist.total:,} MNIST digits: {mnist.correct:,} read correctly before, "
            f"{adaptation.mnist_after.correct:,} now."
        )
        self._show(
            f"{counted_text(count, 'drawing')} taught: {before} read correctly before, {after} now.\n{self._mnist}",
            f"{LEARNED_DRAWINGS_NOTE} It took {adaptation.seconds:.1f} s.",
        )

    @Slot(object)
    def show_held_out(self, held_out: HeldOut) -> None:
        """Show how held-out drawings are read, instead of the learned ones."""
        before, after, count = held_out.before.correct, held_out.after.correct, held_out.after.total
        self._show(
            f"{counted_text(count, 'drawing')} held out: {before} read correctly before, {after} now.\n{self._mnist}",
            HELD_OUT_NOTE,
        )

    @Slot(str)
    def show_failure(self, problem: str) -> None:
        """Show an error, until the next result or another model."""
        self._failed_with = self._teacher.base if self._teacher else None
        self._show(problem, is_error=True)

    @Slot()
    def _on_change(self) -> None:
        """Update the row after a change of the examples; other signals report the effect."""
        assert self._teacher is not None
        self.set_examples(self._teacher.count, self._teacher.restorable_count)
        if self._teacher.is_busy:
            self.show_busy()
        elif not self._teacher.has_learned and not self._shows_present_failure:
            self.show_unchanged(self._teacher.count, self._teacher.restorable_count)

    @property
    def _shows_present_failure(self) -> bool:
        """Whether the line shows an error that is about the model in use."""
        is_present = self._teacher is not None and self._failed_with is self._teacher.base
        return is_present and bool(self.effect.property("error"))

    def _show(self, text: str, explained: str = "", is_error: bool = False) -> None:
        set_style(self.effect, "quiet", enabled=not is_error)
        set_style(self.effect, "error", enabled=is_error)
        self.effect.setText(text)
        self.effect.setToolTip(plain_tooltip(explained or text))

    @staticmethod
    def _set_offered(button: QPushButton, offered: bool, tip: str, reason: str) -> None:
        button.setEnabled(offered)
        button.setToolTip(tip if offered else reason)

    def _compose(self) -> None:
        buttons: list[QAbstractButton] = [*self.digits, self.undo_button, self.forget_button]
        for button in buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click keeps the focus on the canvas
        small = QFontMetricsF(scaled(self.font(), SMALL_SCALE))
        any_width = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.effect.setSizePolicy(any_width)
        self.effect.setMinimumHeight(round(2 * small.lineSpacing()))  # so that a second line does not move the layout
        top, rows = QHBoxLayout(), QVBoxLayout(self)
        top.setSpacing(GAP // 2)
        top.addWidget(self.question, 1)
        top.addSpacing(GAP // 2)
        for digit in self.digits:
            top.addWidget(digit)
        bottom = row_of(self.effect, self.undo_button, self.forget_button)
        bottom.setStretchFactor(self.effect, 1)
        without_margins(rows)
        rows.addLayout(top)
        rows.addLayout(bottom)
