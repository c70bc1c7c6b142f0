"""The result of a test: accuracy with its interval, confusion matrix, and the drawings of each cell."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.my_hand.digit_matrix import DigitMatrix
from app.tabs.my_hand.drawing_list import DrawingList
from app.tabs.my_hand.drawing_view import DrawingView
from app.tabs.my_hand.formatting import date_in_words, headline, interval_in_words
from app.widgets.elements import column_of, push_button, row_of, text_label
from app.widgets.plain_text import ElidedLabel
from nncore.handwriting.personal_test.result import NOT_A_DIGIT_COLUMN, HandwritingTestResult, ReadDrawing

MATRIX_HEIGHT_FRACTION = 0.55
"""Fraction of the page's height for the matrix."""

NO_MISREAD_DRAWING = "No digit was misread. Select a cell of the table to see its drawings."
NO_DRAWINGS_IN_CELL = "This cell has no drawings."


class ResultPage(QWidget):
    """Shows a HandwritingTestResult.

    `chosen` carries the selected ReadDrawing, or None. `view` has the signals for teaching and the Draw tab.
    """

    chosen = Signal(object)
    again_requested = Signal()
    """Begin a new test."""
    export_requested = Signal()
    """Save the drawings of the test in a file."""
    import_requested = Signal()
    """Open a file of drawings as a test."""
    back_requested = Signal()
    """Go back to the first page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: HandwritingTestResult | None = None
        self.title = text_label(style="title")
        self.interval = text_label()
        self.source = ElidedLabel()
        self.source.setProperty("quiet", True)
        self.list_title, self.empty_label = text_label(style="group"), text_label(style="quiet")
        self.matrix = DigitMatrix()
        self.list = DrawingList()
        self.view = DrawingView()
        misread_tip = "List all misread drawings, not only those of one cell."
        export_tip = "Save this test as CSV with strokes and answers, or as UNIPEN ink."
        self.misread_button = push_button("All &misread", misread_tip, self.list_misread)
        self.again_button = push_button("Test &again", "Write another 20 digits.", self.again_requested)
        self.again_button.setProperty("primary", True)
        self.export_button = push_button("&Export …", export_tip, self.export_requested)
        self.import_button = push_button("&Import …", "Open a test from a CSV or UNIPEN file.", self.import_requested)
        self.back_button = push_button("All te&sts", "Go back to the list of tests.", self.back_requested)
        self.matrix.cell_chosen.connect(self._list_cell)
        self.list.chosen.connect(self._choose)
        self._compose()

    def show_result(self, result: HandwritingTestResult) -> None:
        """Show `result` and list its misread drawings."""
        self.result = result
        self.title.setText(headline(result))
        self.interval.setText(interval_in_words(result))
        self.source.set_full_text(f"Written {date_in_words(result.date)}, read by the model {result.model}")
        self.matrix.show_counts(result.confusion)
        self.view.enable_teaching()
        self.list_misread()

    @Slot()
    def list_misread(self) -> None:
        """List the misread drawings."""
        self.matrix.clearSelection()
        misread = tuple(drawing for drawing in self._drawings() if not drawing.is_correct)
        self._list("Misread", misread, NO_MISREAD_DRAWING)
        self.misread_button.hide()

    @Slot(int, int)
    def _list_cell(self, prompted: int, column: int) -> None:
        read = None if column == NOT_A_DIGIT_COLUMN else column
        drawings = (drawing for drawing in self._drawings() if (drawing.prompted, drawing.read) == (prompted, read))
        answer = "not accepted as a digit" if read is None else f"read as {read}"
        self._list(f"Requested {prompted}, {answer}", tuple(drawings), NO_DRAWINGS_IN_CELL)
        self.misread_button.show()

    def _list(self, title: str, drawings: tuple[ReadDrawing, ...], empty: str) -> None:
        self.list_title.setText(f"{title} ({len(drawings):,})")
        self.list.setVisible(bool(drawings))
        self.empty_label.setText("" if drawings else empty)
        self.empty_label.setVisible(not drawings)
        self.list.set_drawings(drawings)

    def _drawings(self) -> tuple[ReadDrawing, ...]:
        return self.result.drawings if self.result else ()

    @Slot(object)
    def _choose(self, drawing: ReadDrawing | None) -> None:
        self.view.show_drawing(drawing)
        self.chosen.emit(drawing)

    def focus(self) -> None:
        """Give the focus to the misread drawings, or to the table if there are none."""
        (self.matrix if self.list.isHidden() else self.list).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the matrix its fraction of the height."""
        super().resizeEvent(event)
        self.matrix.set_available_height(round(MATRIX_HEIGHT_FRACTION * self.height()))

    def _compose(self) -> None:
        axes = text_label("Rows: requested digit. Columns: digit read.", "quiet", wraps=False)
        left = column_of(self.title, self.interval, self.source, axes, self.matrix)
        left.insertSpacing(3, GAP)
        left.addStretch()
        actions = row_of(self.again_button, self.export_button, self.import_button, self.back_button)
        actions.addStretch()
        left.addLayout(actions)
        middle = column_of(self.list_title, self.list, self.empty_label, self.misread_button)
        middle.setStretchFactor(self.list, 100)  # takes all the space while it is shown
        middle.addStretch()
        middle.setAlignment(self.misread_button, Qt.AlignmentFlag.AlignLeft)
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, 0, PAGE_MARGIN, GROUP_GAP)
        page.setSpacing(PAGE_MARGIN)
        page.addLayout(left)
        page.addLayout(middle, 2)
        page.addWidget(self.view, 3)
