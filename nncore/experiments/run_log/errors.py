"""The errors of a log of runs, with a sentence for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nncore.errors import DataError


class RunLogError(DataError):
    """The log cannot be read or written; the message gives the reason, and says that nothing in it was changed."""


class RunLogDamagedError(RunLogError):
    """The file is not a log of runs, or it is damaged, so another attempt fails too."""


class RunLogNewerError(RunLogError):
    """A log that only a newer Digit Lab can read."""


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the system, about the log at `path`, into a RunLogError with a sentence."""
    try:
        yield
    except (sqlite3.Error, OSError) as problem:
        kind = RunLogDamagedError if _is_damage(problem) else RunLogError
        raise kind(f"{path}: {_reason(problem)}") from None


def _is_damage(problem: Exception) -> bool:
    message = str(problem)
    other_tables = "no such table" in message or "no such column" in message or "has no column" in message
    return other_tables or getattr(problem, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _reason(problem: Exception) -> str:
    """The sentence for an error of SQLite or the system."""
    message = str(problem)
    if "locked" in message or "busy" in message:
        return "another program is writing to this log of runs; nothing in it was changed."
    if "full" in message:
        return "the disk is full; nothing in this log of runs was changed."
    if isinstance(problem, OSError):
        return f"this log of runs cannot be opened ({problem.strerror or problem})."
    if isinstance(problem, sqlite3.OperationalError) and not _is_damage(problem):
        return f"this log of runs cannot be used ({message}); nothing in it was changed."
    return f"this is not a log of runs, or it is damaged ({message}); nothing in it was changed."
