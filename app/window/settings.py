"""What the window remembers from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

from app.storage.paths import user_folder
from app.style.theme import ThemeChoice


class Settings:
    """What the window remembers. A value that is missing or makes no sense counts as never set."""

    def __init__(self) -> None:
        self._store = QSettings(str(user_folder() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeChoice:
        """Light, dark, or what the system says."""
        stored = self._store.value("theme")
        is_known = isinstance(stored, str) and stored in list(ThemeChoice)
        return ThemeChoice(stored) if is_known else ThemeChoice.SYSTEM

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice.value)

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the window, as Qt packs them."""
        stored = self._store.value("geometry")
        return stored if isinstance(stored, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)
