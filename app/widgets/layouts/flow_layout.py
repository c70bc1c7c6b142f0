"""A layout that places widgets from left to right, and begins another line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from app.style.theme import GAP

HORIZONTAL, VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class FlowLayout(QLayout):
    """Lines of widgets, as many as the width needs: with a large font, a row of buttons becomes two.

    Widgets that expand horizontally share what is left of their line, and lines with widgets that expand vertically
    fraction what is left of the height.
    """

    def __init__(self, *widgets: QWidget, spacing: int = GAP, line_spacing: int = GAP // 2) -> None:
        """spacing, line_spacing: pixels between two widgets of a line, and between two lines."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._sizes: tuple[QSize, QSize] | None = None
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

    def invalidate(self) -> None:
        """Forget the measured sizes; Qt calls this when an item changes."""
        self._heights, self._sizes = {}, None
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at this width, in pixels."""
        if width not in self._heights:  # Qt asks for the same widths very often
            heights = [_height(line, self._widths(line, width)) for line in self._lines(width)]
            self._heights[width] = sum(heights) + self._line_spacing * max(0, len(heights) - 1)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """One line."""
        return self._measured[0]

    def minimumSize(self) -> QSize:
        """As wide as the widest item, and as high as one line."""
        return self._measured[1]

    @property
    def _measured(self) -> tuple[QSize, QSize]:
        """The preferred and the minimum size."""
        if self._sizes is None:
            items = self._shown()
            widths = [item.sizeHint().width() for item in items]
            height = _height(items, widths)
            widest = max((item.minimumSize().width() for item in items), default=0)
            self._sizes = QSize(sum(widths) + self.spacing() * max(0, len(items) - 1), height), QSize(widest, height)
        return self._sizes

    def setGeometry(self, area: QRect) -> None:
        """Place all items in `area`, each line centred vertically."""
        super().setGeometry(area)
        lines = self._lines(area.width())
        heights = [_height(line, self._widths(line, area.width())) for line in lines]
        spare = max(0, area.height() - sum(heights) - self._line_spacing * max(0, len(lines) - 1))
        growing = [index for index, line in enumerate(lines) if any(_expands(item, VERTICAL) for item in line)]
        top = area.top()
        for index, line in enumerate(lines):
            height = heights[index] + (spare // len(growing) if index in growing else 0)
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

    def _widths(self, line: list[QLayoutItem], room: int) -> list[int]:
        """The widths of the items of a line that is `room` pixels wide."""
        expanding = sum(_expands(item, HORIZONTAL) for item in line)
        spare = max(0, room - sum(map(_width, line)) - self.spacing() * (len(line) - 1))
        widths = []
        for item in line:
            widths.append(min(_width(item), room))
            if _expands(item, HORIZONTAL):
                extra = spare // expanding
                widths[-1], spare, expanding = widths[-1] + extra, spare - extra, expanding - 1
        return widths

    def _place(self, line: list[QLayoutItem], area: QRect) -> None:
        left = area.left()
        for item, width in zip(line, self._widths(line, area.width()), strict=True):
            height = area.height() if _expands(item, VERTICAL) else min(_height([item], [width]), area.height())
            item.setGeometry(QRect(left, area.top() + (area.height() - height) // 2, width, height))
            left += width + self.spacing()


def _expands(item: QLayoutItem, direction: Qt.Orientation) -> bool:
    return bool(item.expandingDirections() & direction)


def _width(item: QLayoutItem) -> int:
    """The width that an item needs: an expanding one can be narrow, as more space is given to it, but for a text."""
    can_be_narrow = _expands(item, HORIZONTAL) and not item.hasHeightForWidth()
    return (item.minimumSize() if can_be_narrow else item.sizeHint()).width()


def _height(line: list[QLayoutItem], widths: list[int]) -> int:
    """The height that a line needs if its items are so wide."""
    return max((_height_of(item, width) for item, width in zip(line, widths, strict=True)), default=0)


def _height_of(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    return (item.minimumSize() if _expands(item, VERTICAL) else item.sizeHint()).height()
