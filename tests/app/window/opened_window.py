"""A window with some digits and the bundled model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.style.theme import ThemeChoice
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from tests.app.theme_choice import apply_theme
from tests.nncore.example_data import small_mnist


@contextmanager
def opened_window(qtbot: QtBot, application: QApplication, width: int, height: int) -> Iterator[MainWindow]:
    """Show a window of this size in the light theme; it is closed at the end."""
    apply_theme(application, ThemeChoice.LIGHT)
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    window.resize(width, height)
    with qtbot.waitExposed(window):
        window.show()
    window.session.use_data(small_mnist())
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    yield window
    window.close()
