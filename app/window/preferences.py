"""Preferences of the window, which are kept between starts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRect, QSettings

from app.storage.paths import user_folder
from app.style.theme import ThemeChoice


@dataclass(frozen=True)
class WindowPlace:
    """The area of the window without its frame, in pixels from the corner of its screen.

    For a maximized window it is the area that the window has when it is no longer maximized.
    """

    area: QRect
    is_maximized: bool = False


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
        """Size and position of the window, encoded by Qt. Earlier versions kept it instead of `place`."""
        stored = self._store.value("geometry")
        return stored if isinstance(stored, QByteArray) else None

    @property
    def last_screen(self) -> str:
        """The name of the screen that the window was on when it was closed; "" if none is kept."""
        stored = self._store.value("screen")
        return stored if isinstance(stored, str) else ""

    def place(self, screen: str) -> WindowPlace | None:
        """The place of the window on a screen; None if none is kept."""
        area = self._store.value(f"screens/{screen}/area")
        if not isinstance(area, QRect) or area.isEmpty():
            return None
        return WindowPlace(area, self._store.value(f"screens/{screen}/maximized") == "true")

    def keep_place(self, screen: str, place: WindowPlace) -> None:
        """Keep the place of the window on a screen, and that it was last on this screen."""
        self._store.setValue("screen", screen)
        self._store.setValue(f"screens/{screen}/area", place.area)
        self._store.setValue(f"screens/{screen}/maximized", "true" if place.is_maximized else "false")
