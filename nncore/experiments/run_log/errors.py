"""The errors of a log of runs, with a sentence for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nncore.errors import DataError, DigitLabError, printable

MAX_MESSAGE_LENGTH = 200
"""Maximum number of characters of SQLite's message in a sentence."""


class RunLogError(DataError):
    """The log cannot be read or written; the message gives the reason, and says that nothing in it was changed."""


class DamagedRunLogError(RunLogError):
    """The file is not a log of runs, or it is damaged, so another attempt fails too."""


class NewerRunLogError(RunLogError):
    """A log that only a newer Digit Lab can read."""


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the system, about the log at `path`, into a RunLogError with a sentence."""
    try:
        yield
    except DigitLabError:
        raise
    except (sqlite3.Error, sqlite3.Warning, OSError, ValueError, OverflowError) as problem:
        kind = DamagedRunLogError if _is_damage(problem, path) else RunLogError
        raise kind(f"{path}: {_reason(problem, kind)}") from None


def _is_damage(problem: Exception, path: Path) -> bool:
    """Whether an error comes from the content of the file, so that it will come again."""
    if isinstance(problem, UnicodeDecodeError):  # a message of SQLite that quotes a damaged table
        return True
    code = getattr(problem, "sqlite_errorname", "")
    if code == "SQLITE_READONLY":
        return _asks_for_read_only(path)
    # The statements of `RunLog` are right for every log, but not for a damaged or another file.
    messages = (
        "no such table", "no such column", "has no column", "foreign key mismatch", "unsupported file format",
        "syntax error",
    )  # fmt: skip
    return code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or any(each in str(problem) for each in messages)


def _asks_for_read_only(path: Path) -> bool:
    """Whether the header of the file, not the system, forbids writing: its version for writing is above 2."""
    try:
        with path.open("rb") as file:
            return max(file.read(20)[18:], default=0) > 2
    except OSError:
        return False


def _reason(problem: Exception, kind: type[RunLogError]) -> str:
    """The sentence for an error of SQLite or the system."""
    message = printable(str(problem), MAX_MESSAGE_LENGTH)  # SQLite quotes damaged text
    if "locked" in message or "busy" in message:
        return "another program is writing to this log of runs; nothing in it was changed."
    if "full" in message:
        return "the disk is full; nothing in this log of runs was changed."
    if isinstance(problem, OSError):
        return f"this log of runs cannot be opened ({problem.strerror or problem})."
    if isinstance(problem, sqlite3.OperationalError) and kind is RunLogError:
        return f"this log of runs cannot be used ({message}); nothing in it was changed."
    return f"this is not a log of runs, or it is damaged ({message}); nothing in it was changed."
