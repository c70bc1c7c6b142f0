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
    """The file is not a log of runs, or it is damaged; trying again does not help."""


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
    said = str(problem)
    strange = "no such table" in said or "no such column" in said or "has no column" in said
    return strange or getattr(problem, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _reason(problem: Exception) -> str:
    """The sentence for an error of SQLite or the system."""
    said = str(problem)
    if "locked" in said or "busy" in said:
        return "another program is writing to this log of runs; nothing in it was changed."
    if "full" in said:
        return "the disk is full; nothing in this log of runs was changed."
    if isinstance(problem, OSError):
        return f"this log of runs cannot be opened ({problem.strerror or problem})."
    if isinstance(problem, sqlite3.OperationalError) and not _is_damage(problem):
        return f"this log of runs cannot be used ({said}); nothing in it was changed."
    return f"this is not a log of runs, or it is damaged ({said}); nothing in it was changed."
