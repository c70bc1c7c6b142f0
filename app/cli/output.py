"""Output of the commands: results on standard output, error messages on standard error.

Output never ends a command: a character that the terminal cannot show is escaped, and the program that reads it may
close it early.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from nncore.errors import printable

MAX_PRINTED_LENGTH = 2000

INTERRUPTED = 130
"""The exit status after Ctrl+C, as shells expect it."""


def prepare_output() -> None:
    """Let both streams escape characters that they cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def print_error(sentence: str) -> None:
    """Print one line on standard error, without control characters."""
    if sys.stderr is not None:
        with suppress(OSError):  # the terminal has been closed
            print(f"digitlab: {printable(' '.join(sentence.split()), MAX_PRINTED_LENGTH)}", file=sys.stderr)


def discard_output() -> None:
    """Redirect standard output to the null device, so that Python does not write to it again when it exits."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class FaultTolerantOutput:
    """Writes lines to standard output. After an error all further lines are dropped, and no exception is raised.

    Therefore a training continues, and its model is saved, even if the output cannot be written.
    """

    def __init__(self) -> None:
        self.problem: OSError | None = None
        """The error after which lines were dropped."""

    def write_line(self, line: str) -> None:
        """Write one line, above a progress bar, unless an earlier line could not be written."""
        if self.problem is not None or sys.stdout is None:
            return
        from tqdm import tqdm

        try:
            with tqdm.external_write_mode(file=sys.stdout):
                print(line, flush=True)
        except OSError as problem:
            self.problem = problem
            discard_output()
