"""Uncaught exceptions: they are logged, and shown to the user.

Exceptions in slots, paint events and QThread.run all reach `sys.excepthook`.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QMessageBox

LOG_BYTES = 1_000_000


def start_log(folder: Path) -> Path:
    """Log warnings and crashes to a file in `folder`, or to stderr if it is not writable; returns the file's path."""
    path = folder / "digitlab.log"
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    layout = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=layout, force=True)
    return path


class CrashReporter(QObject):
    """Shows a message about an uncaught exception, one at a time; the app continues."""

    _crashed = Signal(str)

    def __init__(self, log: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._log = log
        self._box: QMessageBox | None = None
        # Queued, because the exception may come from another thread or a paint event.
        self._crashed.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Set `sys.excepthook` to `report`."""
        sys.excepthook = self.report

    def report(self, kind: type[BaseException], problem: BaseException, traceback: TracebackType | None) -> None:
        """Log an exception and show a message; a KeyboardInterrupt quits the app."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        logging.critical("uncaught exception", exc_info=(kind, problem, traceback))
        self._crashed.emit(f"{kind.__name__}: {problem}")

    @Slot(str)
    def _show(self, problem: str) -> None:
        if self._box is not None:
            return
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Digit Lab",
            "An unexpected error occurred. Digit Lab continues, and your work is kept.",
            QMessageBox.StandardButton.Ok,
            QApplication.activeWindow(),
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(f"{problem}\n\nThe details are in {self._log}")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._forget_box)
        self._box = box
        box.open()

    @Slot()
    def _forget_box(self) -> None:
        self._box = None
