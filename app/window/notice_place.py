"""The place at the bottom of the window for the offers of a start, whose end does not move the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget


class NoticePlace(QWidget):
    """Reserves one line at the bottom of its page, and lays the notices that are shown over it.

    The line is reserved when the first notice is shown, and stays when it is hidden. A notice of several lines, and a
    second notice, cover what is above the line, and the page stays as it is.
    """

    def __init__(self, page: QWidget, notices: Sequence[QFrame]) -> None:
        """page: the widget whose layout has this one at the bottom. notices: the lowest first; they may be hidden."""
        super().__init__(page)
        self._page, self._notices = page, tuple(notices)
        self._is_reserved = any(not notice.isHidden() for notice in notices)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        page.installEventFilter(self)
        for notice in self._notices:
            notice.setParent(page)
            notice.setProperty("notice", True)
            notice.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """As high as a notice of one line; 0 before the first one."""
        return QSize(0, self._line_height if self._is_reserved else 0)

    @property
    def _line_height(self) -> int:
        return max(notice.sizeHint().height() for notice in self._notices)

    def changeEvent(self, event: QEvent) -> None:
        """Reserve the height of a line in the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place the notices when one of them is shown, hidden or changed; never filters an event out."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest):
            self._place()
        return False

    def _place(self) -> None:
        bottom, width = self._page.height(), self._page.width()
        for notice in self._notices:
            layout = notice.layout()
            if notice.isHidden() or layout is None:
                continue
            needed = layout.minimumHeightForWidth(width) if layout.hasHeightForWidth() else notice.sizeHint().height()
            if not self._is_reserved:
                self._is_reserved = True
                self.updateGeometry()
            height = max(needed, self._line_height)
            bottom -= height
            area = QRect(0, bottom, width, height)
            if area != notice.geometry():
                notice.setGeometry(area)
                layout.setGeometry(notice.rect())  # while a widget is being shown, Qt sends it no resize event
            notice.raise_()
