"""A page that fills its space, and scrolls if it needs more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ScrollPage(QScrollArea):
    """Shows `page` at the full size, but not below its minimum size.

    QScrollArea.setWidgetResizable gives a page with wrapped text its preferred height instead of its minimum.
    """

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        self._page = page
        page.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page to the new size."""
        super().resizeEvent(event)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the page when its minimum size changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fill()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the page again: it may have changed while it was hidden, when Qt does not lay it out."""
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        room = self.maximumViewportSize()
        needed = self._needed(room.width())
        if needed.height() > room.height():  # the vertical bar takes some of the width
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
            needed = self._needed(room.width())
        self._page.resize(room.expandedTo(needed))

    def _needed(self, width: int) -> QSize:
        """The minimum size of the page in a viewport of this width, in pixels."""
        layout, needed = self._page.layout(), self._page.minimumSizeHint()
        if layout is not None and layout.hasHeightForWidth():
            needed.setHeight(layout.totalMinimumHeightForWidth(max(width, needed.width())))
        return needed
