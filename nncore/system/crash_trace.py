"""The trace of a crash that Python cannot catch, such as a segmentation fault, in a process that helps another one."""

from __future__ import annotations

import faulthandler
import os
from contextlib import suppress

CRASH_FILE_VARIABLE = "DIGITLAB_CRASH_FILE"
"""The variable of the environment with the file to which helper processes add their traces. A program sets it."""


def trace_helper_crashes() -> None:
    """Add the trace of a crash of this process to the file that its parent has chosen, if it has chosen one.

    The file stays open until the process ends.
    """
    path = os.environ.get(CRASH_FILE_VARIABLE)
    if path:
        with suppress(OSError):
            faulthandler.enable(open(path, "ab", buffering=0))  # noqa: SIM115
