"""Where the commands' words go: results to standard output, complaints to standard error.

Neither may end a command on its own: a name that the terminal cannot show is escaped, and whoever reads the output may
leave before it ends.
"""

from __future__ import annotations

import os
import sys

from nncore.errors import printable

LONGEST_LINE = 2000


def prepare_output() -> None:
    """Let both streams escape what they cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def complain(sentence: str) -> None:
    """One line on standard error, without anything that a terminal would act on."""
    if sys.stderr is not None:
        print(f"digitlab: {printable(' '.join(sentence.split()), LONGEST_LINE)}", file=sys.stderr)


def let_output_go() -> None:
    """Standard output cannot be written any more: keep Python from trying once more at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class PatientOutput:
    """Lines on standard output that are given up, not raised about, when nobody takes them.

    A training is worth more than the words about it: it goes on, and its model is kept.
    """

    def __init__(self) -> None:
        self.problem: OSError | None = None
        """Why the rest was not written."""

    def say(self, line: str) -> None:
        """Write one line, if lines can still be written; clears a progress bar that is in the way."""
        if self.problem is not None or sys.stdout is None:
            return
        from tqdm import tqdm

        try:
            with tqdm.external_write_mode(file=sys.stdout):
                print(line, flush=True)
        except OSError as problem:
            self.problem = problem
            let_output_go()
