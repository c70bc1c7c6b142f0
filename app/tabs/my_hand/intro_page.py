"""The first page: what the handwriting test is, the button that starts it, and the earlier tests."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.my_hand.history_list import HistoryList
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.history import Entry

WHAT = (
    "How well does the network read your handwriting? Write 20 digits, each of the ten twice, in random order. Write "
    "as you always do. At the end you see how many were read right, which digits were confused, and for each misread "
    "digit which part the answer depended on."
)
KEPT = "Your drawings stay on this computer."
NO_TESTS = "Your tests are listed here, so that you can see whether the network gets better at your handwriting."


class IntroPage(QWidget):
    """The first page of the tab.

    `start_requested`: begin a new test. `continue_requested`: continue the unfinished one.
    """

    start_requested = Signal()
    continue_requested = Signal()
    import_requested = Signal()
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title, what, kept = QLabel("My hand"), QLabel(WHAT), QLabel(KEPT)
        title.setProperty("title", True)
        kept.setProperty("quiet", True)
        what.setWordWrap(True)
        self.reason, self.unfinished, self.empty = QLabel(), QLabel(), QLabel(NO_TESTS)
        self.reason.setProperty("trouble", True)
        self.empty.setProperty("quiet", True)
        for label in (self.reason, self.unfinished, self.empty, kept):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.continue_button = _button("&Continue", "Write the remaining digits.", self.continue_requested)
        self.start_button = _button("&Start", "Start a test: 20 digits, about two minutes.", self.start_requested)
        self.import_button = _button("&Import …", "Open a test from a CSV or UNIPEN file.", self.import_requested)
        self.list = HistoryList()
        self.show_button = _button("&Open", "Open the selected test (Enter).", self.list.open_chosen)
        self.delete_button = _button("&Delete", "Delete the selected test (Delete).", self.list.delete_chosen)
        self.undo_button = _button("&Undo", "Restore the test deleted last (Ctrl+Z).", self.undo_requested)
        self.list.undone.connect(self.undo_requested)
        self.undo_button.hide()
        self._compose((title, what, kept, self.reason, self.unfinished))
        self.set_reason("")
        self.set_unfinished(None)
        self.set_entries([])

    def set_reason(self, sentence: str) -> None:
        """Show why no test can start, and disable the button; "" enables it."""
        self.reason.setText(sentence)
        self.reason.setVisible(bool(sentence))
        self.start_button.setEnabled(not sentence)

    def set_unfinished(self, test: HandwritingTest | None) -> None:
        """Offer to continue `test`; offer nothing for None."""
        self.unfinished.setVisible(test is not None)
        self.continue_button.setVisible(test is not None)
        for button, primary in ((self.start_button, test is None), (self.continue_button, True)):
            button.setProperty("primary", primary)
            button.style().unpolish(button)
            button.style().polish(button)
        self.start_button.setText("&Start" if test is None else "&Start again")
        if test is not None:
            done, count = len(test.drawings), len(test.prompts)
            to_do = "Press Read to see the result." if test.is_complete else "Press Continue to write the rest."
            self.unfinished.setText(f"There is an unfinished test with {done} of {count} digits. {to_do}")
            self.continue_button.setText("&Read" if test.is_complete else "&Continue")

    def set_entries(self, entries: list[Entry]) -> None:
        """List the earlier tests."""
        self.list.set_entries(entries)
        self.list.setVisible(bool(entries))
        self.empty.setVisible(not entries)
        for button in (self.show_button, self.delete_button):
            button.setVisible(bool(entries))

    @Slot()
    def focus(self) -> None:
        """Give the focus to the button for the next action."""
        (self.start_button if self.continue_button.isHidden() else self.continue_button).setFocus()

    def _compose(self, texts: tuple[QLabel, ...]) -> None:
        left = QVBoxLayout()
        left.setSpacing(GROUP_GAP)
        for text in texts:
            left.addWidget(text)
        left.addLayout(_row(self.continue_button, self.start_button, self.import_button))
        left.addStretch()
        right = QVBoxLayout()
        right.setSpacing(GAP)
        heading = QLabel("Earlier tests")
        heading.setProperty("group", True)
        right.addWidget(heading)
        right.addWidget(self.list, 1)
        right.addWidget(self.empty)
        right.addLayout(_row(self.show_button, self.delete_button, self.undo_button))
        right.addStretch()
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)
        page.setSpacing(2 * PAGE_MARGIN)
        page.addLayout(left, 2)
        page.addLayout(right, 3)


def _button(text: str, tooltip: str, receiver: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tooltip)
    button.clicked.connect(receiver)
    return button


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP)
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    return row
