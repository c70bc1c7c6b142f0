"""Descriptions of this process and this machine, and whether a described process still runs."""

from __future__ import annotations

import os
import platform

import numpy as np
import psutil

from nncore.system.cores import available_cores

START_TIME_TOLERANCE = 2.0
"""Maximum difference in seconds between two readings of a process's start time."""


def process_description() -> str:
    """A unique description of this process: its number, start time and machine."""
    return f"{os.getpid()} {psutil.Process().create_time():.2f} {platform.node()}"


def is_alive(process: str) -> bool:
    """Whether a process, described by `process_description`, is still running; False for "".

    A process of another machine, which may share the user's folder, cannot be checked: it counts as running.
    """
    try:
        number, started, machine = process.split(" ", 2)
        if machine != platform.node():
            return True
        found = psutil.Process(int(number))
        is_same = abs(found.create_time() - float(started)) <= START_TIME_TOLERANCE
        return is_same and found.status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        return True


def machine_description() -> str:
    """The machine and its software in one line; a run gives the same bits only on the same machine and software."""
    system = f"{platform.system()} {platform.release()}".strip()
    cores = available_cores()
    processor = platform.processor() or platform.machine()
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{processor}, {cores} core{'s' if cores > 1 else ''}, {system}, {versions}"
