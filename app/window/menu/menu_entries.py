"""The entries of the menu, from top to bottom, with their keys and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence

from app.style.icons import set_icon
from app.window.menu.main_menu import MainMenu
from app.window.menu.view_menu import ViewMenu

if TYPE_CHECKING:
    from app.window.main_window import MainWindow

StandardKey = QKeySequence.StandardKey


class MenuEntries(QObject):
    """Adds the entries to the menu, one method for each group; a new entry is one more line in its group."""

    def __init__(self, menu: MainMenu, window: MainWindow) -> None:
        super().__init__(window)
        self._menu = menu
        self._window = window
        self._session = window.session
        self._add_model_entries()
        menu.addSeparator()
        self._add_data_entries()
        menu.addSeparator()
        self._add_view_entries()
        menu.addSeparator()
        self._add_program_entries()

    def _add_model_entries(self) -> None:
        menu, window, files, session = self._menu, self._window, self._window.files, self._session
        menu.add("&Open model…", files.open_model, StandardKey.Open, "open")
        menu.addMenu(window.recent_files)
        menu.add("&Save model", files.save_model, StandardKey.Save, "save")
        menu.add("Save model &as…", files.save_model_as, QKeySequence("Ctrl+Shift+S"))
        menu.add("&Export model…", files.export_model, QKeySequence("Ctrl+E"))
        self.revert_action = menu.add("&Revert model", session.revert_model, None, "revert")
        self.revert_action.setEnabled(False)
        session.model_changed.connect(self._update_revert)
        menu.add("Use the &bundled model", session.open_bundled_model)
        menu.add("&Model card", window.show_model_card, None, "info")

    def _add_data_entries(self) -> None:
        menu, window = self._menu, self._window
        menu.add("Open &data set…", window.files.open_data)
        menu.add("S&weep settings…", window.training_actions.dialogs.open_sweep)
        menu.add("Use the bundled M&NIST data", self._session.load_bundled_data)

    def _add_view_entries(self) -> None:
        window = self._window
        self.view = ViewMenu(self._menu, window, window.preferences.appearance)
        self.view.appearance_chosen.connect(window.set_appearance)

    def _add_program_entries(self) -> None:
        menu, help_actions = self._menu, self._window.help
        sub_menu = menu.addMenu("&Help")
        set_icon(sub_menu.menuAction(), "info")
        menu.add("&Guide", help_actions.show_guide, StandardKey.HelpContents, sub_menu=sub_menu)
        menu.add("&What is this?", help_actions.ask_whats_this, sub_menu=sub_menu)
        menu.add("&Keyboard shortcuts…", help_actions.show_shortcuts, sub_menu=sub_menu)
        menu.add("&Start page", help_actions.show_start_page, sub_menu=sub_menu)
        menu.add("&About Digit Lab", help_actions.show_about, sub_menu=sub_menu)
        menu.add("&Quit", self._window.close, StandardKey.Quit)

    @Slot()
    def _update_revert(self) -> None:
        self.revert_action.setEnabled(not self._session.model_is_saved)
