"""Size and position of the window, kept for each screen."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from app.window.preferences import WindowPlace, WindowPreferences

DEFAULT_WIDTH = 1200
"""Width of the window at the first start in pixels."""

DEFAULT_HEIGHT = 680
"""Height of the window at the first start in pixels."""

TITLE_BAR = 40
"""Maximum height of a window's title bar in pixels; the real height is known only after the window is shown."""


def keep_place(window: QWidget, preferences: WindowPreferences) -> None:
    """Keep the place of the window on its screen for the next start."""
    screen = window.screen()
    states = Qt.WindowState
    state = states.WindowNoState
    if window.isFullScreen():
        state = states.WindowFullScreen
    elif window.isMaximized():
        state = states.WindowMaximized
    area = window.geometry() if state is states.WindowNoState else window.normalGeometry()
    preferences.keep_place(_name(screen), WindowPlace(area.translated(-screen.geometry().topLeft()), state))


def restore_place(window: QWidget, preferences: WindowPreferences) -> None:
    """Put the window where it was on the screen that it was last on, or on the main screen; all of it is visible."""
    screens = {_name(screen): screen for screen in QGuiApplication.screens()}
    screen = screens.get(preferences.last_screen, window.screen())
    free = screen.availableGeometry().adjusted(0, TITLE_BAR, 0, 0)
    place = preferences.place(_name(screen)) or preferences.place(preferences.last_screen)
    if place is not None:
        window.setGeometry(moved_into(place.area.translated(screen.geometry().topLeft()), free))
        window.setWindowState(place.state)
    else:
        window.resize(min(DEFAULT_WIDTH, free.width()), min(DEFAULT_HEIGHT, free.height()))
        if preferences.geometry is not None and window.restoreGeometry(preferences.geometry):
            window.setGeometry(moved_into(window.geometry(), free))


def moved_into(area: QRect, free: QRect) -> QRect:
    """`area` made as small, and moved as far, as it takes to be inside `free`."""
    width, height = min(area.width(), free.width()), min(area.height(), free.height())
    x = max(free.left(), min(area.left(), free.left() + free.width() - width))
    y = max(free.top(), min(area.top(), free.top() + free.height() - height))
    return QRect(x, y, width, height)


def _name(screen: QScreen) -> str:
    """The name and size of a screen, without the characters that separate the names of settings."""
    name = "".join(character if character.isalnum() else "-" for character in screen.name())
    return f"{name} {screen.geometry().width()}x{screen.geometry().height()}"
