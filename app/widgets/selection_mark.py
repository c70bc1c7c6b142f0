"""The marks of a selected row and of a view with the focus: a grey background alone could be too faint to see."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.style.theme import Colours

MARK_WIDTH = 3
"""Pixels, as in the style sheet for lists."""

FRAME_WIDTH = 2
"""Pixels, as in the style sheet for controls with the focus."""


def mark_selected(painter: QPainter, row: QRect, colours: Colours) -> None:
    """Paint the mark at the left edge of a selected row."""
    painter.fillRect(QRect(row.left(), row.top(), MARK_WIDTH, row.height()), QColor(colours.accent))


def frame_focused(painter: QPainter, area: QRect, colours: Colours) -> None:
    """Paint the frame of a view with the focus inside the edges of `area`."""
    painter.setPen(QPen(QColor(colours.accent), FRAME_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = FRAME_WIDTH // 2
    painter.drawRect(area.adjusted(half, half, -half, -half))
