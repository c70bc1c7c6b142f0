"""The free memory of the system."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

RESERVE = 256_000_000
"""Bytes that are never used for data or training, as a reserve for other programs."""

UNKNOWN = sys.maxsize
"""Returned if the free memory is unknown: larger than any need, so that nothing is rejected."""


def available_memory() -> int:
    """Return the bytes that are available without swapping; UNKNOWN if neither psutil nor the system reports them."""
    try:
        import psutil
    except ModuleNotFoundError:  # nncore needs only NumPy
        return _available_by_the_system()
    return int(psutil.virtual_memory().available)


def _available_by_the_system() -> int:
    """Return the kernel's estimate on Linux, the total memory on other POSIX systems, UNKNOWN on Windows."""
    with suppress(OSError, ValueError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        kilobytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return 1024 * int(kilobytes)
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return UNKNOWN


def memory_to_spend(available: int | None = None) -> int:
    """Return the bytes that may be used: `available` (None: ask the system) minus RESERVE; at least 0."""
    return max(0, (available_memory() if available is None else available) - RESERVE)


def gigabytes(count: int) -> str:
    """Return `count` bytes as text: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB" if count < 10**18 else "more than a billion GB"
