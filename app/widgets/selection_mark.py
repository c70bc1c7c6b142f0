"""The mark of a selected row: its grey background alone could be too faint to see."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from app.style.theme import Colours

MARK_WIDTH = 3
"""Pixels, as in the style sheet for lists."""


def mark_selected(painter: QPainter, row: QRect, colours: Colours) -> None:
    """Paint the mark at the left edge of a selected row."""
    painter.fillRect(QRect(row.left(), row.top(), MARK_WIDTH, row.height()), QColor(colours.accent))
