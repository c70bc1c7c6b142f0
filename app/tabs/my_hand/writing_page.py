"""The page on which a test is written, one digit after another; answers are shown only at the end."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.background.throttle import SAVE_MILLISECONDS, Throttle
from app.canvas.canvas import Canvas
from app.canvas.drawing import Drawing
from app.style.theme import ANSWER_SCALE, GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import action_button, announce, column_of, push_button, row_of, text_label, without_margins
from app.widgets.explanation import with_article
from app.widgets.large_digit import LargeDigit
from nncore.handwriting.personal_test.handwriting_test import SKIPPED, HandwritingTest
from nncore.preprocessing.ink import Ink

INSTRUCTION = "Write it as you always do, then press Enter. The answers are shown at the end."
NOTHING_WRITTEN = "Write the digit first, or skip it."
WRITING_DESCRIPTION = (
    "Write the digit here with the mouse, a pen or a finger. By keyboard: the arrow keys move a pen, two at once "
    "for diagonals, faster with Shift; Space puts it down or lifts it; Home moves it to the middle. Enter takes the "
    "drawing and asks for the next digit."
)
DIGIT_SCALE = 1.5 * ANSWER_SCALE
"""Large enough to read from the last row of a classroom."""

ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WritingPage(QWidget):
    """Shows a HandwritingTest: the digit to write, a canvas, and the progress.

    `written` carries the test after each drawing, skip or step back, and while a digit is drawn, at most once in
    SAVE_MILLISECONDS; `later_requested`: pause the test.
    """

    written = Signal(HandwritingTest)
    later_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.test = HandwritingTest(())
        self.canvas, self.digit = Canvas(), LargeDigit(DIGIT_SCALE)
        self.request, self.position = text_label(style="title", wraps=False), text_label(style="quiet", wraps=False)
        self.instruction = text_label(INSTRUCTION)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the test")
        self.next_button = push_button("&Next", "Go to the next digit (Enter).", self._accept)
        self.back_button = push_button("&Back", "Go back to the last digit to change it.", self._back)
        self.next_button.setProperty("primary", True)
        later_tip = "Continue another time; the drawings so far are kept."
        self.skip_button = push_button("&Skip", "Skip this digit; it is not counted.", self._skip)
        self.later_button = push_button("&Later", later_tip, self.later_requested)
        self.canvas.drawing_changed.connect(self._update_next_button)
        self.throttle = Throttle(SAVE_MILLISECONDS, self)
        self.canvas.drawing_changed.connect(self.throttle.request)
        self.throttle.due.connect(self._tell_present)
        self.canvas.setAccessibleDescription(WRITING_DESCRIPTION)
        self.canvas.installEventFilter(self)
        for key in ENTER_KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setWhatsThis("Next digit")
            shortcut.activated.connect(self._enter)
        self._canvas_column = QWidget()
        self._tool_row = QHBoxLayout()
        self._compose()

    def show_test(self, test: HandwritingTest) -> None:
        """Ask for the next digit of `test`, with its current drawing on the canvas."""
        self.test = test
        number, count, digit = len(test.drawings), len(test.prompts), test.prompt
        self.digit.setText("" if digit is None else str(digit))
        self.digit.setAccessibleName("" if digit is None else f"Write {with_article(digit)}")
        self.request.setText("Reading …" if digit is None else f"Write {with_article(digit)}")
        self.position.setText("" if digit is None else f"{number + 1} of {count}")
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(number)
        self.canvas.drawing = drawing_from_ink(test.present)
        self.canvas.select_pen()  # each digit begins with the pen
        self.canvas.redo()  # nothing to redo: this only makes the canvas show its new drawing
        self.canvas.setEnabled(digit is not None)
        self.skip_button.setEnabled(digit is not None)
        self.back_button.setEnabled(bool(number) and digit is not None)
        self.back_button.setToolTip("Go back to the last digit to change it." if number else "This is the first digit.")
        self._update_next_button()
        if digit is not None:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self.canvas, f"{self.request.text()}, {self.position.text()}.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignore Enter in the canvas, where it would lift or lower the pen, so that the shortcut gets it."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() in ENTER_KEYS:
            event.ignore()
            return True
        return False

    @Slot()
    def _update_next_button(self) -> None:
        writable = bool(self.canvas.drawing.strokes) and not self.test.is_complete
        if writable != self.next_button.isEnabled() or not self.next_button.toolTip():
            self.next_button.setEnabled(writable)
            self.next_button.setToolTip(
                "Take this drawing and ask for the next digit (Enter)." if writable else NOTHING_WRITTEN
            )

    @Slot()
    def _enter(self) -> None:
        """Press the focused button; without one, take the drawing."""
        focused = self.focusWidget()
        if isinstance(focused, QPushButton | QToolButton) and focused.hasFocus():
            focused.click()
        elif self.next_button.isEnabled():
            self._accept()
        elif not self.test.is_complete:
            announce(self.canvas, NOTHING_WRITTEN)

    @Slot()
    def _accept(self) -> None:
        self._advance(self.canvas.drawing.ink())

    @Slot()
    def _skip(self) -> None:
        self._advance(SKIPPED)

    def _advance(self, ink: Ink) -> None:
        if not self.test.is_complete:
            self.show_test(self.test.with_drawing(ink))
            self.written.emit(self.test)

    @Slot()
    def _back(self) -> None:
        if self.test.drawings:
            self.show_test(self.test.without_last())
            self.written.emit(self.test)

    @Slot()
    def _tell_present(self) -> None:
        """Emit `written` with what is on the canvas now."""
        ink = self.canvas.drawing.ink()
        if not (self.test.is_complete or (ink.is_blank and self.test.present.is_blank)):
            self.test = replace(self.test, present=ink)
            self.written.emit(self.test)

    def _compose(self) -> None:
        canvas_column = without_margins(QVBoxLayout(self._canvas_column))
        canvas_column.addWidget(self.canvas, 1)
        canvas_column.addLayout(self._tools())
        asked = column_of(self.request, self.digit, self.position, self.progress, self.instruction)
        asked.insertSpacing(2, GROUP_GAP)
        asked.addStretch()
        buttons = row_of(self.next_button, self.skip_button, self.back_button)
        buttons.addStretch()
        buttons.addWidget(self.later_button)
        asked.addLayout(buttons)
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, PAGE_MARGIN)
        page.setSpacing(PAGE_MARGIN)
        page.addWidget(self._canvas_column, 58)
        page.addLayout(asked, 42)

    def _tools(self) -> QHBoxLayout:
        self._tool_row.setSpacing(GAP)
        for action in self.canvas.canvas_actions.all:
            self.addAction(action)  # the keys work wherever the focus is on the page
            self._tool_row.addWidget(action_button(action))
        self._tool_row.addStretch()
        return self._tool_row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the canvas column no wider than the canvas is high."""
        super().resizeEvent(event)
        room = self.height() - 2 * PAGE_MARGIN - GAP - self._tool_row.sizeHint().height()
        self._canvas_column.setMaximumWidth(max(self.canvas.minimumSizeHint().width(), room))


def drawing_from_ink(ink: Ink) -> Drawing:
    """A Drawing with the strokes of `ink`, which is in units of the canvas's side."""
    drawing = Drawing()
    for stroke in ink.strokes:
        points = stroke.tolist()
        drawing.begin(*points[0])
        for point in points[1:]:
            drawing.extend(*point)
        drawing.end()
    return drawing
