"""The tables of the log of runs, and how a log of an older Digit Lab comes to have them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nncore.experiments.run_log.errors import RunLogDamagedError

VERSION = 2
"""Of the tables; a log with a higher one was written by a newer Digit Lab and is left alone."""

TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', recipe TEXT NOT NULL,
    spec TEXT NOT NULL, config TEXT NOT NULL, data TEXT NOT NULL, machine TEXT NOT NULL, parent INTEGER,
    validation_share REAL NOT NULL, started TEXT NOT NULL, heard TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'running',
    seconds REAL NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,
    best_epoch INTEGER, best_accuracy REAL, validation_accuracy REAL, validation_loss REAL,
    training_accuracy REAL, training_loss REAL, test_accuracy REAL, test_loss REAL,
    model TEXT NOT NULL DEFAULT '', process TEXT NOT NULL DEFAULT '', checkpoint TEXT NOT NULL DEFAULT '',
    judged TEXT NOT NULL DEFAULT '', curve BLOB NOT NULL DEFAULT x'', deleted TEXT, rates TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE epochs (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, epoch INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
"""

OLDER = {1: "ALTER TABLE runs ADD COLUMN rates TEXT NOT NULL DEFAULT '[]'"}
"""What makes a log of an older version one of the next version."""


def version_of(log: sqlite3.Connection | sqlite3.Cursor) -> int:
    """Which version its tables are of; 0 for a file that has none yet."""
    version: int = log.execute("PRAGMA user_version").fetchone()[0]
    return version


def make_tables(cursor: sqlite3.Cursor, path: Path) -> None:
    """Within a transaction, make the tables or those of an older version into these, unless somebody was faster.

    Raises RunLogDamagedError if the file at `path` is another program's.
    """
    version = version_of(cursor)
    if version == 0:
        if cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise RunLogDamagedError(f"{path}: this is no log of runs, but another program's file.")
        for statement in filter(str.strip, TABLES.split(";")):
            cursor.execute(statement)
    else:
        for older in range(version, VERSION):
            cursor.execute(OLDER[older])
    cursor.execute(f"PRAGMA user_version = {VERSION}")
