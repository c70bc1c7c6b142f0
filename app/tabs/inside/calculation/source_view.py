"""The lines of Python that compute a number, shown on request."""

from __future__ import annotations

import builtins
import keyword
import re

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of
from app.widgets.elements import text_label, without_margins
from nncore.evaluation.calculation.source_lines import SourceLines, joined_source

SHOW_SOURCE = "Its lines of Python"
NO_SOURCE = "This program has no source files to show."
MAX_SOURCE_LINES = 16

WORDS = re.compile(
    r"(?P<comment>#.*$)|(?P<string>\"\"\".*|\"[^\"]*\")|(?P<keyword>\b(?:" + "|".join(keyword.kwlist) + r"|self)\b)"
    r"|(?P<name>\b(?:" + "|".join(name for name in dir(builtins) if name.islower()) + r"|np)\b)"
)
"""What is coloured in a line of Python."""


class PythonColours(QSyntaxHighlighter):
    """Colours comments, strings, keywords and built-in names of each line on its own."""

    def __init__(self, document: QTextDocument, view: QWidget) -> None:
        super().__init__(document)
        self._view = view

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        colours = colours_of(self._view)
        names = {
            "comment": colours.quiet_text,
            "string": colours.winner,
            "keyword": colours.accent,
            "name": colours.validation,
        }
        for found in WORDS.finditer(text):
            style = QTextCharFormat()
            style.setForeground(QColor(names[found.lastgroup or "comment"]))
            self.setFormat(found.start(), found.end() - found.start(), style)


class SourceView(QWidget):
    """A button, and below it the lines with their file and line number while it is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[SourceLines, ...] = ()
        self.button = QToolButton()
        self.button.setText(SHOW_SOURCE)
        self.button.setCheckable(True)
        self.button.setProperty("group", True)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setToolTip("Show the few lines of this program that compute the number, as they are installed.")
        self.place, self.text = text_label(style="quiet"), QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName("Lines of Python")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._colours = PythonColours(self.text.document(), self)
        column = without_margins(QVBoxLayout(self), GAP // 2)
        for widget in (self.button, self.place, self.text):
            column.addWidget(widget)
        self.button.toggled.connect(self._on_toggled)
        self._on_toggled(False)

    def show_source(self, parts: tuple[SourceLines, ...]) -> None:
        """The lines of these functions; none if the program has no source files."""
        if parts == self._parts and self.text.toPlainText():
            return
        self._parts = parts
        files = ", ".join(dict.fromkeys(part.place for part in parts))
        self.place.setText(files or NO_SOURCE)
        self.text.setPlainText(parts[0].text.rstrip() if len(parts) == 1 else joined_source(parts).rstrip())
        self._fit()

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self.place.setVisible(shown)
        self.text.setVisible(shown and bool(self._parts))

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        changes = (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange)
        if event.type() in changes and hasattr(self, "_colours"):  # Qt sends a font change during construction
            self._fit()
            self._colours.rehighlight()

    def _fit(self) -> None:
        """A fixed font in the size of small text, and room for the lines."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF() * SMALL_SCALE)
        font.setStyleHint(QFont.StyleHint.Monospace)
        if font != self.text.font():
            self.text.setFont(font)
        lines = min(MAX_SOURCE_LINES, self.text.document().blockCount())
        bar = self.text.horizontalScrollBar().sizeHint().height()
        height = lines * self.text.fontMetrics().lineSpacing() + 2 * GAP + bar
        if height != self.text.height():
            self.text.setFixedHeight(height)
        self.text.setVisible(self.button.isChecked() and bool(self._parts))
