"""Notices that a helper process, a worker of a sweep or a command has crashed while the window is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from app.background.crash_trace import crash_file, take_trace

COMPLETE_MILLISECONDS = 300
"""A trace is written in many small parts; it is read when nothing was added for this time."""


class HelperCrashes(QObject):
    """Emits `crashed` with the trace of each crash, once, and logs it."""

    crashed = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """folder: the user folder. What it does not tell of, such as a folder on a share, the next start shows."""
        super().__init__(parent)
        self._folder = folder
        self._complete = QTimer(self, singleShot=True, interval=COMPLETE_MILLISECONDS)
        self._complete.timeout.connect(self._read)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._complete.start)

    @Slot()
    def watch(self) -> None:
        """Begin; a file that is not there is not watched."""
        self._watcher.addPath(str(crash_file(self._folder)))

    @Slot()
    def _read(self) -> None:
        trace = take_trace(self._folder)
        if trace:
            self.crashed.emit(trace)
