"""The first page: what the handwriting test is, the button that starts it, and the earlier tests."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.my_hand.history_list import HistoryList
from app.widgets.elements import column_of, push_button, row_of, set_style, text_label
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.history import Entry

EXPLANATION = (
    "How well does the network read your handwriting? Write 20 digits, each of the ten twice, in random order. Write "
    "as you always do. At the end you see how many were read correctly, which digits were confused, and for each "
    "misread digit which part the answer depended on."
)
PRIVACY = "Your drawings stay on this computer."
CONTINUE_TIP = "Continue the unfinished test: write the remaining digits, then see the result."
NO_UNFINISHED_TEST = "There is no unfinished test to continue."
NO_TESTS_YET = "Your tests are listed here, so that you can see whether the network gets better at your handwriting."


class IntroPage(QWidget):
    """The first page of the tab.

    `start_requested`: begin a new test. `continue_requested`: continue the unfinished one.
    """

    start_requested = Signal()
    continue_requested = Signal()
    import_requested = Signal()
    """Open a file of drawings as a test."""
    undo_requested = Signal()
    """Restore the test that was deleted last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.obstacle, self.unfinished = text_label(style="error"), text_label()
        self.empty_label = text_label(NO_TESTS_YET, "quiet")
        self.continue_button = push_button("&Continue", CONTINUE_TIP, self.continue_requested)
        self.start_button = push_button(
            "&Start", "Start a new test: 20 digits, about two minutes.", self.start_requested
        )
        self.import_button = push_button("&Import …", "Open a test from a CSV or UNIPEN file.", self.import_requested)
        self.list = HistoryList()
        self.open_button = push_button("&Open", "Open the selected test (Enter).", self.list.open_chosen)
        self.delete_button = push_button("&Delete", "Delete the selected test (Delete).", self.list.delete_chosen)
        self.undo_button = push_button("&Undo", "Restore the test deleted last (Ctrl+Z).", self.undo_requested)
        self.list.undo_requested.connect(self.undo_requested)
        self.undo_button.hide()
        self._compose()
        self.set_obstacle("")
        self.set_unfinished(None)
        self.set_entries([])

    def set_obstacle(self, sentence: str) -> None:
        """Show why no test can start, and disable the Start button; "" enables it."""
        self.obstacle.setText(sentence)
        self.obstacle.setVisible(bool(sentence))
        self.start_button.setEnabled(not sentence)

    def set_unfinished(self, test: HandwritingTest | None) -> None:
        """Offer to continue `test`; offer nothing for None."""
        self.unfinished.setVisible(test is not None)
        self.continue_button.setEnabled(test is not None)
        self.continue_button.setToolTip(CONTINUE_TIP if test is not None else NO_UNFINISHED_TEST)
        for button, primary in ((self.start_button, test is None), (self.continue_button, test is not None)):
            set_style(button, "primary", enabled=primary)
        if test is not None:
            done, count = len(test.drawings), len(test.prompts)
            to_do = "Press Continue to see the result." if test.is_complete else "Press Continue to write the rest."
            self.unfinished.setText(f"There is an unfinished test with {done} of {count} digits. {to_do}")

    def set_entries(self, entries: list[Entry]) -> None:
        """List the earlier tests."""
        self.list.set_entries(entries)
        self.list.setVisible(bool(entries))
        self.empty_label.setVisible(not entries)
        for button in (self.open_button, self.delete_button):
            button.setVisible(bool(entries))

    @Slot()
    def focus(self) -> None:
        """Give the focus to the button for the next action."""
        (self.continue_button if self.continue_button.isEnabled() else self.start_button).setFocus()

    def _compose(self) -> None:
        title, explanation = text_label("My hand", "title", wraps=False), text_label(EXPLANATION)
        privacy = text_label(PRIVACY, "quiet")
        left = column_of(title, explanation, privacy, spacing=GROUP_GAP)
        # It is bold while it is the primary button, which must not move the button beside it.
        self.continue_button.setMinimumWidth(self.continue_button.sizeHint().width() + GAP)
        start = row_of(self.continue_button, self.start_button, self.import_button)
        start.addStretch()
        left.addLayout(start)
        # Below the buttons: these lines appear when something has been read, and must not move them.
        left.addWidget(self.obstacle)
        left.addWidget(self.unfinished)
        left.addStretch()
        right = column_of(text_label("Earlier tests", "group", wraps=False), self.list, self.empty_label)
        right.setStretchFactor(self.list, 1)
        chosen = row_of(self.open_button, self.delete_button, self.undo_button)
        chosen.addStretch()
        right.addLayout(chosen)
        right.addStretch()
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, PAGE_MARGIN)
        page.setSpacing(2 * PAGE_MARGIN)
        page.addLayout(left, 2)
        page.addLayout(right, 3)
