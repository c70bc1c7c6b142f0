"""When a drawn network is computed again."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import Slot

from app.background.throttle import Throttle
from app.widgets.network_view.network_view import NetworkView


class ViewUpdates(Throttle):
    """Emits `due` when a NetworkView must show a new inspection: only while it is visible, at most once per frame.

    Computing and painting take a third of the time at most, so that the rest of the window is hardly later than without
    the view. What was requested while the view was hidden is due when it is shown.
    """

    def __init__(self, view: NetworkView) -> None:
        super().__init__(parent=view)
        self._view = view
        self._is_outdated = True
        view.appeared.connect(self._catch_up)

    @Slot()
    def request(self) -> None:
        """Request `due`; a hidden view waits until it is shown."""
        self._is_outdated = True
        if self._view.isVisible():
            super().request()

    @Slot()
    def _catch_up(self) -> None:
        if self._is_outdated:
            self._fire()

    @Slot()
    def _fire(self) -> None:
        began = perf_counter()
        self._is_outdated = False
        super()._fire()
        self.allow_for(perf_counter() - began + self._view.paint_seconds)
