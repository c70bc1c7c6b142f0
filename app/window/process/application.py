"""The start of the app: log, QApplication, crash reporter, theme, window; then threads read data and model."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from PySide6.QtCore import QThread, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.background.crash_trace import trace_window_crashes
from app.storage.paths import user_folder
from app.widgets.tool_tips import ToolTipApplication
from app.window.process.crash_reporter import CrashReporter
from app.window.process.open_requests import OpenRequests
from app.window.process.program_log import end_log, log_first_paint, start_log
from nncore.system.blas_threads import one_blas_thread


def run_window(paths: Sequence[Path] = ()) -> int:
    """Open the window and run until it is closed; returns the exit status.

    The files at `paths`, which are absolute, are opened in it, or in a window that is already open. An exception is
    shown in a dialog and on standard error, and the status is 1.
    """
    reporter = CrashReporter()
    try:
        folder = user_folder()
        requests = OpenRequests(folder)
        if paths and requests.hand_over(paths):
            return 0
        reporter.log = start_log(folder)
        earlier_crash = trace_window_crashes(folder)
        reporter.install()
        return _run_window(paths, requests, reporter, earlier_crash)
    except Exception as problem:
        _ = QApplication.instance() or QApplication(["digitlab"])
        reporter.report_end(problem)
        _wait_for_threads()
        return 1
    finally:
        end_log()


def _wait_for_threads() -> None:
    """Wait for the threads of a window that could not be opened: Qt aborts if one is deleted while it runs."""
    for widget in QApplication.topLevelWidgets():
        for thread in widget.findChildren(QThread):
            thread.requestInterruption()
            thread.wait()


def _run_window(paths: Sequence[Path], requests: OpenRequests, reporter: CrashReporter, earlier_crash: str) -> int:
    QGuiApplication.setApplicationName("DigitLab")
    QGuiApplication.setApplicationDisplayName("Digit Lab")
    QGuiApplication.setDesktopFileName("digitlab")  # Wayland finds the icon and the name by it
    application = ToolTipApplication(["digitlab"])
    # Imported here, where an error in a module of the window can be shown.
    from app.session.session import Session
    from app.style.icons import icon
    from app.style.theme import apply_appearance, without_style_sheet
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from app.window.process.end_signals import EndSignals
    from app.window.process.helper_crashes import HelperCrashes

    gc.freeze()  # what the imports made stays; a change of theme runs a full collection, which no longer visits it
    application.setWindowIcon(icon("app", ""))
    settings = WindowPreferences()
    apply_appearance(application, settings.appearance)
    with without_style_sheet(application):
        window = MainWindow(Session(), settings)
    session = window.session
    window.painted.connect(log_first_paint)
    window.painted.connect(gc.enable)  # the command line has disabled it for the start
    blas_limit = ExitStack()
    limit_blas = partial(blas_limit.enter_context, one_blas_thread())
    window.painted.connect(partial(QTimer.singleShot, 0, limit_blas))  # it first looks for the libraries
    for read in (window.open_model_of_last_start, session.load_bundled_data, session.open_last_snapshots):
        if paths:
            read()  # now: what the files replace must be read before them
        else:
            window.painted.connect(read)  # threads would make the first paint late
    window.painted.connect(session.remove_leftovers)
    crashes = HelperCrashes(user_folder(), window)
    crashes.crashed.connect(reporter.show_helper_crash)
    window.painted.connect(crashes.watch)
    window.show()
    reporter.show_earlier_crash(earlier_crash, window)
    window.open_paths(paths)
    if settings.is_first_start and not paths:
        window.help.show_start_page()
    settings.end_first_start()
    requests.received.connect(window.open_paths)
    requests.listen()
    end_signals = EndSignals(application)
    end_signals.received.connect(window.end)
    application.commitDataRequest.connect(window.end)  # the user logs out of Windows, or of a desktop on X11
    status = application.exec()
    blas_limit.close()
    end_signals.release()
    requests.close()
    return 130 if end_signals.was_received else status
