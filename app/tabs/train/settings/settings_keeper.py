"""Keeps the settings that are typed in the Train tab in a file, and shows them again at the next start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background.saver import Saver
from app.session.typed_settings import TrainSettings, read_typed, write_typed
from app.tabs.train.settings.settings_panel import SettingsPanel
from nncore.errors import SettingError


class SettingsKeeper(QObject):
    """Saves the settings of a panel soon after each change, also invalid ones, but not an unchanged first recipe."""

    failed = Signal(str)
    """One sentence: why the settings could not be saved."""

    def __init__(self, panel: SettingsPanel, path: Path, parent: QObject) -> None:
        """path: the file; the settings in it are shown at once."""
        super().__init__(parent)
        self._panel, self._path = panel, path
        self._saved = self._valid = read_typed(TrainSettings, path)
        if self._saved is not None:
            panel.restore(self._saved)
        self.saver = Saver(self._work, self)
        self.saver.failed.connect(self.failed)
        panel.changed.connect(self.saver.request)

    def finish(self) -> bool:
        """Save the settings and wait for it; False if that takes too long."""
        return self.saver.finish()

    def _work(self) -> Callable[[], None] | None:
        """A function that saves the current settings; None if they are saved already."""
        try:
            present = self._valid = self._panel.typed()
        except SettingError:
            present = self._panel.invalid_entries(self._valid)
        if present == self._saved:
            return None
        self._saved = present
        return partial(write_typed, present, self._path)
