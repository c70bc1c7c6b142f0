"""The file that keeps the drawing on the canvas while it is drawn, so that it survives the end of the program."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nncore.data.formats import InkSamples, read_ink
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink
from nncore.system.atomic_write import leftovers
from nncore.system.file_lock import FileLock

MAX_SAVED_POINTS = 200_000
"""Largest number of points that are kept: several hours of drawing. The first ones are kept."""

MAX_CANVAS_BYTES = 64 * MAX_SAVED_POINTS
"""Largest size of a file that is read; one with MAX_SAVED_POINTS points is smaller."""

MAX_WINDOWS = 9
"""Largest number of windows that are open at the same time and keep their drawings."""


class DrawingFile:
    """The drawing of one window, in a file in `folder` in the UNIPEN format.

    Windows that are open at the same time have files of their own, which are numbered: each holds the lock of the first
    file that is free. The methods are for one thread at a time, and raise DataError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: FileLock | None = None

    def read(self) -> Ink:
        """Return the drawing, blank if there is none; a damaged file is renamed."""
        try:
            path = self._own_path()
            for left in leftovers(path):
                left.unlink()
            size = path.stat().st_size if path.exists() else 0
        except (OSError, DataError):
            return Ink(())  # `write` reports a folder that cannot be used
        if not size:
            return Ink(())
        try:
            if size > MAX_CANVAS_BYTES:
                raise DataError(f"{path.name}: the file has {size:,} bytes; expected at most {MAX_CANVAS_BYTES:,}.")
            return next(iter(read_ink(path).inks), Ink(()))
        except DataError as problem:
            with suppress(OSError):
                path.replace(path.with_suffix(".damaged" + path.suffix))
            raise DataError(f"The last drawing could not be read. {problem}") from None

    def write(self, ink: Ink) -> None:
        """Replace the drawing; a blank one deletes the file."""
        path = self._own_path()
        if not ink.is_blank:
            write_ink(InkSamples((_shortened(ink),), (None,), ("",), path.name), path)
            return
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            raise DataError(f"{path}: could not be deleted ({problem.strerror or problem}).") from None

    def release(self) -> None:
        """Let the next window use the file. A later call of another method takes a file again."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _own_path(self) -> Path:
        """The file of this window; takes its lock first."""
        if self._lock is None:
            self._lock = self._first_free()
        return self._lock.path.with_suffix(".unipen")

    def _first_free(self) -> FileLock:
        for number in range(1, MAX_WINDOWS + 1):
            lock = FileLock(self._folder / f"drawing {number}.lock")
            try:
                if lock.acquire():
                    return lock
            except OSError as problem:
                reason = problem.strerror or os.strerror(problem.errno or 0)
                raise DataError(f"{self._folder}: the drawing could not be saved ({reason}).") from None
        raise DataError(f"The drawing is not saved: {MAX_WINDOWS} windows already save theirs, and no more can.")


def _shortened(ink: Ink) -> Ink:
    """The first MAX_SAVED_POINTS points of the ink."""
    strokes, left = [], MAX_SAVED_POINTS
    for stroke in ink.strokes:
        if left:
            strokes.append(stroke[:left])
            left -= len(strokes[-1])
    return Ink(tuple(strokes))
