"""The View menu: text size, projector mode, theme, and full screen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.style.fonts import next_text_scale
from app.style.icons import set_icon
from app.style.theme import Appearance, ThemeChoice
from app.window.menu.main_menu import MainMenu

THEME_NAMES = {
    ThemeChoice.SYSTEM: "As the &system",
    ThemeChoice.LIGHT: "&Light",
    ThemeChoice.DARK: "&Dark",
}


class ViewMenu(QMenu):
    """A sub-menu of `menu`, whose keys work in the whole window."""

    appearance_chosen = Signal(Appearance)
    """The user has chosen a different theme or text size, or has switched projector mode."""

    def __init__(self, menu: MainMenu, window: QWidget, chosen: Appearance) -> None:
        """chosen: the appearance that the window has now."""
        super().__init__("&View", menu)
        self._window, self._chosen = window, chosen
        self._themes: dict[ThemeChoice, QAction] = {}
        menu.addMenu(self)
        add = partial(menu.add, sub_menu=self)
        larger = add("&Larger text", partial(self._change_text_size, 1), QKeySequence("Ctrl++"))
        larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])  # "+" needs Shift on many keyboards
        add("&Smaller text", partial(self._change_text_size, -1), QKeySequence("Ctrl+-"))
        add("&Normal text size", partial(self._change_text_size, 0), QKeySequence("Ctrl+0"))
        self.addSeparator()
        self.projector = add("&Projector mode", self._set_projector, QKeySequence("F9"))
        self.projector.setCheckable(True)
        self.projector.setToolTip("Larger text, thick lines, and only the settings that a first lesson needs.")
        add("&Full screen", self._toggle_full_screen, QKeySequence("F11"))
        self.addSeparator()
        self._add_themes()
        self.setToolTipsVisible(True)
        self.show_appearance(chosen)

    def show_appearance(self, chosen: Appearance) -> None:
        """Check the entries of the appearance that the window has now."""
        self._chosen = chosen
        self.projector.setChecked(chosen.projector)
        self._themes[chosen.theme].setChecked(True)

    def _add_themes(self) -> None:
        themes, group = self.addMenu("&Theme"), QActionGroup(self)
        set_icon(themes.menuAction(), "theme")
        for theme, name in THEME_NAMES.items():
            action = self._themes[theme] = QAction(name, self)
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, theme=theme))
            group.addAction(action)
            themes.addAction(action)

    def _choose(self, _checked: bool = False, **changes: object) -> None:
        self.appearance_chosen.emit(replace(self._chosen, **changes))  # type: ignore[arg-type]

    def _change_text_size(self, direction: int) -> None:
        """One step larger (1) or smaller (-1), or the platform's size (0)."""
        scale = next_text_scale(self._chosen.text_scale, direction) if direction else 1.0
        if scale != self._chosen.text_scale:
            self._choose(text_scale=scale)

    @Slot(bool)
    def _set_projector(self, on: bool) -> None:
        self._choose(projector=on)

    @Slot()
    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
