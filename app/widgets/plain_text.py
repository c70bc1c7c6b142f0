"""Text from files and users that Qt must not interpret as HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from nncore.reporting.number_text import NO_BREAK_SPACE, without_breaks_before_units


def plain_tooltip(text: str) -> str:
    """A tooltip that shows `text` literally and wraps it; "" for an empty text."""
    return f"<qt>{escape(text)}</qt>" if text else ""


LINE_OF_TEXT = "Ag"
"""A label of one line is as high as this text."""


class TextLabel(QLabel):
    """A label that shows its text literally, not as HTML; wrapped, it never has a unit without its number in a line."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show `text`."""
        super().setText(without_breaks_before_units(text))

    def text(self) -> str:
        """The text, with usual spaces."""
        return super().text().replace(NO_BREAK_SPACE, " ")


class _Eliding(QObject):
    """Calls `elide` whenever the width or the font of a widget changes."""

    CHANGES = (QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.StyleChange)

    def __init__(self, widget: QWidget, elide: Callable[[], None]) -> None:
        super().__init__(widget)
        self._elide = elide
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Elide for the new width or font; the widget gets the event too."""
        if event.type() in self.CHANGES:
            self._elide()
        return False


class ElidedLabel(QLabel):
    """One line of plain text, elided if too long, with the full text as tooltip. Hidden while empty.

    It paints the text itself: QLabel would lay out the whole window for each new text.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full_text = self._shorter_text = self._elided_text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        super().setText(LINE_OF_TEXT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._eliding = _Eliding(self, self._elide)
        self.hide()

    @property
    def full_text(self) -> str:
        """The text without elision."""
        return self._full_text

    def set_full_text(self, text: str, shorter: str = "") -> None:
        """Show `text`, elided to the width. shorter: what is shown instead where `text` does not fit; "" for none."""
        self._full_text, self._shorter_text = " ".join(text.split()), " ".join(shorter.split())
        self.setToolTip(plain_tooltip(self._full_text))
        self.setAccessibleName(self._full_text)
        self._elide()
        self.setVisible(bool(self._full_text))

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(0, super().minimumSizeHint().height())

    def text(self) -> str:
        """The text as it is painted, elided to the width."""
        return self._elided_text

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the elided text like that of a QLabel."""
        with QPainter(self) as painter:
            role, enabled = self.foregroundRole(), self.isEnabled()
            alignment = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
            self.style().drawItemText(
                painter, self.contentsRect(), alignment, self.palette(), enabled, self._elided_text, role
            )

    def _elide(self) -> None:
        fits = not self._shorter_text or self.fontMetrics().horizontalAdvance(self._full_text) <= self.width()
        shown = self._full_text if fits else self._shorter_text
        elided = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, self.width())
        if elided != self._elided_text:
            self._elided_text = elided
            self.update()


def lines_height(metrics: QFontMetrics, count: int) -> int:
    """The height of a text of `count` lines in pixels; `count` times QFontMetrics.lineSpacing may be less."""
    return metrics.boundingRect(QRect(0, 0, 10_000, 10_000), 0, "\n".join("x" * count)).height()


MAX_RESERVED_LINES = 4
"""The number of lines that a text in a reserved place may have."""


class ReservedLabel(TextLabel):
    """Wrapped plain text in a place that does not depend on the text: as many lines as a usual long text needs.

    A text that needs more lines is elided in the last one, and the tooltip has all of it.
    """

    def __init__(self, longest: str, max_lines: int = MAX_RESERVED_LINES, parent: QWidget | None = None) -> None:
        """longest: a text for which the label has enough lines at any width, but no more than `max_lines`."""
        super().__init__(parent=parent)
        self._longest = longest
        self._max_lines = max_lines
        self._full_text = ""
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._eliding = _Eliding(self, self._elide)

    @property
    def full_text(self) -> str:
        """The text without elision."""
        return self._full_text

    def set_full_text(self, text: str) -> None:
        """Show `text` in the lines that there are."""
        self._full_text = " ".join(text.split())
        self.setToolTip(plain_tooltip(self._full_text))
        self.setAccessibleName(self._full_text)
        self._elide()

    def sizeHint(self) -> QSize:
        """The size for the present width."""
        return QSize(self.width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(0, self.fontMetrics().height())

    def hasHeightForWidth(self) -> bool:
        """A narrow label has more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the lines that the longest usual text needs at this width, in pixels."""
        return min(self._height_of(self._longest, width), lines_height(self.fontMetrics(), self._max_lines))

    def _height_of(self, text: str, width: int) -> int:
        area = QRect(0, 0, max(1, width), 10_000)
        text = without_breaks_before_units(text)
        return self.fontMetrics().boundingRect(area, int(Qt.TextFlag.TextWordWrap), text).height()

    def _elide(self) -> None:
        """Show the longest beginning of the text that fits."""
        room = self.heightForWidth(self.width())
        fits = [self._full_text] if self._height_of(self._full_text, self.width()) <= room else []
        shortest, longest = 0, len(self._full_text)
        while not fits and longest - shortest > 1:
            middle = (shortest + longest) // 2
            if self._height_of(f"{self._full_text[:middle].rstrip()}…", self.width()) <= room:
                shortest = middle
            else:
                longest = middle
        self.setText(fits[0] if fits else f"{self._full_text[:shortest].rstrip()}…")


class ElidedButton(QPushButton):
    """A button as wide as its place, whose text is elided if it is longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full_text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._eliding = _Eliding(self, self._elide)

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

    def _elide(self) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        elided = self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideMiddle, inside.width())
        self.setText(elided.replace("&", "&&"))  # an ampersand is part of a name, not a shortcut
