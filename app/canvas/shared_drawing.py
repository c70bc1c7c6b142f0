"""Two canvases that show and change the same drawing."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.canvas.canvas import Canvas


class SharedDrawing(QObject):
    """Lets `second` show the drawing of `first`; what is drawn on one is on the other at once.

    Both emit `drawing_changed` for each change, wherever it was made.
    """

    def __init__(self, first: Canvas, second: Canvas) -> None:
        super().__init__(second)
        self._first, self._second = first, second
        self._is_following = False
        second.drawing = first.drawing
        second.refresh()
        first.drawing_changed.connect(self._refresh_second)
        second.drawing_changed.connect(self._refresh_first)

    @Slot()
    def _refresh_first(self) -> None:
        self._refresh(self._first)

    @Slot()
    def _refresh_second(self) -> None:
        self._refresh(self._second)

    def _refresh(self, canvas: Canvas) -> None:
        if not self._is_following:  # otherwise the change is one that this canvas has made itself
            self._is_following = True
            canvas.refresh()
            self._is_following = False
