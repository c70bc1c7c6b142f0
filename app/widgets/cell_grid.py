"""The base of widgets that paint cells in lines, of which one is chosen with the mouse or the keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.widgets.elements import announce
from app.widgets.tool_tips import show_cell_tool_tip

CHOICE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class CellGrid(QWidget):
    """The arrow keys go from cell to cell; Enter, the space bar or a click chooses one. Each has a tool tip.

    A subclass has the methods that raise NotImplementedError, and paints the cell at `current` with a frame while the
    widget has the focus.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.current = 0
        """The index of the cell that the keys are at."""

    def count(self) -> int:
        """The number of cells."""
        raise NotImplementedError

    def columns(self) -> int:
        """The number of cells in a line."""
        raise NotImplementedError

    def cell(self, index: int) -> QRect:
        """The area of a cell in pixels of the widget."""
        raise NotImplementedError

    def cell_description(self, index: int) -> str:
        """A cell in a sentence, for the tool tip and a screen reader."""
        raise NotImplementedError

    def choose(self, index: int) -> None:
        """The user has chosen a cell."""
        raise NotImplementedError

    def _index_at(self, point: QPoint) -> int | None:
        return next((index for index in range(self.count()) if self.cell(index).contains(point)), None)

    def event(self, event: QEvent) -> bool:
        """Show the tool tip of the cell under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(event.pos())
            if index is not None:
                show_cell_tool_tip(self, self.cell(index), self.cell_description(index))
                return True
            if not self.toolTip():
                QToolTip.hideText()
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the mouse."""
        index = self._index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(index)
            self.choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another cell, or choose the present one."""
        across = self.columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -across, Qt.Key.Key_Down: across}
        key = Qt.Key(event.key())
        if key in steps and 0 <= self.current + steps[key] < self.count():
            self._go_to(self.current + steps[key])
        elif key in CHOICE_KEYS and self.current < self.count():
            self.choose(self.current)
        else:
            super().keyPressEvent(event)

    def _go_to(self, index: int) -> None:
        self.current = index
        announce(self, self.cell_description(index))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which cell the keys are at."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self.update()
