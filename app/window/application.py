"""The start of the app: log, QApplication, crash reporter, theme, window; then threads read data and model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.session.session import Session
from app.storage.paths import user_folder
from app.style.icons import icon
from app.style.theme import apply_theme
from app.window.crash_reporter import CrashReporter, start_log
from app.window.end_signals import EndSignals
from app.window.main_window import MainWindow
from app.window.open_requests import OpenRequests
from app.window.preferences import WindowPreferences


def run_window(paths: Sequence[Path] = ()) -> int:
    """Open the window and run until it is closed; returns the exit status.

    The files at `paths`, which are absolute, are opened in it, or in a window that is already open.
    """
    requests = OpenRequests(user_folder())
    if paths and requests.hand_over(paths):
        return 0
    QGuiApplication.setApplicationName("DigitLab")
    QGuiApplication.setApplicationDisplayName("Digit Lab")
    QGuiApplication.setDesktopFileName("digitlab")  # Wayland finds the icon and the name by it
    application = QApplication(["digitlab"])
    application.setWindowIcon(icon("app", ""))
    CrashReporter(start_log(user_folder()), application).install()
    settings = WindowPreferences()
    apply_theme(application, settings.theme)
    window = MainWindow(Session(), settings)
    window.show()
    window.session.open_bundled_model()
    window.session.load_bundled_data()
    window.open_paths(paths)
    requests.received.connect(window.open_paths)
    requests.listen()
    end_signals = EndSignals(application)
    end_signals.received.connect(window.close)
    status = application.exec()
    end_signals.release()
    requests.close()
    return 130 if end_signals.was_received else status
