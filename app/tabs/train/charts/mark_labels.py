"""A strip above a chart with the texts of its marks, so that no text covers a curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.tabs.train.charts.rate_history import Mark
from app.widgets.tool_tips import show_cell_tool_tip


class MarkLabels(QWidget):
    """One line of text, each text beside the place of its mark; pointing at the strip shows those that did not fit.

    pixel_of: the horizontal pixel of a number of epochs; None if it is outside the chart.
    """

    def __init__(self, pixel_of: Callable[[float], float | None]) -> None:
        super().__init__()
        self._pixel_of = pixel_of
        self.marks: list[Mark] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Marks of the run")

    def show_marks(self, marks: Sequence[Mark], place_in_words: Callable[[float], str]) -> None:
        """Show these marks. place_in_words: "step 3" or "epoch 1.50" for a number of epochs."""
        if self.marks != list(marks):
            self.marks = list(marks)
            self.update()
        places = "; ".join(f"{mark.text} at {place_in_words(mark.x)}" for mark in self.marks)
        if places != self.accessibleDescription():
            self.setAccessibleDescription(places)

    def sizeHint(self) -> QSize:
        """One line of small text."""
        return QSize(100, self._metrics().height())

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(scaled(self.font(), SMALL_SCALE))

    def placed(self) -> list[tuple[Mark, QRect]]:
        """The marks whose texts fit, and their places: the newest first, then each that covers no other."""
        places: list[tuple[Mark, QRect]] = []
        metrics = self._metrics()
        for mark in reversed(self.marks):
            pixel = self._pixel_of(mark.x)
            if pixel is None:
                continue
            width = metrics.horizontalAdvance(mark.text)
            left = min(round(pixel), self.width() - width)
            place = QRect(left, 0, width, self.height())
            if left >= 0 and not any(place.adjusted(-GAP, 0, GAP, 0).intersects(other) for _, other in places):
                places.append((mark, place))
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the texts."""
        colours = colours_of(self)
        with QPainter(self) as painter:
            painter.setFont(scaled(self.font(), SMALL_SCALE))
            for mark, place in self.placed():
                painter.setPen(QColor(colours.error if mark.kind == "diverged" else colours.quiet_text))
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, mark.text)

    def event(self, event: QEvent) -> bool:
        """Show the marks near the pointer in a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pixels = [(mark, self._pixel_of(mark.x)) for mark in self.marks]
            near = [mark.text for mark, pixel in pixels if pixel is not None and abs(pixel - event.x()) < 3 * GAP]
            if near:
                show_cell_tool_tip(self, self.rect(), "\n".join(f"{text}." for text in near))
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
