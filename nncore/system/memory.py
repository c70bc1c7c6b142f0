"""The free memory of the system."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

RESERVED_BYTES = 256_000_000
"""Bytes that data and training never use, as a reserve for other programs."""

UNKNOWN_MEMORY = sys.maxsize
"""The result if the free memory is unknown. It is larger than any need, so that nothing is rejected."""


def available_memory() -> int:
    """Return the bytes available without swapping; UNKNOWN_MEMORY if neither psutil nor the system reports them."""
    try:
        import psutil
    except ModuleNotFoundError:  # nncore needs only NumPy
        return _available_from_system()
    return int(psutil.virtual_memory().available)


def _available_from_system() -> int:
    """Return the kernel's estimate on Linux, the total memory on other POSIX systems, UNKNOWN_MEMORY on Windows."""
    with suppress(OSError, ValueError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        kilobytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return 1024 * int(kilobytes)
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return UNKNOWN_MEMORY


def usable_memory(available: int | None = None) -> int:
    """Return the bytes that data or training may use: `available` (None asks the system) minus RESERVED_BYTES, or 0."""
    return max(0, (available_memory() if available is None else available) - RESERVED_BYTES)


def gigabytes_text(count: int) -> str:
    """Return `count` bytes as text: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB" if count < 10**18 else "more than a billion GB"
