"""Preferences of the window, which are kept between starts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QRect, QSettings, Qt

from app.storage.paths import user_folder
from app.style.fonts import TEXT_SCALES
from app.style.theme import Appearance, ThemeChoice
from nncore.preprocessing.ink import SIDE

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
        self._has_failed = False
        self.on_failure: Callable[[str], object] = lambda sentence: None
        """Called once with a sentence if the file cannot be written. The values are kept until the program ends."""

    @property
    def is_first_start(self) -> bool:
        """Whether nothing has been kept yet, and so nobody has used the window before."""
        return not self._store.allKeys()

    def end_first_start(self) -> None:
        """Count no later start as the first one."""
        if self.is_first_start:
            self._store.setValue("started", True)
            self._write()

    @property
    def appearance(self) -> Appearance:
        """Theme, text size and projector mode."""
        theme, size = self._store.value("theme"), self._store.value("textsize")
        is_known = isinstance(theme, str) and theme in list(ThemeChoice)
        return Appearance(
            ThemeChoice(theme) if is_known else ThemeChoice.SYSTEM,
            next((scale for scale in TEXT_SCALES if str(scale) == size), 1.0),
            self._store.value("projector") == "on",
        )

    @appearance.setter
    def appearance(self, chosen: Appearance) -> None:
        self._store.setValue("theme", chosen.theme.value)
        self._store.setValue("textsize", str(chosen.text_scale))
        self._store.setValue("projector", "on" if chosen.projector else "off")
        self._write()

    @property
    def shows_network(self) -> bool:
        """Whether the Draw tab shows the layers of the network beside the bars."""
        return bool(self._store.value("network") != "off")

    @shows_network.setter
    def shows_network(self, shown: bool) -> None:
        self._store.setValue("network", "on" if shown else "off")
        self._write()

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
        self._write()

    @property
    def pinned_drawing(self) -> NDArray[np.uint8] | None:
        """The image (28, 28) that is pinned in the Train tab; None if none is."""
        stored = self._store.value("pinned")
        with suppress(ValueError):
            pixels = bytes.fromhex(stored) if isinstance(stored, str) else b""
            if len(pixels) == SIDE * SIDE:
                return np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE)
        return None

    @pinned_drawing.setter
    def pinned_drawing(self, image: NDArray[np.uint8] | None) -> None:
        if image is None:
            self._store.remove("pinned")
        else:
            self._store.setValue("pinned", image.tobytes().hex())
        self._write()

    @property
    def model_in_use(self) -> tuple[Path | None, str]:
        """The file of the model that was in use last, None if it had none, and its name; "" for the bundled model."""
        path, name = self._store.value("model/path"), self._store.value("model/name")
        return (Path(path) if isinstance(path, str) and path else None), name if isinstance(name, str) else ""

    @model_in_use.setter
    def model_in_use(self, model: tuple[Path | None, str]) -> None:
        if model != self.model_in_use:
            path, name = model
            text = "" if path is None else str(path.absolute())
            with suppress(UnicodeEncodeError):
                text.encode()
                self._store.setValue("model/path", text)
                self._store.setValue("model/name", name)
                self._write()

    @property
    def recent_files(self) -> list[Path]:
        """The files that were opened or saved last, newest first: at most MAX_RECENT_FILES."""
        self._store.sync()  # another window may have added one
        stored = self._store.value("recent")
        if isinstance(stored, str):  # QSettings reads a list of one text as the text
            stored = [stored]
        names = stored if isinstance(stored, list) else []
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
        self._write()

    def _write(self) -> None:
        """Write the file now."""
        self._store.sync()
        if self._store.status() is QSettings.Status.AccessError and not self._has_failed:
            self._has_failed = True
            self.on_failure(f"{self._store.fileName()}: the settings of the window could not be saved.")
