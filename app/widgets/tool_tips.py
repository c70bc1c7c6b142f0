"""Tool tips in lines of at most 60 characters, placed below or above their control and never over it."""

from __future__ import annotations

from html import escape, unescape
from textwrap import wrap

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QLabel, QTabBar, QToolTip, QWidget

from nncore.reporting.number_text import without_breaks_before_units

LINE_LENGTH = 60
"""Maximum number of characters in a line."""

DISTANCE = 4
"""Pixels between a control and its tool tip."""

_CELL = "tool_tip_cell"

RICH_START = "<qt>"
"""The mark that `plain_text.plain_tooltip` puts before a text."""

RICH_END = "</qt>"
"""The mark that it puts after a text."""


class ToolTipApplication(QApplication):
    """An application that arranges each tool tip as soon as Qt shows it.

    Qt shows tool tips by a timer of the application; an event filter for the whole application would see every event of
    every widget instead.
    """

    def event(self, event: QEvent) -> bool:
        """Handle the event; then arrange the tool tip, if one was shown."""
        handled = super().event(event)
        if event.type() == QEvent.Type.Timer and QToolTip.isVisible():
            _arrange(QCursor.pos())
        return handled


def show_cell_tool_tip(widget: QWidget, area: QRect, text: str) -> None:
    """Show the tool tip of a cell that `widget` paints; area: the cell in pixels of the widget, which stays free."""
    widget.setProperty(_CELL, area)
    QToolTip.showText(widget.mapToGlobal(area.bottomLeft()), text, widget, area)


def _arrange(pointer: QPoint) -> None:
    # Qt deletes the label of an earlier tool tip some time after it was hidden.
    labels = (each for each in QApplication.topLevelWidgets() if each.inherits("QTipLabel") and each.isVisible())
    label = next(labels, None)
    if not isinstance(label, QLabel):
        return
    text = wrapped(label.text())
    control = _control_area(pointer, label.text())
    if text != label.text():
        label.setWordWrap(False)
        label.setText(text)
        label.resize(label.sizeHint())
    if control is not None:
        label.move(place_beside(control, label.frameGeometry(), label.screen().availableGeometry()))


def wrapped(text: str) -> str:
    """`text` in lines of at most LINE_LENGTH characters; a line break in it stays, and so does a unit at its number."""
    if text.startswith(RICH_START) and text.endswith(RICH_END):
        inside = unescape(text[len(RICH_START) : -len(RICH_END)])
        return f"{RICH_START}{escape(_lines(inside)).replace(chr(10), '<br>')}{RICH_END}"
    return _lines(text)


def _lines(text: str) -> str:
    text = without_breaks_before_units(text)
    lines = (wrap(line, LINE_LENGTH, break_on_hyphens=False) or [""] for line in text.split("\n"))
    return "\n".join("\n".join(each) for each in lines)


def place_beside(control: QRect, tip: QRect, screen: QRect) -> QPoint:
    """The corner of a tool tip that covers no part of its control: below it, or else above, at its right or left.

    All in pixels of the screen. A control that fills the screen leaves the tip where it is.
    """
    size = tip.size()
    left = max(screen.left(), min(control.left(), screen.right() - size.width()))
    top = max(screen.top(), min(tip.top(), screen.bottom() - size.height()))
    for corner in (
        QPoint(left, control.bottom() + 1 + DISTANCE),
        QPoint(left, control.top() - DISTANCE - size.height()),
        QPoint(control.right() + 1 + DISTANCE, top),
        QPoint(control.left() - DISTANCE - size.width(), top),
    ):
        if screen.contains(QRect(corner, size)):
            return corner
    return tip.topLeft()


def _control_area(pointer: QPoint, text: str) -> QRect | None:
    """The control or cell under the pointer whose tool tip is `text`, in pixels of the screen; None if unknown."""
    widget: QWidget | None = QApplication.widgetAt(pointer)
    area = None if widget is None else _part_area(widget, widget.mapFromGlobal(pointer))
    if widget is not None and area is not None:
        return QRect(widget.mapToGlobal(area.topLeft()), area.size())
    while widget is not None and not widget.toolTip():
        widget = widget.parentWidget()
    if widget is None or widget.toolTip() != text:
        return None
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def _part_area(widget: QWidget, place: QPoint) -> QRect | None:
    """The tab, the section of a header, the cell of a list or table, or the painted cell at `place` in a widget."""
    view = widget.parentWidget()
    if isinstance(widget, QTabBar):
        return widget.tabRect(widget.tabAt(place))
    if isinstance(view, QHeaderView) and widget is view.viewport():
        section = view.logicalIndexAt(place)
        start, size = view.sectionViewportPosition(section), view.sectionSize(section)
        is_row = view.orientation() == Qt.Orientation.Horizontal
        return QRect(start, 0, size, widget.height()) if is_row else QRect(0, start, widget.width(), size)
    if isinstance(view, QAbstractItemView) and widget is view.viewport():
        index = view.indexAt(place)
        return view.visualRect(index) if index.isValid() and index.data(Qt.ItemDataRole.ToolTipRole) else None
    cell = widget.property(_CELL)
    return cell if isinstance(cell, QRect) and cell.contains(place) else None
