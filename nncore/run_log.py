"""Every run that was ever made, in one SQLite file: its settings, its data, its curves and how it ended.

A run is written as it goes, an epoch at a time, each in a transaction of its own: a process that is killed loses the
epoch it was in. SQLite's write-ahead log lets one connection write while others read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from nncore.checkpoint_file import config_from
from nncore.errors import DataError, ModelFileError
from nncore.history import MOST_ROWS, Row
from nncore.json_header import spec_from
from nncore.network import NetworkSpec
from nncore.training.config import TrainingConfig

VERSION = 1
"""Of the tables; a log with a higher one was written by a newer Digit Lab and is left alone."""

PATIENCE = 2.0
"""Seconds to wait for another program that is writing to the log."""

MOST_POINTS = 2000
"""Steps of a curve that are kept; a screen has no more columns."""

State = Literal["running", "finished", "stopped", "diverged"]

TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', recipe TEXT NOT NULL,
    spec TEXT NOT NULL, config TEXT NOT NULL, data TEXT NOT NULL, machine TEXT NOT NULL, parent INTEGER,
    validation_share REAL NOT NULL, started TEXT NOT NULL, heard TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'running',
    seconds REAL NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,
    best_epoch INTEGER, validation_accuracy REAL, training_loss REAL, test_accuracy REAL, test_loss REAL,
    model TEXT NOT NULL DEFAULT '', curve BLOB NOT NULL DEFAULT x'', deleted TEXT
);
CREATE TABLE epochs (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, epoch INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
"""


class RunLogError(DataError):
    """The log cannot be read or written; the message says why, and that nothing in it was changed."""


@dataclass(frozen=True)
class RunSettings:
    """What a run is, as it begins.

    recipe: its name, or "". data: its source, in words. parent: the run that it repeats or goes on from.
    """

    name: str
    spec: NetworkSpec
    config: TrainingConfig
    data: str
    machine: str = ""
    recipe: str = ""
    validation_share: float = 0.0
    parent: int | None = None


@dataclass(frozen=True)
class LoggedRun:
    """A run as the log has it. Accuracies: 0 to 1, None where not measured. started: ISO date and time, local.

    state: "running" also for a run whose process was killed. model: the file its model was kept in, or "".
    deleted: when it was, or None.
    """

    id: int
    settings: RunSettings
    note: str
    started: str
    state: State
    seconds: float
    epochs: int
    steps: int
    best_epoch: int | None
    validation_accuracy: float | None
    training_loss: float | None
    test_accuracy: float | None
    test_loss: float | None
    model: str = ""
    deleted: str | None = field(default=None)


SUMMARY = (
    "seconds", "epochs", "steps", "best_epoch", "validation_accuracy", "training_loss", "test_accuracy", "test_loss",
    "model",
)  # fmt: skip
"""Columns that hold how far a run has come; all are fields of LoggedRun."""


class RunLog:
    """One connection to the log; a thread that writes or reads has its own. Raises RunLogError whatever is wrong."""

    def __init__(self, path: Path) -> None:
        """Open the log, or make an empty one; the folder is made if it is missing."""
        self.path = path
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        with self._telling():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise RunLogError(
                    f"{self.path}: it has version {version}, this Digit Lab reads up to {VERSION}: a newer one made it."
                )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        if version == 0:
            with self._transaction() as cursor:
                if cursor.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was faster
                    for statement in filter(str.strip, TABLES.split(";")):
                        cursor.execute(statement)
                    cursor.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the connection; what was written stays."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    # ----------------------------------------------------------------- write

    def begin(self, settings: RunSettings) -> int:
        """Note that a run begins; gives its number, which stays its own for ever."""
        now = _now()
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT INTO runs (name, recipe, spec, config, data, machine, parent, validation_share, started, heard)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    settings.name, settings.recipe, json.dumps(settings.spec.to_json()),
                    json.dumps(asdict(settings.config)), settings.data, settings.machine, settings.parent,
                    settings.validation_share, now, now,
                ),
            )  # fmt: skip
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def add_epochs(self, run: int, rows: Sequence[Row], curve: NDArray[np.float32], **summary: float | None) -> None:
        """Note epochs that have ended, and how far the run has come.

        rows: figures of each, "epoch" among them. curve: (3, n) step, loss and accuracy of steps so far, thinned to
        MOST_POINTS here. summary: of SUMMARY. Of a run with very many epochs every second, fourth ... row stays,
        and those of the last.
        """
        with self._transaction() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)",
                [(run, int(row["epoch"] or 0), json.dumps(row)) for row in rows],
            )
            self._thin(cursor, run)
            self._summarise(cursor, run, {"curve": _packed(curve), **summary})

    def end(self, run: int, state: State, **summary: float | str | None) -> None:
        """Note how a run ended; summary: of SUMMARY."""
        with self._transaction() as cursor:
            self._summarise(cursor, run, {"state": state, **summary})

    def rename(self, run: int, name: str) -> None:
        """Give a run another name."""
        self._change(run, "name", name)

    def annotate(self, run: int, note: str) -> None:
        """Replace the note on a run."""
        self._change(run, "note", note)

    def delete(self, runs: Sequence[int]) -> None:
        """Put runs away: they are no longer listed, and `restore` brings them back."""
        self._mark(runs, _now())

    def restore(self, runs: Sequence[int]) -> None:
        """Bring back what was put away."""
        self._mark(runs, None)

    # ------------------------------------------------------------------ read

    def runs(self, deleted: bool = False) -> list[LoggedRun]:
        """All runs, the newest first; or those put away."""
        columns = ", ".join(COLUMNS)
        with self._telling():
            rows = self._connection.execute(
                f"SELECT {columns} FROM runs WHERE (deleted IS NOT NULL) = ? ORDER BY id DESC", (deleted,)
            ).fetchall()
        return [run for row in rows if (run := _run_of(dict(zip(COLUMNS, row, strict=True)))) is not None]

    def run(self, number: int) -> LoggedRun:
        """The run with that number, also one put away; raises RunLogError if there is none."""
        with self._telling():
            row = self._connection.execute(f"SELECT {', '.join(COLUMNS)} FROM runs WHERE id = ?", (number,)).fetchone()
        found = None if row is None else _run_of(dict(zip(COLUMNS, row, strict=True)))
        if found is None:
            raise RunLogError(f"{self.path}: there is no run {number}.")
        return found

    def epochs(self, run: int) -> list[Row]:
        """The figures of a run's epochs, in their order."""
        with self._telling():
            rows = self._connection.execute("SELECT figures FROM epochs WHERE run = ? ORDER BY epoch", (run,))
            return [json.loads(figures) for (figures,) in rows]

    def curve(self, run: int) -> NDArray[np.float32]:
        """Step, loss and accuracy (3, n) of steps of a run, n at most MOST_POINTS."""
        with self._telling():
            row = self._connection.execute("SELECT curve FROM runs WHERE id = ?", (run,)).fetchone()
        blob = row[0] if row else b""
        return np.frombuffer(blob[: len(blob) // 12 * 12], "<f4").reshape(3, -1)

    # ---------------------------------------------------------------- within

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        """All that is done within happens, or none of it."""
        with self._telling():
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong within, in a sentence."""
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise RunLogError(f"{self.path}: {_reason(problem)}") from None

    def _summarise(self, cursor: sqlite3.Cursor, run: int, values: dict[str, Any]) -> None:
        unknown = values.keys() - {*SUMMARY, "curve", "state"}
        if unknown:
            raise TypeError(f"a run has no {', '.join(sorted(unknown))}")
        settings = ", ".join(f"{name} = ?" for name in values)
        cursor.execute(f"UPDATE runs SET {settings}, heard = ? WHERE id = ?", (*values.values(), _now(), run))

    def _thin(self, cursor: sqlite3.Cursor, run: int) -> None:
        count, last = cursor.execute("SELECT count(*), max(epoch) FROM epochs WHERE run = ?", (run,)).fetchone()
        every = 1
        while count > MOST_ROWS:
            every *= 2
            cursor.execute("DELETE FROM epochs WHERE run = ? AND epoch % ? != 0 AND epoch != ?", (run, every, last))
            count = cursor.execute("SELECT count(*) FROM epochs WHERE run = ?", (run,)).fetchone()[0]

    def _change(self, run: int, column: str, value: str) -> None:
        with self._transaction() as cursor:
            cursor.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (value, run))

    def _mark(self, runs: Sequence[int], when: str | None) -> None:
        with self._transaction() as cursor:
            cursor.executemany("UPDATE runs SET deleted = ? WHERE id = ?", [(when, run) for run in runs])


COLUMNS = (
    "id", "name", "note", "recipe", "spec", "config", "data", "machine", "parent", "validation_share", "started",
    "state", *SUMMARY, "deleted",
)  # fmt: skip


def _run_of(row: dict[str, Any]) -> LoggedRun | None:
    """A row of the table; None if its settings are none that this Digit Lab knows."""
    try:
        spec, config = spec_from(json.loads(row.pop("spec"))), config_from(json.loads(row.pop("config")))
    except (ValueError, ModelFileError):
        return None
    taken = {name: row.pop(name) for name in ("name", "data", "machine", "recipe", "validation_share", "parent")}
    return LoggedRun(settings=RunSettings(spec=spec, config=config, **taken), **row)


def thinned(curve: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most MOST_POINTS columns of a curve (3, n): evenly spread, first and last among them."""
    n = curve.shape[1]
    if n <= MOST_POINTS:
        return curve
    return curve[:, np.linspace(0, n - 1, MOST_POINTS).round().astype(np.intp)]


def _packed(curve: NDArray[np.float32]) -> bytes:
    return thinned(curve).astype("<f4").tobytes()


def _now() -> str:
    return datetime.now().isoformat(timespec="milliseconds")


def _reason(problem: Exception) -> str:
    """What SQLite or the system says, in words for a reader."""
    said = str(problem)
    if "locked" in said or "busy" in said:
        return "another program is writing to this log of runs; nothing in it was changed."
    if "full" in said:
        return "the disk is full; nothing in this log of runs was changed."
    if isinstance(problem, OSError):
        return f"this log of runs cannot be opened ({problem.strerror or problem})."
    if isinstance(problem, sqlite3.OperationalError):
        return f"this log of runs cannot be used ({said}); nothing in it was changed."
    return f"this is no log of runs, or it is damaged ({said}); nothing in it was changed."
