"""Pages that share one place and may be as low as the lowest page allows; Qt insists on the preferred height."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget


def least_height(page: QWidget, width: int) -> int:
    """The lowest height of a page that shows its wrapped texts at this width, in pixels."""
    layout = page.layout()
    if layout is not None and page.hasHeightForWidth():
        return layout.minimumHeightForWidth(width)
    return page.minimumSizeHint().height()


class PageStack(QStackedWidget):
    """A QStackedWidget that can be as low as its pages can be.

    For a widget whose height depends on its width a layout takes the preferred height as the minimum. With charts in
    it, a page would be far higher than the screen, and scroll without need.
    """

    def hasHeightForWidth(self) -> bool:
        """No: `minimumSizeHint` has the height for the present width."""
        return False

    def minimumSizeHint(self) -> QSize:
        """The minimum size of the pages, at the present width."""
        heights = [least_height(self.widget(index), self.width()) for index in range(self.count())]
        return QSize(super().minimumSizeHint().width(), max(heights, default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        self.updateGeometry()


class TabStack(QTabWidget):
    """A QTabWidget without a frame that can be as low as its pages can be, like PageStack."""

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)

    def hasHeightForWidth(self) -> bool:
        """No: `minimumSizeHint` has the height for the present width."""
        return False

    def minimumSizeHint(self) -> QSize:
        """The minimum size of the pages, at the present width, and the tabs above them."""
        heights = [least_height(self.widget(index), self.width()) for index in range(self.count())]
        above = self.tabBar().sizeHint().height() + 1  # the line below the tabs
        return QSize(super().minimumSizeHint().width(), above + max(heights, default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        self.updateGeometry()
