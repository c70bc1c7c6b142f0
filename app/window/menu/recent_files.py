"""The sub-menu of the files that were opened or saved last."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.style.icons import set_icon
from app.window.preferences import WindowPreferences
from nncore.errors import file_name

MAX_FOLDER_WIDTH = 320
"""Maximum width of a folder in the menu, in pixels; a longer one is elided in the middle."""


class RecentFilesMenu(QMenu):
    """Lists the files, newest first, each time it is opened."""

    chosen = Signal(Path)
    """A file to open."""
    missing = Signal(str)
    """One sentence: the chosen file no longer exists."""

    def __init__(self, preferences: WindowPreferences, parent: QWidget) -> None:
        super().__init__("Open re&cent", parent)
        self._preferences = preferences
        set_icon(self.menuAction(), "open")
        self.aboutToShow.connect(self.fill)

    @Slot()
    def fill(self) -> None:
        """List the files that the preferences have now."""
        self.clear()
        files = self._preferences.recent_files
        for number, path in enumerate(files, 1):
            folder = self.fontMetrics().elidedText(str(path.parent), Qt.TextElideMode.ElideMiddle, MAX_FOLDER_WIDTH)
            text = f"{file_name(path)}  –  {folder}".replace("&", "&&")
            self.addAction(f"&{number}  {text}").triggered.connect(partial(self._choose, path))
        if files:
            self.addSeparator()
            self.addAction("&Forget these files").triggered.connect(self._preferences.forget_recent_files)
        else:
            self.addAction("No files yet").setEnabled(False)

    def _choose(self, path: Path) -> None:
        if os.path.exists(path):  # unlike Path.exists, False for a folder that may not be entered
            self.chosen.emit(path)
        else:
            self._preferences.forget_recent_file(path)
            self.missing.emit(f"{file_name(path)} is no longer in {path.parent}. It was removed from the recent files.")
