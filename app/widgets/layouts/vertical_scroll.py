"""A column that scrolls vertically, as wide as its content needs in the current font."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.widgets.pictures.focus_border import FocusBorder


class VerticalScroll(QScrollArea):
    """Scrolls `content`, which is never narrower than it needs: with a large font it may be higher than the screen."""

    def __init__(self, content: QWidget, min_width: int = 0) -> None:
        """min_width: pixels; also the preferred width if it is above 0."""
        super().__init__()
        self._content, self._min_width = content, min_width
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        FocusBorder(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Update the layout when the content needs a different size, which Qt does not do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_height()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height of the content to the new width."""
        super().resizeEvent(event)
        self._fit_height()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the content again: it may have changed while it was hidden, when Qt does not lay it out."""
        super().showEvent(event)
        self._fit_height()
        self.updateGeometry()

    def _fit_height(self) -> None:
        """Give wrapped texts the height that they need at this width; Qt would give them less."""
        layout = self._content.layout()
        if layout is None or not layout.hasHeightForWidth():
            return
        height = layout.minimumHeightForWidth(self.viewport().width())
        if height != self._content.minimumHeight():
            self._content.setMinimumHeight(height)
            layout.invalidate()  # this may run while Qt lays the content out, with the size from before

    def minimumSizeHint(self) -> QSize:
        """As wide as the content and the scroll bar, at any height."""
        bar = self.verticalScrollBar().sizeHint().width()
        width = max(self._min_width, self._content.minimumSizeHint().width() + bar)
        return QSize(width, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """The minimum width if there is a preferred one, and the height of the content."""
        preferred = super().sizeHint()
        return QSize(self.minimumSizeHint().width(), preferred.height()) if self._min_width else preferred
