"""The budget of every reader of files, its progress, and how it is cancelled.

A file may come from an unknown source, and a few kilobytes may claim to contain gigabytes. So each reader compares what
a file claims with these limits, and with the free memory, before it allocates or unpacks anything. Each reader works
inside `time_budget`, and opens its file as a `WatchedFile`, so that it reports progress, can be cancelled, and ends
when its time is used up. A reader with a long loop that reads nothing calls `report_progress` in it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from time import perf_counter, thread_time
from typing import Any

from nncore.errors import DataError, DigitLabError

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

SECONDS_FOR_ANY_FILE = 2.0
"""Processor time in seconds that reading any file may take on a usual computer."""

SECONDS_PER_MEGABYTE = 0.1
"""The processor time in seconds that is added for each megabyte of the file; then the reader ends with an error.

A CSV file takes 0.015 to 0.05 seconds per megabyte, even if its last row is invalid. Only the time in which the thread
of the reader computes counts: a slow disk and other programs cost nothing of it. A slower computer gets more time, see
`slowness`.
"""

SECONDS_PER_UNPACKED_MEGABYTE = 0.02
"""More time for each megabyte that is unpacked from a compressed file; MNIST as float64 takes 0.004 for each."""

SECONDS_PER_DRAWING = 0.001
"""More time for each drawing of an ink file: once to read it, and once to draw it as an image."""

USUAL_LOOP_SECONDS = 0.001
"""Processor time of `_loop` on a usual computer."""

BLOCK_BYTES = 2**22
"""Bytes that are read at once; cancelling takes effect between two blocks."""

CHECK_SECONDS = 0.02
"""Seconds between two looks at the time that a reader has taken."""

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


@dataclass
class _TimeBudget:
    """The time of one reader. end: the time of this thread at which it is used up. next_check: a time of the clock."""

    name: str
    seconds: float
    end: float
    error: type[DigitLabError]
    advice: str
    next_check: float = 0.0


_WATCH: ContextVar[_Watch | None] = ContextVar("watch of readers", default=None)

_TIME: ContextVar[_TimeBudget | None] = ContextVar("time of a reader", default=None)

SPLIT_IT = "split it into smaller files, or save it as NPZ, which is read faster"
"""What the user can do with a data file that takes too long."""


@contextmanager
def watched_reading(
    *, progress: Callable[[float], None] = lambda fraction: None, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Report the progress of all readers in this `with` block, on this thread, and let the user cancel them.

    progress: called with the finished fraction, 0 to 1, which never decreases. cancelled: when it returns true, the
    reader raises ReadingCancelled.
    """
    token = _WATCH.set(_Watch(progress, cancelled))
    try:
        yield
    finally:
        _WATCH.reset(token)


@contextmanager
def part_of_reading(start: float, end: float) -> Iterator[None]:
    """Count the progress within this `with` block as the part from `start` to `end` of the current part, 0 to 1."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    before = watch.start, watch.end
    span = watch.end - watch.start
    watch.start, watch.end = watch.start + start * span, watch.start + end * span
    try:
        yield
    finally:
        watch.start, watch.end = before


@contextmanager
def time_budget(name: str, size: int, error: type[DigitLabError] = DataError, advice: str = SPLIT_IT) -> Iterator[None]:
    """Let the reader in this `with` block take at most `allowed_seconds(size)`; inside another budget, this one counts.

    name: of the file, for the message; "" if it is added later. size: of the file in bytes. error: what is raised when
    the time is used up. advice: what the user can do then, as a part of a sentence.
    """
    seconds = allowed_seconds(size)
    token = _TIME.set(_TimeBudget(name, seconds, thread_time() + seconds, error, advice))
    try:
        yield
    finally:
        _TIME.reset(token)


def extend_time(seconds: float) -> None:
    """Allow the current reader more time, because it has found out that the file contains more than its size tells."""
    budget = _TIME.get()
    if budget is not None:
        budget.seconds += seconds
        budget.end += seconds


def slowness() -> float:
    """How many times longer this computer takes for a small calculation than a usual one, at least 1."""
    return max(1.0, _loop_seconds() / USUAL_LOOP_SECONDS)


@cache
def _loop_seconds() -> float:
    return min(_loop() for _ in range(5))


def _loop() -> float:
    """Return the processor time in seconds of a small calculation."""
    began = thread_time()
    sum(number * number for number in range(20_000))
    return thread_time() - began


def _check_time() -> None:
    """Raise the error of the current time budget if its time is used up."""
    budget = _TIME.get()
    if budget is None or perf_counter() < budget.next_check:
        return
    budget.next_check = perf_counter() + CHECK_SECONDS  # asking for the time of the thread takes long
    if (late := thread_time() - budget.end) > 0 and late > budget.seconds * (slowness() - 1):
        name = f"{budget.name}: " if budget.name else ""
        raise budget.error(
            f"{name}reading took longer than {budget.seconds:.1f} seconds of processor time, the most for a file of "
            f"this size; {budget.advice}."
        )


def report_progress(fraction: float) -> None:
    """Report the finished fraction of the current part, 0 to 1.

    Raises ReadingCancelled if the user has cancelled, and the error of the `time_budget` if its time is used up.
    """
    _check_time()
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
    """Raise DataError if a file of `packed` bytes claims to contain far too many bytes, `unpacked`.

    Otherwise the current reader gets the time to unpack them.
    """
    if unpacked > max(ALWAYS_UNPACKED_BYTES, MAX_UNPACKED_RATIO * packed):
        raise DataError(
            f"{name}: the file has {packed:,} bytes but claims to contain {unpacked:,}; "
            f"expected at most {MAX_UNPACKED_RATIO} times its size."
        )
    extend_time(SECONDS_PER_UNPACKED_MEGABYTE * unpacked / 1e6)
