"""The status line at the top of the tab: progress and errors."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.style.theme import GAP, PAGE_MARGIN


class StatusLine(QWidget):
    """Hidden while it has no text; `cancelled` is emitted when the user presses Cancel."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setMinimumWidth(1)  # a long path must not widen the window
        self.label.setAccessibleName("Message")
        self.cancel_button = QPushButton("&Cancel")
        self.cancel_button.setToolTip("Stop; nothing is changed.")
        self.cancel_button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, 0)
        row.setSpacing(GAP)
        row.addWidget(self.label, 1)
        row.addWidget(self.cancel_button)
        self.clear()

    @property
    def text(self) -> str:
        """The sentence shown now, "" if hidden."""
        return "" if self.isHidden() else self.label.text()

    def clear(self) -> None:
        """Hide the line."""
        self.hide()

    def inform(self, sentence: str, *, cancellable: bool = False) -> None:
        """Show what is in progress or was done."""
        self._show(sentence, trouble=False, cancellable=cancellable)

    def complain(self, sentence: str) -> None:
        """Show an error."""
        self._show(sentence, trouble=True, cancellable=False)

    def _show(self, sentence: str, *, trouble: bool, cancellable: bool) -> None:
        self.label.setProperty("trouble", trouble)
        self.label.style().unpolish(self.label)
        self.label.style().polish(self.label)
        self.label.setText(sentence)
        self.cancel_button.setVisible(cancellable)
        self.show()
