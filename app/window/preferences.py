"""Preferences of the window, which are kept between starts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSettings, Qt

from app.storage.paths import user_folder
from app.style.theme import ThemeChoice

MAX_RECENT_FILES = 8

_STATES = (Qt.WindowState.WindowMaximized, Qt.WindowState.WindowFullScreen)


@dataclass(frozen=True)
class WindowPlace:
    """The area of the window without its frame, in pixels from the corner of its screen.

    state: maximized, full screen, or neither; `area` is the one that the window has in neither state.
    """

    area: QRect
    state: Qt.WindowState = Qt.WindowState.WindowNoState


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
        name = self._store.value(f"screens/{screen}/state")
        return WindowPlace(area, next((state for state in _STATES if state.name == name), Qt.WindowState.WindowNoState))

    def keep_place(self, screen: str, place: WindowPlace) -> None:
        """Keep the place of the window on a screen, and that it was last on this screen."""
        self._store.setValue("screen", screen)
        self._store.setValue(f"screens/{screen}/area", place.area)
        self._store.setValue(f"screens/{screen}/state", place.state.name)

    @property
    def recent_files(self) -> list[Path]:
        """The files that were opened or saved last, newest first: at most MAX_RECENT_FILES."""
        self._store.sync()  # another window may have added one
        stored = self._store.value("recent")
        names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [Path(name) for name in names if isinstance(name, str) and name][:MAX_RECENT_FILES]

    def add_recent_file(self, path: Path) -> None:
        """Put a file at the top of `recent_files`. One whose name is not valid UTF-8 could not be kept, and is not."""
        path = path.absolute()
        with suppress(UnicodeEncodeError):
            str(path).encode()
            self._keep_recent_files([path, *(other for other in self.recent_files if other != path)])

    def forget_recent_file(self, path: Path) -> None:
        """Remove a file from `recent_files`."""
        self._keep_recent_files([other for other in self.recent_files if other != path])

    def forget_recent_files(self) -> None:
        """Remove all files from `recent_files`."""
        self._keep_recent_files([])

    def _keep_recent_files(self, paths: list[Path]) -> None:
        self._store.setValue("recent", [str(path) for path in paths[:MAX_RECENT_FILES]])
