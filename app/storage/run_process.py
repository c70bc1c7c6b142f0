"""Which process runs a training, whether it is still alive, and a description of this machine."""

from __future__ import annotations

import os
import platform

import numpy as np
import psutil

from nncore.system.cores import available_cores

SLACK = 2.0
"""Seconds by which two readings of a process's start time may differ."""


def this_process() -> str:
    """A unique description of this process: its number, start time and machine."""
    return f"{os.getpid()} {psutil.Process().create_time():.2f} {platform.node()}"


def is_alive(process: str) -> bool:
    """Whether a process, described by `this_process`, is still running; False for "".

    A process of another machine, which may share the user's folder, cannot be checked: it counts as running.
    """
    try:
        number, began, machine = process.split(" ", 2)
        if machine != platform.node():
            return True
        found = psutil.Process(int(number))
        return found.status() != psutil.STATUS_ZOMBIE and abs(found.create_time() - float(began)) <= SLACK
    except (ValueError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        return True


def machine_in_words() -> str:
    """The machine and its software in one line: a run is reproducible to the bit only on the same ones."""
    system = f"{platform.system()} {platform.release()}".strip()
    cores = available_cores()
    processor = platform.processor() or platform.machine()
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{processor}, {cores} core{'s' if cores > 1 else ''}, {system}, {versions}"
