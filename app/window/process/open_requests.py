"""A second start hands its files to the window that is already open, through a folder: no socket is opened."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QLockFile, QObject, Signal, Slot

from nncore.system.atomic_write import write_atomically

HAND_OVER_SECONDS = 3.0
"""How long a second start waits for the open window to take its files before it opens a window of its own."""

MAX_REQUEST_BYTES = 1_000_000


class OpenRequests(QObject):
    """Requests to open files. Each is a JSON file with a list of paths, in the folder `open` of the user folder.

    The first window holds a lock, so that a second start knows that a window is open. The system frees the lock of a
    process that was killed.
    """

    received = Signal(list)
    """A list of absolute paths that another start of the program was given."""

    def __init__(self, user_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = user_folder / "open"
        self._lock = QLockFile(str(user_folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # a lock is stale only when its process has ended
        self._watcher: QFileSystemWatcher | None = None
        self._taken: set[str] = set()
        """The names of requests that were taken, but could not be deleted."""

    def hand_over(self, paths: Sequence[Path], seconds: float = HAND_OVER_SECONDS) -> bool:
        """Give absolute paths to the window that is open; False if there is none, or if it does not take them."""
        if self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError:
            self._lock.unlock()
            return False
        request = self._folder / f"{uuid.uuid4().hex}.json"
        try:
            write_atomically(request, json.dumps([str(path) for path in paths]).encode())
            end = time.monotonic() + seconds
            while request.exists():
                if time.monotonic() > end:
                    request.unlink()  # the window has taken it in the last moment if this fails
                    return False
                time.sleep(0.02)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def listen(self) -> None:
        """Receive the requests of later starts, if this is the first window and its folder can be written."""
        if not self._lock.tryLock(0):
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        for request in self._folder.glob("*.json"):
            self._remove(request)  # left by a start that was killed
        self._watcher = QFileSystemWatcher([str(self._folder)], self)
        self._watcher.directoryChanged.connect(self.take_requests)

    def close(self) -> None:
        """Receive no more requests."""
        self._watcher = None
        self._lock.unlock()

    @Slot()
    def take_requests(self) -> None:
        """Emit the paths of the requests in the folder, and delete them."""
        for request in sorted(self._folder.glob("*.json")):
            if request.name in self._taken:
                continue
            paths: list[Path] = []
            with suppress(OSError, ValueError, TypeError, RecursionError):  # not a request: it is deleted below
                if request.stat().st_size <= MAX_REQUEST_BYTES:
                    paths = [Path(path) for path in json.loads(request.read_bytes()) if isinstance(path, str)]
            self._remove(request)
            if paths:
                self.received.emit(paths)

    def _remove(self, request: Path) -> None:
        """Delete a request, or remember that it was taken."""
        try:
            request.unlink(missing_ok=True)
        except OSError:
            self._taken.add(request.name)
