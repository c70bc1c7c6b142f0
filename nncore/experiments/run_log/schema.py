"""The tables of the log of runs, and how a log of an older Digit Lab is converted to them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nncore.experiments.run_log.errors import DamagedRunLogError

VERSION = 2
"""The version of the tables; a log with a higher one was written by a newer Digit Lab and is not changed."""

UPDATED_COLUMN = "heard"
"""The column with the time of the last change of a run; old logs have this name."""

EVALUATION_COLUMN = "judged"
"""The column with the last evaluation of a run: the data and the confusion matrix, as JSON; old logs have this name."""

RUNS = (
    "id INTEGER PRIMARY KEY", "name TEXT NOT NULL", "note TEXT NOT NULL DEFAULT ''", "recipe TEXT NOT NULL",
    "spec TEXT NOT NULL", "config TEXT NOT NULL", "data TEXT NOT NULL", "machine TEXT NOT NULL", "parent INTEGER",
    "validation_share REAL NOT NULL", "started TEXT NOT NULL", f"{UPDATED_COLUMN} TEXT NOT NULL",
    "state TEXT NOT NULL DEFAULT 'running'", "seconds REAL NOT NULL DEFAULT 0", "epochs INTEGER NOT NULL DEFAULT 0",
    "steps INTEGER NOT NULL DEFAULT 0", "best_epoch INTEGER", "best_accuracy REAL", "validation_accuracy REAL",
    "validation_loss REAL", "training_accuracy REAL", "training_loss REAL", "test_accuracy REAL", "test_loss REAL",
    "model TEXT NOT NULL DEFAULT ''", "process TEXT NOT NULL DEFAULT ''", "checkpoint TEXT NOT NULL DEFAULT ''",
    f"{EVALUATION_COLUMN} TEXT NOT NULL DEFAULT ''", "curve BLOB NOT NULL DEFAULT x''", "deleted TEXT",
    "rates TEXT NOT NULL DEFAULT '[]'",
)  # fmt: skip
"""The columns of the table of runs. process: of the program that works on the run, see app/storage/run_process.py.
curve: the steps, losses and accuracies. rates: the changes of the learning rate, as JSON. An older log gets the columns
that it does not have. Therefore a new column needs a default and a higher VERSION."""

EPOCHS = """
CREATE TABLE epochs (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, epoch INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID
"""


def version_of(log: sqlite3.Connection | sqlite3.Cursor) -> int:
    """Return the version of the tables of a log; 0 for a file without tables."""
    version: int = log.execute("PRAGMA user_version").fetchone()[0]
    return version


def create_tables(cursor: sqlite3.Cursor, path: Path) -> None:
    """Create the tables, or convert those of an older version, inside a transaction; another process may have done so.

    Raises DamagedRunLogError if the file at `path` belongs to another program.
    """
    version = version_of(cursor)
    if version == 0:
        if cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise DamagedRunLogError(f"{path}: this is not a log of runs, but a file of another program.")
        cursor.execute(f"CREATE TABLE runs ({', '.join(RUNS)})")
        cursor.execute(EPOCHS)
    elif version < VERSION:
        existing = {row[1] for row in cursor.execute("PRAGMA table_info(runs)")}
        for column in RUNS:
            if column.split()[0] not in existing:
                cursor.execute(f"ALTER TABLE runs ADD COLUMN {column}")
    cursor.execute(f"PRAGMA user_version = {VERSION}")
