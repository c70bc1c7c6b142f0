"""The result of a test: accuracy with its interval, confusion matrix, and the drawings of each cell."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.my_hand.digit_matrix import DigitMatrix
from app.tabs.my_hand.drawing_list import DrawingList
from app.tabs.my_hand.drawing_view import DrawingView
from app.tabs.my_hand.formatting import date_in_words, headline, meaning
from app.widgets.plain_text import ElidedLabel
from nncore.handwriting.personal_test.result import REFUSED, HandwritingTestResult, ReadDrawing

TABLE_SHARE = 0.55
"""Share of the page's height that the matrix takes."""

ALL_RIGHT = "No digit was misread. Select a cell of the table to see its drawings."
NONE_SUCH = "This cell has no drawings."


class ResultPage(QWidget):
    """Shows a HandwritingTestResult.

    `chosen` carries the selected ReadDrawing, or None. `view` has the signals for teaching and the Draw tab.
    """

    chosen = Signal(object)
    again_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: HandwritingTestResult | None = None
        self.title, self.meaning, self.source = QLabel(), QLabel(), ElidedLabel()
        self.title.setProperty("title", True)
        self.source.setProperty("quiet", True)
        self.list_title, self.empty = QLabel(), QLabel()
        self.list_title.setProperty("group", True)
        self.empty.setProperty("quiet", True)
        for label in (self.title, self.meaning, self.list_title, self.empty):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.matrix, self.list, self.view = DigitMatrix(), DrawingList(), DrawingView()
        self.misread_button = QPushButton("All &misread")
        self.misread_button.setToolTip("List all misread drawings, not only those of one cell.")
        self.again_button = self._button("Test &again", "Write another 20 digits.", self.again_requested)
        self.again_button.setProperty("primary", True)
        self.export_button = self._button(
            "&Export …", "Save this test as CSV with strokes and answers, or as UNIPEN ink.", self.export_requested
        )
        self.import_button = self._button("&Import …", "Open a test from a CSV or UNIPEN file.", self.import_requested)
        self.back_button = self._button("All te&sts", "Go back to the list of tests.", self.back_requested)
        self.matrix.cell_chosen.connect(self._list_cell)
        self.misread_button.clicked.connect(self.list_misread)
        self.list.chosen.connect(self._choose)
        self._compose()

    def show_result(self, result: HandwritingTestResult) -> None:
        """Show `result` and list its misread drawings."""
        self.result = result
        self.title.setText(headline(result))
        self.meaning.setText(meaning(result))
        self.source.set_whole_text(f"Written {date_in_words(result.date)}, read by the model {result.model}")
        self.matrix.show_counts(result.confusion)
        self.view.forget_taught()
        self.list_misread()

    @Slot()
    def list_misread(self) -> None:
        """List the misread drawings."""
        self.matrix.clearSelection()
        misread = tuple(drawing for drawing in self._drawings() if not drawing.is_right)
        self._list("Misread", misread, ALL_RIGHT)
        self.misread_button.hide()

    @Slot(int, int)
    def _list_cell(self, prompted: int, column: int) -> None:
        read = None if column == REFUSED else column
        drawings = (drawing for drawing in self._drawings() if (drawing.prompted, drawing.read) == (prompted, read))
        answer = "not accepted as a digit" if read is None else f"read as {read}"
        self._list(f"Asked for {prompted}, {answer}", tuple(drawings), NONE_SUCH)
        self.misread_button.show()

    def _list(self, title: str, drawings: tuple[ReadDrawing, ...], empty: str) -> None:
        self.list_title.setText(f"{title} ({len(drawings):,})")
        self.list.setVisible(bool(drawings))
        self.empty.setText("" if drawings else empty)
        self.empty.setVisible(not drawings)
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
        """Give the matrix its share of the height."""
        super().resizeEvent(event)
        self.matrix.set_room(round(TABLE_SHARE * self.height()))

    def _button(self, text: str, tooltip: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tooltip)
        button.clicked.connect(signal)
        return button

    def _compose(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        axes = QLabel("Rows: asked for. Columns: read as.")
        axes.setProperty("quiet", True)
        for widget in (self.title, self.meaning, self.source):
            left.addWidget(widget)
        left.addSpacing(GAP)
        left.addWidget(axes)
        left.addWidget(self.matrix)
        left.addStretch()
        left.addLayout(self._actions())
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self.list_title)
        middle.addWidget(self.list, 100)  # takes all the space while it is shown
        middle.addWidget(self.empty)
        middle.addWidget(self.misread_button)
        middle.addStretch()
        middle.setAlignment(self.misread_button, Qt.AlignmentFlag.AlignLeft)
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        page.setSpacing(PAGE_MARGIN)
        page.addLayout(left)
        page.addLayout(middle, 2)
        page.addWidget(self.view, 3)

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for button in (self.again_button, self.export_button, self.import_button, self.back_button):
            row.addWidget(button)
        row.addStretch()
        return row
