"""A line above the tabs with messages; a message about a problem stays until it is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.style.theme import GAP, PAGE_MARGIN

MESSAGE_MILLISECONDS = 6000


class MessageBar(QFrame):
    """Shows one message; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._label.setAccessibleName("Message")
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Close this message")
        close.setAccessibleName("Close this message")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        layout.addWidget(self._label)
        layout.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(MESSAGE_MILLISECONDS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The message shown, or "" when hidden."""
        return "" if self.isHidden() else self._label.text()

    @Slot(str)
    def show_message(self, sentence: str) -> None:
        """Show a message about success for a few seconds."""
        self._show(sentence, is_error=False)
        self._timer.start()

    @Slot(str)
    def show_error(self, sentence: str) -> None:
        """Show a message about a problem until it is closed."""
        self._timer.stop()
        self._show(sentence, is_error=True)

    def _show(self, sentence: str, *, is_error: bool) -> None:
        self._label.setProperty("error", is_error)
        self._label.style().unpolish(self._label)
        self._label.style().polish(self._label)
        self._label.setText(sentence)
        self.show()
