"""Where the controls of a window are, for tests that nothing moves."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.widgets.probability_bars import ProbabilityBars
from tests.app.waiting import deliver_events

Places = dict[QWidget, QRect]


def places_of_controls(window: QWidget) -> Places:
    """The areas of all controls that are visible, in the window."""
    deliver_events()
    return {
        widget: QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and _is_control(widget)
    }


def moved_controls(before: Places, after: Places) -> list[str]:
    """The controls that are visible both times, and have another place or size, in words."""
    return [
        f"{type(widget).__name__} “{widget.accessibleName() or widget.toolTip()}”: {area} {after[widget]}"
        for widget, area in before.items()
        if after.get(widget, area) != area
    ]


def _is_control(widget: QWidget) -> bool:
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QAbstractButton | ProbabilityBars)
