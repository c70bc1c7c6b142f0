"""A number in large figures, whose place keeps its width while the number changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

USUAL_TEXT = "−00.000"


class FigureLabel(QWidget):
    """One line of text. Unlike a QLabel it asks for a new layout only when it needs more room than before."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._width = 0
        self.setProperty("value", True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The text shown."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show `text`."""
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self.update()
        if self.sizeHint().width() != self._width:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for a usual number, or for the text if it is longer."""
        metrics = self.fontMetrics()
        self._width = max(metrics.horizontalAdvance(each) for each in (USUAL_TEXT, self._text))
        return QSize(self._width, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text."""
        with QPainter(self) as painter:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._text)
