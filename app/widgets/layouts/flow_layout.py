"""A layout that places widgets from left to right, and begins another line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from app.style.theme import GAP


class FlowLayout(QLayout):
    """Lines of widgets, as many as the width needs: with a large font, a row of buttons becomes two.

    Widgets that expand horizontally share what is left of their line.
    """

    def __init__(self, *widgets: QWidget, spacing: int = GAP, line_spacing: int = GAP // 2) -> None:
        """spacing, line_spacing: pixels between two widgets of a line, and between two lines."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._line_spacing = line_spacing
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end; `addWidget` calls this."""
        self._items.append(item)

    def count(self) -> int:
        """The number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at `index`; None after the last one."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove the item at `index` and return it; None after the last one."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Horizontal: the lines fill the width."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """True: a narrow layout has more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at this width, in pixels."""
        heights = [_height(line) for line in self._lines(width)]
        return sum(heights) + self._line_spacing * max(0, len(heights) - 1)

    def sizeHint(self) -> QSize:
        """One line."""
        items = self._shown()
        width = sum(item.sizeHint().width() for item in items) + self.spacing() * max(0, len(items) - 1)
        return QSize(width, _height(items))

    def minimumSize(self) -> QSize:
        """As wide as the widest item."""
        items = self._shown()
        return QSize(max((_width(item) for item in items), default=0), _height(items))

    def setGeometry(self, area: QRect) -> None:
        """Place all items in `area`, each line centred vertically."""
        super().setGeometry(area)
        top = area.top()
        for line in self._lines(area.width()):
            height = _height(line)
            self._place(line, QRect(area.left(), top, area.width(), height))
            top += height + self._line_spacing

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """The items of each line."""
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            needed = _width(item) + self.spacing()
            if not lines or used + needed - self.spacing() > width:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += needed
        return lines

    def _place(self, line: list[QLayoutItem], area: QRect) -> None:
        expanding = [item for item in line if item.expandingDirections() & Qt.Orientation.Horizontal]
        spare = area.width() - sum(_width(item) for item in line) - self.spacing() * (len(line) - 1)
        left = area.left()
        for item in line:
            width = min(_width(item), area.width())
            if item in expanding and spare > 0:
                share = spare // (len(expanding) - expanding.index(item))
                width, spare = width + share, spare - share
            height = item.sizeHint().height()
            if item.hasHeightForWidth():
                height = item.heightForWidth(width)
            height = min(height, area.height())
            item.setGeometry(QRect(left, area.top() + (area.height() - height) // 2, width, height))
            left += width + self.spacing()


def _width(item: QLayoutItem) -> int:
    """The width that an item needs: an expanding one can be narrow, as more space is given to it."""
    can_expand = item.expandingDirections() & Qt.Orientation.Horizontal
    return (item.minimumSize() if can_expand else item.sizeHint()).width()


def _height(line: list[QLayoutItem]) -> int:
    return max((item.sizeHint().height() for item in line), default=0)
