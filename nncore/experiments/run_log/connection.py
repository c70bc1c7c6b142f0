"""A connection to the file of the log: how it is opened, created, shared with other programs, and changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from nncore.experiments.run_log.errors import DamagedRunLogError, NewerRunLogError, translated_errors
from nncore.experiments.run_log.schema import VERSION, create_tables, version_of

LOCK_TIMEOUT = 2.0
"""Seconds to wait for another program that is writing to the log."""

CREATION_RETRY_SECONDS = 0.01
"""Time between two attempts to open a log that another program is creating."""


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from one that replaces it; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class LogConnection:
    """A connection to the log of runs; each thread needs its own. Every method raises RunLogError.

    Attributes:
        path: of the log.
        file: the identity of the file that was opened, see `file_identity`.
    """

    def __init__(
        self, path: Path, timeout: float | None = None, report_error: Callable[[str], object] = lambda sentence: None
    ) -> None:
        """Open the log, or create an empty one and its folder.

        timeout: seconds to wait for another program that is writing; None for LOCK_TIMEOUT. report_error: called with
        one sentence about the damaged rows each time when rows are read.
        """
        self.path, self._report_error = path, report_error
        seconds = LOCK_TIMEOUT if timeout is None else timeout
        with self._translated_errors():
            if path.is_dir():
                raise DamagedRunLogError(
                    f"{path}: this is a folder, but should be the log of runs; nothing was changed."
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=seconds, isolation_level=None)
        # A damaged text that is not UTF-8 would otherwise make a whole query fail.
        self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            self._prepare(seconds)
        except BaseException:
            self._connection.close()
            raise
        self.file = file_identity(path)

    @property
    def was_replaced(self) -> bool:
        """Whether the file was renamed or replaced since it was opened, so that others no longer find it."""
        return file_identity(self.path) != self.file

    def _prepare(self, seconds: float) -> None:
        with self._translated_errors():
            version = version_of(self._connection)
            if version > VERSION:
                raise NewerRunLogError(
                    f"{self.path}: its version is {version}, but this Digit Lab reads versions up to {VERSION}. "
                    "Open it with a newer Digit Lab."
                )
            self._write_ahead(seconds)
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        if version < VERSION:
            with self._transaction() as cursor:
                create_tables(cursor, self.path)

    def _write_ahead(self, seconds: float) -> None:
        """Switch to a write-ahead log; wait up to `seconds` for another program that does so, or writes, just now.

        SQLite's own timeout does not hold here: a new log that another connection is about to change fails at once.
        """
        end = monotonic() + seconds
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as problem:
                if not getattr(problem, "sqlite_errorname", "").startswith("SQLITE_BUSY") or monotonic() >= end:
                    raise
            sleep(CREATION_RETRY_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        with suppress(sqlite3.Error):  # a damaged or vanished file; there is nothing left to write
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        """Run the block in a transaction: all changes are written, or none."""
        with self._translated_errors():
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends it itself when the disk is full
                    cursor.execute("ROLLBACK")
                raise

    def _translated_errors(self) -> AbstractContextManager[None]:
        return translated_errors(self.path)
