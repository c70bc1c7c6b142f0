"""Text from files and users that Qt must not interpret as HTML."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget


def plain_tooltip(text: str) -> str:
    """A tooltip that shows `text` literally and wraps it; "" for an empty text."""
    return f"<qt>{escape(text)}</qt>" if text else ""


class ElidedLabel(QLabel):
    """One line of plain text, elided if too long, with the full text as tooltip. Hidden while empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full_text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def full_text(self) -> str:
        """The text without elision."""
        return self._full_text

    def set_full_text(self, text: str) -> None:
        """Show `text`, elided to the width."""
        self._full_text = " ".join(text.split())
        self.setToolTip(plain_tooltip(self._full_text))
        self.setAccessibleName(self._full_text)
        self._elide()
        self.setVisible(bool(self._full_text))

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide to the new width."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Elide for the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideRight, self.width()))


class ElidedButton(QPushButton):
    """A button as wide as its place, whose text is elided if it is longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full_text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def full_text(self) -> str:
        """The text without elision."""
        return self._full_text

    def set_full_text(self, text: str) -> None:
        """Show `text`, elided to the width."""
        if text != self._full_text:
            self._full_text = text
            self.setAccessibleName(text)
            self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide to the new width."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Elide for the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        elided = self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideMiddle, inside.width())
        self.setText(elided.replace("&", "&&"))  # an ampersand is part of a name, not a shortcut
