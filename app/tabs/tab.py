"""What the main window asks of each of its tabs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget


class Tab(QWidget):
    """A page of the main window. A tab with threads overrides `finish`, one with a main widget overrides `focus`."""

    visibility_changed = Signal(bool)
    """Whether the tab is visible now."""
    message_place: QWidget | None = None
    """The widget over whose top a message covers no answer, or the bar of the tab's pages, which a message lies beside;
    None: the upper right corner of the page.
    """

    def showEvent(self, event: QShowEvent) -> None:
        """Emit `visibility_changed`."""
        super().showEvent(event)
        self.visibility_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Emit `visibility_changed`."""
        super().hideEvent(event)
        self.visibility_changed.emit(False)

    def focus(self) -> None:
        """Put the keyboard focus where the user probably needs it first; called when the tab is chosen."""

    def complete(self) -> None:
        """Build what the first paint does not need; called once, when the program is idle after the start."""

    def finish(self) -> bool:
        """Stop the tab's background work and wait for it, before the window closes; False if that takes too long."""
        return True
