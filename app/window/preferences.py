"""Preferences of the window, which are kept between starts."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

from app.storage.paths import user_folder
from app.style.theme import ThemeChoice


class WindowPreferences:
    """Preferences in an INI file. A missing or invalid value counts as not set."""

    def __init__(self) -> None:
        self._store = QSettings(str(user_folder() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeChoice:
        """The theme: light, dark, or that of the system."""
        stored = self._store.value("theme")
        is_known = isinstance(stored, str) and stored in list(ThemeChoice)
        return ThemeChoice(stored) if is_known else ThemeChoice.SYSTEM

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice.value)

    @property
    def geometry(self) -> QByteArray | None:
        """Size and position of the window, encoded by Qt."""
        stored = self._store.value("geometry")
        return stored if isinstance(stored, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)
