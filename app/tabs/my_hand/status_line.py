"""The status line at the top of the tab: progress and errors."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.style.theme import GAP, PAGE_MARGIN
from app.widgets.elements import push_button, set_style, text_label
from app.widgets.layouts.overlay import Overlay


class StatusLine(Overlay):
    """Hidden while it has no text; `cancelled` is emitted when the user presses Cancel.

    Its place, as high as one line, is always there; a longer text covers what is below it.
    """

    cancelled = Signal()

    def __init__(self, place: QWidget, page: QWidget) -> None:
        """place: an empty widget in the layout of `page`, whose height is set here."""
        super().__init__(place, page, Qt.Edge.TopEdge)
        self.label = text_label()
        self.label.setMinimumWidth(1)  # a long path must not widen the window
        self.label.setAccessibleName("Message")
        self.cancel_button = push_button("&Cancel", "Stop; nothing is changed.", self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(PAGE_MARGIN, GAP // 2, PAGE_MARGIN, 0)
        row.setSpacing(GAP)
        row.addWidget(self.label, 1)
        row.addWidget(self.cancel_button)
        self._fit_place()

    @property
    def text(self) -> str:
        """The sentence shown now, "" if hidden."""
        return "" if self.isHidden() else self.label.text()

    def clear(self) -> None:
        """Hide the line."""
        self.hide()

    def show_message(self, sentence: str, *, cancellable: bool = False) -> None:
        """Show what is in progress or was done."""
        self._show(sentence, is_error=False, cancellable=cancellable)

    def show_error(self, sentence: str) -> None:
        """Show an error."""
        self._show(sentence, is_error=True, cancellable=False)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the place as high as a line in the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "cancel_button"):
            self._fit_place()

    def _fit_place(self) -> None:
        self.place.setFixedHeight(self.cancel_button.sizeHint().height() + GAP // 2)

    def _show(self, sentence: str, *, is_error: bool, cancellable: bool) -> None:
        set_style(self.label, "error", enabled=is_error)
        self.label.setText(sentence)
        self.cancel_button.setVisible(cancellable)
        self.show()
