"""The menu at the top right; its shortcuts work in the whole window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.style.icons import set_icon

Key = QKeySequence | QKeySequence.StandardKey | None


class MainMenu(QMenu):
    """Actions that belong to no tab."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def add(
        self,
        text: str,
        on_chosen: Callable[..., object],
        key: Key = None,
        icon_name: str | None = None,
        sub_menu: QMenu | None = None,
    ) -> QAction:
        """Add an entry that calls `on_chosen` when clicked or its key is pressed.

        icon_name: see `style.icons`. sub_menu: the menu that gets the entry; None for this one.
        """
        action = QAction(text, self)
        if icon_name is not None:
            set_icon(action, icon_name)
        if key is not None:
            action.setShortcut(key)
        action.triggered.connect(on_chosen)
        (sub_menu or self).addAction(action)
        # The shortcut works only if the action belongs to the window too: the menu is closed most of the time.
        self._window.addAction(action)
        return action
