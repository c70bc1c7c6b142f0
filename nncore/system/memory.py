"""How much memory is free."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

RESERVE = 256_000_000
"""Bytes left for everything else, whatever is read or trained."""

UNKNOWN = sys.maxsize
"""The memory of a system that does not say how much is free: no need exceeds it, so nothing is refused."""


def available_memory() -> int:
    """Bytes that the system can give without swapping; UNKNOWN if neither psutil nor the system says it."""
    try:
        import psutil
    except ModuleNotFoundError:  # nncore needs only NumPy
        return _available_by_the_system()
    return int(psutil.virtual_memory().available)


def _available_by_the_system() -> int:
    """The kernel's estimate on Linux, all of the memory on other POSIX systems, UNKNOWN on Windows."""
    with suppress(OSError, ValueError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        kilobytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return 1024 * int(kilobytes)
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return UNKNOWN


def memory_to_spend(available: int | None = None) -> int:
    """Bytes that may be taken: `available` (None: ask the system) without RESERVE; never below 0."""
    return max(0, (available_memory() if available is None else available) - RESERVE)


def gigabytes(count: int) -> str:
    """`count` bytes for a reader: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB" if count < 10**18 else "more than a billion GB"
