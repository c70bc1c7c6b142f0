"""The order in which the Tab key visits controls. Qt has the order in which they got into the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def visit_in_order(*parts: QWidget) -> None:
    """Let Tab visit the controls of each part after those of the part before it, in the order of their creation.

    The first part stays where it is. Parts that are not in the same window as it are left out.
    """
    before = parts[0]
    for part in parts:
        # Not by nextInFocusChain: PySide would take the widget that it returns for a child of the one before it, and
        # delete both together.
        for control in (part, *part.findChildren(QWidget)):
            is_visited = bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus) and control.focusProxy() is None
            if is_visited and control is not before and control.window() is before.window():
                if part is not parts[0]:
                    QWidget.setTabOrder(before, control)
                before = control
