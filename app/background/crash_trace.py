"""The trace of a crash that Python cannot catch, such as a segmentation fault: crash.txt in the user folder."""

from __future__ import annotations

import faulthandler
import logging
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path

MAX_TRACE_BYTES = 100_000
"""The largest number of bytes that are read of the trace of an earlier crash."""


def trace_window_crashes(folder: Path) -> str:
    """Write the trace of a crash of this process to a file in `folder`, or to standard error.

    Returns the trace of an earlier process, and removes it from the file; "" if none has crashed. A process that was
    killed leaves no trace.
    """
    try:
        file = _opened(folder)
        file.seek(0)
        earlier = file.read(MAX_TRACE_BYTES) or b""
        file.truncate(0)
    except OSError:
        _write_to_standard_error()
        return ""
    faulthandler.enable(file)
    trace = earlier.decode("utf-8", "replace").strip()
    if trace:
        logging.critical("Digit Lab ended with a serious error the last time:\n%s", trace)
    return trace


def trace_command_crashes(folder: Path) -> None:
    """Write the trace of a crash of this command to the file, so that the next start of the window shows it.

    If there is no `folder`, or it cannot be written, the trace is written to standard error. Does nothing if the user
    has already chosen where traces are written, with PYTHONFAULTHANDLER.
    """
    if faulthandler.is_enabled():
        return
    try:
        faulthandler.enable(_opened(folder))
    except OSError:
        _write_to_standard_error()


def _opened(folder: Path) -> FileIO:
    return (folder / "crash.txt").open("a+b", buffering=0)  # appending: another process may write to the same file


def _write_to_standard_error() -> None:
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # standard error may be no file
            faulthandler.enable()
