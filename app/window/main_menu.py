"""The menu at the top right; its shortcuts work in the whole window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.style.icons import set_icon
from app.style.theme import ThemeChoice

Key = QKeySequence | QKeySequence.StandardKey | None


class MainMenu(QMenu):
    """Actions that belong to no tab. `theme_chosen` carries the chosen theme."""

    theme_chosen = Signal(ThemeChoice)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def add(self, text: str, on_chosen: Callable[[], object], key: Key = None, icon_name: str | None = None) -> QAction:
        """Add an entry that calls `on_chosen` when clicked or its key is pressed; `icon_name`: see `style.icons`."""
        action = QAction(text, self)
        if icon_name is not None:
            set_icon(action, icon_name)
        if key is not None:
            action.setShortcut(key)
        action.triggered.connect(on_chosen)
        self.addAction(action)
        # The shortcut works only if the action belongs to the window too: the menu is closed most of the time.
        self._window.addAction(action)
        return action

    def add_themes(self, chosen: ThemeChoice) -> None:
        """Add a sub-menu of themes, with `chosen` checked."""
        themes, group = self.addMenu("&Theme"), QActionGroup(self)
        set_icon(themes.menuAction(), "theme")
        for choice, text in (
            (ThemeChoice.SYSTEM, "As the &system"),
            (ThemeChoice.LIGHT, "&Light"),
            (ThemeChoice.DARK, "&Dark"),
        ):
            action = QAction(text, self)
            action.setCheckable(True)
            action.setChecked(choice is chosen)
            action.triggered.connect(partial(self.theme_chosen.emit, choice))
            group.addAction(action)
            themes.addAction(action)
