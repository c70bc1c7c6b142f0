"""A line above the tabs that shows one message; an error message stays until it is closed."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.widgets.elements import bar_layout, close_button, set_style, text_label

MESSAGE_MILLISECONDS = 6000


class MessageBar(QFrame):
    """Shows one message; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = text_label()
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._label.setAccessibleName("Message")
        bar_layout(self, self._label, close_button("Close this message", self.hide))
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
        """Show a message for a few seconds."""
        self._show(sentence, is_error=False)
        self._timer.start()

    @Slot(str)
    def show_error(self, sentence: str) -> None:
        """Show an error message until it is closed."""
        self._timer.stop()
        self._show(sentence, is_error=True)

    def _show(self, sentence: str, *, is_error: bool) -> None:
        set_style(self._label, "error", is_error)
        self._label.setText(sentence)
        self.show()
