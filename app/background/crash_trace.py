"""The trace of a crash that Python cannot catch, such as a segmentation fault: crash.txt in the user folder."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path

from nncore.system.crash_trace import CRASH_FILE_VARIABLE

MAX_TRACE_BYTES = 100_000
"""The largest number of bytes that are read of the trace of an earlier crash."""

HELPER_MODULES = ("parallel/helper_main.py", "parallel\\helper_main.py", "sweep/processes.py", "sweep\\processes.py")
"""Modules in the trace of a process that helps another one."""


def crash_file(folder: Path) -> Path:
    """The file for traces in the user folder."""
    return folder / "crash.txt"


def trace_window_crashes(folder: Path) -> str:
    """Write the trace of a crash of this process and of its helpers to a file in `folder`, or to standard error.

    Returns the trace of an earlier process, and removes it from the file; "" if none has crashed. A process that was
    killed leaves no trace.
    """
    os.environ.pop(CRASH_FILE_VARIABLE, None)
    try:
        file = _opened(folder)
        earlier = _taken_from(file)
    except OSError:
        _write_to_standard_error()
        return ""
    faulthandler.enable(file)
    os.environ[CRASH_FILE_VARIABLE] = str(crash_file(folder))
    return earlier


def take_trace(folder: Path) -> str:
    """Return the trace of a process that has crashed, and remove it from the file; "" if there is none."""
    try:
        with _opened(folder) as file:
            return _taken_from(file)
    except OSError:
        return ""


def trace_command_crashes(folder: Path) -> None:
    """Write the trace of a crash of this command or its helpers to the file, so that the next window shows it.

    If there is no `folder`, or it cannot be written, the trace is written to standard error. Does nothing if the user
    has already chosen where traces are written, with PYTHONFAULTHANDLER.
    """
    os.environ.pop(CRASH_FILE_VARIABLE, None)
    if faulthandler.is_enabled():
        return
    try:
        faulthandler.enable(_opened(folder))
    except OSError:
        _write_to_standard_error()
        return
    os.environ[CRASH_FILE_VARIABLE] = str(crash_file(folder))


def is_of_helper(trace: str) -> bool:
    """Whether the process that crashed only helped another one, which continued."""
    return any(module in trace for module in HELPER_MODULES)


def _taken_from(file: FileIO) -> str:
    file.seek(0)
    trace = (file.read(MAX_TRACE_BYTES) or b"").decode("utf-8", "replace").strip()
    file.truncate(0)
    if trace:
        logging.critical("A process of Digit Lab ended with a serious error:\n%s", trace)
    return trace


def _opened(folder: Path) -> FileIO:
    # Appending: another process may write to the same file.
    return crash_file(folder).open("a+b", buffering=0)


def _write_to_standard_error() -> None:
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # standard error may be no file
            faulthandler.enable()
