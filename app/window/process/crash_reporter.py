"""Uncaught exceptions: they are logged, and shown to the user.

Exceptions in slots and QThread.run reach `sys.excepthook`; so do those in other methods that Qt calls, because
`install` guards them.
"""

from __future__ import annotations

import logging
import sys
import traceback as tracebacks
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import PySide6
from PySide6.QtCore import QObject, Qt, Signal, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QStyle, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.background.crash_trace import is_of_helper
from app.background.guarded_overrides import guard_overrides
from app.background.task_queue import ShownError
from app.dialogs.help.help_keys import add_help_keys
from app.style.theme import GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import row_of, text_label
from app.window.process.program_log import RepeatCounter
from nncore import __version__
from nncore.errors import printable
from nncore.reporting.number_text import counted_text

MAX_LENGTH = 600
"""Maximum length of an exception's message in the dialog; the details have all of it."""

_FRAMES = 20
"""Two exceptions are the same error if their class and this many of their innermost frames are the same."""


def versions() -> str:
    """The versions of Digit Lab and of its libraries, and the platform, for a report."""
    import platform  # only an error needs it

    return (
        f"Digit Lab {__version__}\n"
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, Qt {qVersion()}, NumPy {np.__version__}\n"
        f"{platform.platform()}, {QGuiApplication.platformName() or 'no screen'}"
    )


class CrashDialog(QDialog):
    """Says what happened and what was kept; a button copies the versions and the tracebacks."""

    def __init__(self, summary: str, kept: str, log: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details: list[str] = []
        self._first = ""
        self.setWindowTitle("Digit Lab")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "first_steps")
        self.problem = text_label()
        self.problem.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.problem.setMinimumWidth(420)
        picture = text_label(wraps=False)
        picture.setPixmap(self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning).pixmap(32, 32))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setToolTip("Close this message, and continue.")
        buttons.accepted.connect(self.accept)
        self.copy_button = buttons.addButton("&Copy details", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.setToolTip("Copy the versions, the platform and the traceback, for a report")
        self.copy_button.clicked.connect(self._copy)
        place = "The log could not be written." if log is None else f"The log is {log}"
        title = row_of(picture, text_label(summary, "group"), spacing=GROUP_GAP)
        title.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addLayout(title)
        for widget in (self.problem, text_label(kept), text_label(place, "quiet"), buttons):
            layout.addWidget(widget)

    def add(self, problem: str, details: str) -> None:
        """Add an error; only the first one is named, the others are counted."""
        self._details.append(details)
        if len(self._details) == 1:
            self._first = printable(problem, MAX_LENGTH)
        others = len(self._details) - 1
        more = f"\n\nThen {counted_text(others, 'other error')} occurred." if others else ""
        self.problem.setText(self._first + more)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n\n".join((versions(), *self._details)))


class CrashReporter(QObject):
    """Shows each error once, in one dialog at a time; the app continues."""

    log: Path | None = None
    """The log file, which the dialogs name."""

    _crashed = Signal(str, str)
    """The title and the details of an error; emitted on any thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialog: CrashDialog | None = None
        self._repeats = RepeatCounter()
        # Queued, because the exception may come from another thread or a paint event.
        self._crashed.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Set `sys.excepthook` to `report`, and guard the methods of the app that Qt calls."""
        sys.excepthook = self.report
        guard_overrides("app")

    def report(self, kind: type[BaseException], problem: BaseException, traceback: TracebackType | None) -> None:
        """Log an exception and show a message; a KeyboardInterrupt quits the app.

        A repeated error is shown once, and logged the 1st, 10th, 100th ... time. A ShownError is only logged.
        """
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        is_shown = isinstance(problem, ShownError)
        if is_shown and problem.__cause__ is not None:
            problem = problem.__cause__
            kind, traceback = type(problem), problem.__traceback__
        frames = [(frame.f_code.co_filename, line) for frame, line in tracebacks.walk_tb(traceback)]
        count = self._repeats.add((kind, *frames[-_FRAMES:]))
        if count == 1:
            logging.critical("uncaught exception", exc_info=(kind, problem, traceback))
        if count == 1 and not is_shown:
            self._crashed.emit(
                _described(problem), "".join(tracebacks.format_exception(kind, problem, traceback)).strip()
            )
        if count > 1 and RepeatCounter.is_logged(count):
            logging.critical("uncaught exception (%d times): %s", count, _described(problem))

    def report_end(self, problem: BaseException) -> None:
        """Report an exception after which the app must end: log, one line on stderr, a dialog that is waited for."""
        logging.critical("Digit Lab ended because of an exception", exc_info=problem)
        if sys.stderr is not None:
            place = "" if self.log is None else f" The details are in {self.log}"
            with suppress(OSError):
                print(f"digitlab: An unexpected error ended the window: {_described(problem)}.{place}", file=sys.stderr)
        dialog = CrashDialog(
            "Digit Lab must close because of an unexpected error.",
            "Saved models, drawings and runs are unchanged.",
            self.log,
        )
        dialog.add(_described(problem), "".join(tracebacks.format_exception(problem)).strip())
        dialog.exec()

    def show_earlier_crash(self, trace: str, window: QWidget) -> None:
        """Say that an earlier process crashed. trace: from `trace_window_crashes`; "" shows nothing."""
        if trace:
            who = "A helper process of Digit Lab" if is_of_helper(trace) else "Digit Lab"
            dialog = CrashDialog(
                f"{who} ended with a serious error last time.",
                "Everything that was saved before it is unchanged. The copied details help to find the cause.",
                self.log,
                window,
            )
            dialog.add(trace.splitlines()[0], trace)
            dialog.open()

    @Slot(str)
    def show_helper_crash(self, trace: str) -> None:
        """Say that a helper process of this window has crashed, or one that was started beside it."""
        dialog = CrashDialog(
            "A helper process of Digit Lab ended with a serious error. Digit Lab continues.",
            "A run continues without its helper, with the same result. A run of a sweep is tried once more.",
            self.log,
            _main_window(),
        )
        dialog.add(trace.splitlines()[0], trace)
        dialog.open()

    @Slot(str, str)
    def _show(self, problem: str, details: str) -> None:
        if self._dialog is None or not isValid(self._dialog):
            self._dialog = CrashDialog(
                "An unexpected error occurred. Digit Lab continues.",
                "Saved models, drawings and runs are unchanged. The model in use and the drawing on the canvas are "
                "still in the window.",
                self.log,
                _main_window(),
            )
            self._dialog.finished.connect(self._forget_dialog)
            self._dialog.open()
        self._dialog.add(problem, details)

    @Slot()
    def _forget_dialog(self) -> None:
        self._dialog = None


def _main_window() -> QWidget | None:
    """The window to which the active dialog belongs; another dialog may be deleted while the message is shown."""
    window: QWidget | None = QApplication.activeWindow()
    while window is not None and (parent := window.parentWidget()) is not None:
        window = parent.window()
    return window


def _described(problem: BaseException) -> str:
    """The class and the message of an exception, in one line."""
    return " ".join(f"{type(problem).__name__}: {problem}".split()).removesuffix(".")
