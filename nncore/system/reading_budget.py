"""The budget of every reader of files, its progress, and how it is cancelled.

A file may come from an unknown source, and a few kilobytes may claim to contain gigabytes. So each reader compares what
a file claims with these limits, and with the free memory, before it allocates or unpacks anything. Data files are
opened as a `WatchedFile`, so each of them reports progress and can be cancelled. A reader with a long loop that reads
nothing calls `report_progress` in it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from nncore.errors import DataError

MAX_UNPACKED_RATIO = 100
"""Largest size of unpacked data, as a multiple of the size of its file. MNIST reaches 5 as bytes and 40 as float64."""

ALWAYS_UNPACKED_BYTES = 64_000_000
"""Unpacked data up to this size may have any ratio: all images of MNIST take 55 MB."""

MAX_PICTURE_FILE_BYTES = 256_000_000
"""Largest file of one picture; 60 million pixels without compression take 180 MB."""

MAX_PICTURE_BYTES = 400_000_000
"""Memory in bytes that decoding one picture may take."""

MAX_INK_SAMPLES = 100_000
"""Largest number of samples in an ink file. Drawing a thousand of them as images takes 0.2 to 0.4 seconds."""

SECONDS_FOR_ANY_FILE, SECONDS_PER_MEGABYTE = 2.0, 0.1
"""Processor time that reading or rejecting a file may take on a usual computer, and more of it for each megabyte of the
file. A CSV file takes 0.015 to 0.03 seconds per megabyte, also if its last row is invalid. The budget is not enforced,
because a disk or a computer may be slow: progress is shown, and the user can cancel."""

BLOCK_BYTES = 2**22
"""Bytes that are read at once; cancelling takes effect between two blocks."""

PROGRESS_STEP = 0.01
"""Smallest increase of the progress that is reported: each report is an event in the window."""


class ReadingCancelled(DataError):
    """The user has cancelled the reading of a file."""


@dataclass
class _Watch:
    """Who watches the readers of this thread. start, end: the part of the whole work that is in progress, 0 to 1."""

    report: Callable[[float], None]
    cancelled: Callable[[], bool]
    start: float = 0.0
    end: float = 1.0
    reported: float = 0.0


_WATCH: ContextVar[_Watch | None] = ContextVar("watch of readers", default=None)


@contextmanager
def watched_reading(report: Callable[[float], None], cancelled: Callable[[], bool]) -> Iterator[None]:
    """Report the progress of all readers in this `with` block, on this thread, and let the user cancel them.

    report: called with the finished fraction, 0 to 1, which never decreases. cancelled: when it returns true, the
    reader raises ReadingCancelled.
    """
    token = _WATCH.set(_Watch(report, cancelled))
    try:
        yield
    finally:
        _WATCH.reset(token)


@contextmanager
def part_of_reading(start: float, end: float) -> Iterator[None]:
    """Count the progress within this `with` block as the part from `start` to `end` of the whole, 0 to 1."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    before = watch.start, watch.end
    watch.start, watch.end = start, end
    try:
        yield
    finally:
        watch.start, watch.end = before


def report_progress(fraction: float) -> None:
    """Report the finished fraction of the current part, 0 to 1. Raises ReadingCancelled if the user has cancelled."""
    watch = _WATCH.get()
    if watch is None:
        return
    if watch.cancelled():
        raise ReadingCancelled("Reading was cancelled.")
    done = watch.start + (watch.end - watch.start) * min(1.0, fraction)
    if done >= watch.reported + PROGRESS_STEP:
        watch.reported = done
        watch.report(done)


class WatchedFile(io.FileIO):
    """A file opened for reading that reports its progress with each block; reading may raise ReadingCancelled."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "rb")
        self._size = max(1, os.fstat(self.fileno()).st_size)

    def readinto(self, buffer: Any) -> int | None:
        """Read at most BLOCK_BYTES into `buffer`; returns their number."""
        report_progress(self.tell() / self._size)
        return super().readinto(memoryview(buffer).cast("B")[:BLOCK_BYTES])

    def readall(self) -> bytes:
        """Return all bytes from here to the end of the file."""
        return b"".join(iter(self._block, b""))

    def _block(self) -> bytes:
        report_progress(self.tell() / self._size)
        return self.read(BLOCK_BYTES) or b""


def allowed_seconds(size: int) -> float:
    """Processor time in seconds that reading a file of `size` bytes may take."""
    return SECONDS_FOR_ANY_FILE + SECONDS_PER_MEGABYTE * size / 1e6


def check_unpacked_size(name: str, packed: int, unpacked: int) -> None:
    """Raise DataError if a file of `packed` bytes claims to contain far too many bytes, `unpacked`."""
    if unpacked > max(ALWAYS_UNPACKED_BYTES, MAX_UNPACKED_RATIO * packed):
        raise DataError(
            f"{name}: the file has {packed:,} bytes but claims to contain {unpacked:,}; "
            f"expected at most {MAX_UNPACKED_RATIO} times its size."
        )
