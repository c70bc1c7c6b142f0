"""Pages that share one place and may be as low as the lowest page allows; Qt insists on the preferred height."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabWidget


def least_height(pages: QStackedWidget | QTabWidget) -> int:
    """The lowest height at which every page shows its wrapped texts at the present width, in pixels."""
    found = 0
    for page in (pages.widget(index) for index in range(pages.count())):
        if page is not None:
            layout = page.layout()
            wraps = layout is not None and layout.hasHeightForWidth()
            low = layout.minimumHeightForWidth(pages.width()) if layout and wraps else page.minimumSizeHint().height()
            found = max(found, low)
    return found


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
        return QSize(super().minimumSizeHint().width(), least_height(self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A different width needs a different height."""
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
        above = self.tabBar().sizeHint().height() + 1  # the line below the tabs
        return QSize(super().minimumSizeHint().width(), above + least_height(self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A different width needs a different height."""
        super().resizeEvent(event)
        self.updateGeometry()
