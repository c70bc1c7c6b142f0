"""A page as large as the room it has, that scrolls where it needs more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ScrollPage(QScrollArea):
    """Shows `page`, which fills it, but is never smaller than its own minimum.

    QScrollArea's own way of resizing gives a page with text that wraps the height it would like, not what it needs.
    """

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        self._page = page
        page.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page the new room."""
        super().resizeEvent(event)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow a page that needs more room, or less."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fill()
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        layout, room = self._page.layout(), self.maximumViewportSize()
        needed = self._page.minimumSizeHint()
        if layout is not None and layout.hasHeightForWidth():
            needed.setHeight(layout.minimumHeightForWidth(max(room.width(), needed.width())))
        self._page.resize(room.expandedTo(needed))
