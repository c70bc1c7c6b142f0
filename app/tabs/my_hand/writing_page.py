"""The page on which a test is written, one digit after another; answers are shown only at the end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.canvas.canvas import Canvas
from app.canvas.drawing import Drawing
from app.style.icons import icon_size
from app.style.theme import ANSWER_SCALE, GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.announcement import announce
from app.widgets.explanation import with_article
from app.widgets.large_digit import LargeDigit
from nncore.handwriting.personal_test.handwriting_test import SKIPPED, HandwritingTest
from nncore.preprocessing.ink import Ink

HOW = "Write it as you always do, then press Enter. The answers are shown at the end."
BLANK = "Write the digit first, or skip it."
CANVAS = (
    "Write the digit here with the mouse, a pen or a finger. By keyboard: the arrow keys move a pen, two at once "
    "for diagonals, faster with Shift; Space puts it down or lifts it; Home moves it to the middle. Enter takes the "
    "drawing and asks for the next digit."
)
DIGIT_SCALE = 1.5 * ANSWER_SCALE
"""Large enough to be read from the last row of a classroom."""

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WritingPage(QWidget):
    """Shows a HandwritingTest: the digit to write, a canvas, and the progress.

    `written` carries the test after each drawing, skip or step back; `left`: the user wants to continue later.
    """

    written = Signal(HandwritingTest)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.test = HandwritingTest(())
        self.canvas, self.digit = Canvas(), LargeDigit(DIGIT_SCALE)
        self.request, self.place, self.how = QLabel(), QLabel(), QLabel(HOW)
        self.request.setProperty("title", True)
        self.place.setProperty("quiet", True)
        self.how.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the test")
        self.next_button = QPushButton("&Next")
        self.next_button.setProperty("primary", True)
        self.skip_button, self.back_button = QPushButton("&Skip"), QPushButton("&Back")
        self.leave_button = QPushButton("&Later")
        self.skip_button.setToolTip("Skip this digit; it is not counted.")
        self.leave_button.setToolTip("Continue another time; the drawings so far are kept.")
        self.next_button.clicked.connect(self._accept)
        self.skip_button.clicked.connect(self._skip)
        self.back_button.clicked.connect(self._go_back)
        self.leave_button.clicked.connect(self.left)
        self.canvas.drawing_changed.connect(self._follow_canvas)
        self.canvas.setAccessibleDescription(CANVAS)
        self.canvas.installEventFilter(self)
        for key in ENTER:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._enter)
        self._compose()

    def show_test(self, test: HandwritingTest, drawing: Ink = SKIPPED) -> None:
        """Ask for the next digit of `test`, with `drawing` on the canvas."""
        self.test = test
        number, count, digit = len(test.drawings), len(test.prompts), test.prompt
        self.digit.setText("" if digit is None else str(digit))
        self.digit.setAccessibleName("" if digit is None else f"Write {with_article(digit)}")
        self.request.setText("Reading …" if digit is None else f"Write {with_article(digit)}")
        self.place.setText("" if digit is None else f"{number + 1} of {count}")
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(number)
        self.canvas.drawing = drawing_of(drawing)
        self.canvas.redo()  # nothing to redo: this only makes the canvas show its new drawing
        self.canvas.setEnabled(digit is not None)
        self.skip_button.setEnabled(digit is not None)
        self.back_button.setEnabled(bool(number) and digit is not None)
        self.back_button.setToolTip("Go back to the last digit to change it." if number else "This is the first digit.")
        self._follow_canvas()
        if digit is not None:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self.canvas, f"{self.request.text()}, {self.place.text()}.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep Enter from the canvas, where it would lift or lower the pen; the space bar does that too."""
        claims = event.type() == QEvent.Type.ShortcutOverride
        if claims and isinstance(event, QKeyEvent) and event.key() in ENTER:
            event.ignore()
            return True
        return False

    @Slot()
    def _follow_canvas(self) -> None:
        writable = bool(self.canvas.drawing.strokes) and not self.test.is_complete
        if writable != self.next_button.isEnabled() or not self.next_button.toolTip():
            self.next_button.setEnabled(writable)
            self.next_button.setToolTip("Take this drawing and ask for the next digit (Enter)." if writable else BLANK)

    @Slot()
    def _enter(self) -> None:
        """Press the focused button; without one, take the drawing."""
        focused = self.focusWidget()
        if isinstance(focused, QPushButton | QToolButton) and focused.hasFocus():
            focused.click()
        elif self.next_button.isEnabled():
            self._accept()
        elif not self.test.is_complete:
            announce(self.canvas, BLANK)

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
    def _go_back(self) -> None:
        if self.test.drawings:
            self.show_test(self.test.without_last(), self.test.drawings[-1])
            self.written.emit(self.test)

    def _compose(self) -> None:
        self._paper = QWidget()
        paper = QVBoxLayout(self._paper)
        paper.setContentsMargins(0, 0, 0, 0)
        paper.setSpacing(GAP)
        paper.addWidget(self.canvas, 1)
        paper.addLayout(self._tools())
        asked = QVBoxLayout()
        asked.setSpacing(GAP)
        for widget in (self.request, self.digit, self.place, self.progress, self.how):
            asked.addWidget(widget)
        asked.insertSpacing(2, GROUP_GAP)
        asked.addStretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for button in (self.next_button, self.skip_button, self.back_button):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.leave_button)
        asked.addLayout(buttons)
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)
        page.setSpacing(PAGE_MARGIN)
        page.addWidget(self._paper, 58)
        page.addLayout(asked, 42)

    def _tools(self) -> QHBoxLayout:
        self._tool_row = QHBoxLayout()
        self._tool_row.setSpacing(GAP)
        for action in self.canvas.canvas_actions.all:
            self.addAction(action)  # the keys work wherever the focus is on the page
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("plain", True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click keeps the focus on the canvas
            button.setIconSize(icon_size(button))
            self._tool_row.addWidget(button)
        self._tool_row.addStretch()
        return self._tool_row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the canvas column no wider than the canvas is high."""
        super().resizeEvent(event)
        room = self.height() - 2 * PAGE_MARGIN - GAP - self._tool_row.sizeHint().height()
        self._paper.setMaximumWidth(max(self.canvas.minimumSizeHint().width(), room))


def drawing_of(ink: Ink) -> Drawing:
    """A Drawing with the strokes of `ink`, which is in units of the canvas's side."""
    drawing = Drawing()
    for stroke in ink.strokes:
        points = stroke.tolist()
        drawing.begin(*points[0])
        for point in points[1:]:
            drawing.extend(*point)
        drawing.end()
    return drawing
