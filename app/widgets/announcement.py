"""Sentences for those who hear the window: a screen reader speaks them."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, sentence: str, urgent: bool = False) -> None:
    """Have `sentence` spoken for `widget`; `urgent`: at once, and not after what is being spoken."""
    event = QAccessibleAnnouncementEvent(widget, sentence)
    level = QAccessible.AnnouncementPoliteness
    event.setPoliteness(level.Assertive if urgent else level.Polite)
    QAccessible.updateAccessibility(event)
