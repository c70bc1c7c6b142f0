"""A card that lies over other widgets, so that nothing moves when it comes, goes or grows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QWidget

from app.widgets.elements import set_style

CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.LayoutRequest)


class Overlay(QFrame):
    """Lies over a place of a page: as wide as the place and as high as its content, but at least as the place.

    It keeps to the lower edge of the place, or to the upper one, but within the page. A card that is higher than its
    place covers what is above or below it, and is then drawn as a card. It is hidden at first.
    """

    def __init__(self, place: QWidget, page: QWidget, edge: Qt.Edge = Qt.Edge.BottomEdge, margin: int = 0) -> None:
        """page: the widget that the card may cover; `place` is in it, or is the same. margin: pixels around the card.

        The card fills its place if that is smaller than `page`; on `page` itself it is as high as its content.
        """
        super().__init__(page)
        self.place = place
        self._page = page
        self._edge = edge
        self._margin = margin
        self._watched: set[QWidget] = set()
        self.hide()
        self._watch()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the place; never filters an event out."""
        if event.type() in CHANGES:
            self.fit()
        return False

    def event(self, event: QEvent) -> bool:
        """Fit the height to a new text or font."""
        is_handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.fit()
        return is_handled

    def _watch(self) -> None:
        """Follow all widgets from the place up to the page: each of them may move it."""
        widget: QWidget | None = self.place
        while widget is not None:
            if widget not in self._watched:
                self._watched.add(widget)
                widget.installEventFilter(self)
            widget = None if widget is self._page else widget.parentWidget()

    def fit(self) -> None:
        """Lie over the place."""
        self._watch()
        layout, margin = self.layout(), self._margin
        if layout is None or not (self.place is self._page or self._page.isAncestorOf(self.place)):
            return
        area = QRect(self.place.mapTo(self._page, QPoint(0, 0)), self.place.size())
        area.adjust(margin, margin, -margin, -margin)
        needed = layout.totalHeightForWidth(area.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        height = needed if self.place is self._page else max(area.height(), needed)
        set_style(self, "notice", enabled=height > area.height() or self.place is self._page)
        top = area.bottom() + 1 - height if self._edge == Qt.Edge.BottomEdge else area.top()
        top = max(0, min(top, self._page.height() - margin - height))
        area = QRect(area.left(), top, area.width(), height)
        if area != self.geometry():
            self.setGeometry(area)
            layout.setGeometry(self.rect())  # while a widget is being shown, Qt sends it no resize event
        self.raise_()
