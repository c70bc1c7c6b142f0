"""Descriptions of this process and this machine, and whether a described process still runs.

The start of the window imports this module, but calls it only if a run was interrupted: so platform and psutil, which
take long, are imported when they are used.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from nncore.reporting.number_text import counted_text
from nncore.system.cores import available_cores

BOOT_ID_PATH = Path("/proc/sys/kernel/random/boot_id")

START_TIME_TOLERANCE = 2.0
"""Maximum difference in seconds between two readings of a start time that a change of the clock may move."""

MAX_PROCESS = 2**31 - 1
"""Largest number of a process."""


def process_description() -> str:
    """A unique description of this process: its number, start and machine."""
    import platform

    return f"{os.getpid()} {_start(os.getpid())} {platform.node()}"


def is_alive(process: str) -> bool:
    """Whether a process, described by `process_description`, is still running; False for "".

    A change of the clock does not matter. A process of another machine, which may share the user's folder, cannot be
    checked: it counts as running.
    """
    import platform

    import psutil

    try:
        number, started, machine = process.split(" ", 2)
        if machine != platform.node():
            return True
        if not 0 < int(number) <= MAX_PROCESS:
            return False
        found = psutil.Process(int(number))
        if "@" in started:
            is_same = started == _start(int(number))
        else:
            is_same = abs(found.create_time() - float(started)) <= START_TIME_TOLERANCE
        return is_same and found.status() != psutil.STATUS_ZOMBIE
    except (ValueError, OSError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        return True


def _start(number: int) -> str:
    """The start of a process. On Linux "ticks@boot": clock ticks after the boot, and the identity of the boot.

    Other systems, and earlier versions of Digit Lab on Linux, use seconds since 1970. psutil calculates them on Linux
    from the current clock, so that they change with it; other systems store them when the process starts.
    """
    if not sys.platform.startswith("linux"):
        import psutil

        return f"{psutil.Process(number).create_time():.2f}"
    # The second field, the name of the program, is in parentheses, and may contain spaces and parentheses.
    fields = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
    return f"{int(fields[19])}@{BOOT_ID_PATH.read_text(encoding='ascii').strip()}"


def machine_description() -> str:
    """The machine and its software in one line; a run gives the same bits only on the same machine and software."""
    import platform

    system = f"{platform.system()} {platform.release()}".strip()
    cores = available_cores()
    processor = platform.processor() or platform.machine()
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{processor}, {counted_text(cores, 'core')}, {system}, {versions}"
