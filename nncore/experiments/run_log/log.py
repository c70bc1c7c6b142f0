"""All runs in one SQLite file: settings, data, curves and result of each run.

A run is written while it is trained, each epoch in its own transaction: a process that is killed loses only the
current epoch. SQLite's write-ahead log lets one connection write while others read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nncore.experiments.run_log.errors import DamagedRunLogError, NewerRunLogError, RunLogError, translated_errors
from nncore.experiments.run_log.logged_run import (
    CHECKPOINT_NAME,
    LOGGED_COLUMNS,
    MAX_CHARACTERS,
    MAX_FIGURE,
    SUMMARY,
    LastEvaluation,
    LoggedRun,
    Rates,
    RunSettings,
    State,
    curve_from_bytes,
    epoch_from_row,
    evaluation_from_text,
    run_from_row,
)
from nncore.experiments.run_log.schema import EVALUATION_COLUMN, UPDATED_COLUMN, VERSION, create_tables, version_of
from nncore.reporting.number_text import counted_text
from nncore.training.history import MAX_ROWS, EpochFigures
from nncore.training.step_curve import MAX_CURVE_POINTS

__all__ = [
    "VERSION",
    "DamagedRunLogError",
    "LoggedRun",
    "NewerRunLogError",
    "RunLog",
    "RunLogError",
    "RunSettings",
    "State",
]


LOCK_TIMEOUT = 2.0
"""Seconds to wait for another program that is writing to the log."""

CREATION_RETRY_SECONDS = 0.01
"""Time between two attempts to open a log that another program is creating."""

ID_COLUMN = LOGGED_COLUMNS.index("id")

MAX_NUMBERS = 5
"""Largest number of unreadable runs that a message names."""


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from one that replaces it; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class RunLog:
    """A connection to the log; each thread needs its own. Every method raises RunLogError.

    A damaged row is left out, and reported in a sentence; it does not affect other rows.
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

    # ----------------------------------------------------------------- write

    def begin(self, settings: RunSettings, process: str = "", checkpoint_name: str = "", started: str = "") -> int:
        """Add a run at its beginning; returns its number, which never changes.

        process: the process that trains it. checkpoint_name: the file from which it can be continued. started: ISO date
        and time, "" for now.
        """
        now = _now()
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT INTO runs (name, recipe, spec, config, data, machine, parent, validation_share, started,"
                f" {UPDATED_COLUMN}, process, checkpoint, rates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _stored(settings.name), settings.recipe, json.dumps(settings.spec.to_json()),
                    json.dumps(asdict(settings.config)), _stored(settings.data), _stored(settings.machine),
                    settings.parent, settings.validation_fraction, started or now, now, _stored(process),
                    checkpoint_name, json.dumps(settings.rates),
                ),
            )  # fmt: skip
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def resume(self, run_id: int, process: str, epochs: int, steps: int) -> None:
        """Log that `process` continues a run after `epochs` and `steps`; later epochs and steps are removed."""
        curve = self.curve(run_id)
        with self._transaction() as cursor:
            # The killed process may have logged more than the checkpoint has; these epochs are trained again.
            cursor.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run_id, epochs))
            cursor.execute("UPDATE runs SET process = ? WHERE id = ?", (process, run_id))
            kept = curve[:, curve[0] <= steps]
            self._summarize(
                cursor, run_id, {"state": "running", "epochs": epochs, "steps": steps, "curve": _packed(kept)}
            )

    def release(self, run_id: int) -> None:
        """Log that no process trains a run now, although the run has not ended."""
        self._change(run_id, "process", "")

    def add_epochs(
        self, run_id: int, rows: Sequence[EpochFigures], curve: NDArray[np.float32], **summary: float | None
    ) -> None:
        """Add completed epochs, and update the progress of the run.

        rows: the figures of each, with "epoch". curve: (3, n) step, loss and accuracy of steps so far, downsampled to
        MAX_CURVE_POINTS here. summary: columns of SUMMARY with their values. If a run has more than MAX_ROWS epochs,
        only every second, fourth ... row is kept, and the last one.
        """
        with self._transaction() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)",
                [
                    (run_id, int(row["epoch"] or 0), json.dumps({name: _stored(value) for name, value in row.items()}))
                    for row in rows
                ],
            )
            self._thin(cursor, run_id)
            self._summarize(cursor, run_id, {"curve": _packed(curve), **summary})

    def end(self, run_id: int, state: State, checkpoint_name: str = "", **summary: float | str | None) -> None:
        """Set the final state of a run.

        checkpoint_name: the file from which it can be continued, or "". summary: columns of SUMMARY with their values.
        """
        with self._transaction() as cursor:
            cursor.execute("UPDATE runs SET process = '', checkpoint = ? WHERE id = ?", (checkpoint_name, run_id))
            self._summarize(cursor, run_id, {"state": state, **summary})

    def forget_old_checkpoints(self, keep: int) -> list[str]:
        """Remove all checkpoints of ended runs from the log, except those of the newest `keep`; returns their files."""
        of_ended = "FROM runs WHERE state != 'running' AND checkpoint != '' ORDER BY id DESC LIMIT -1 OFFSET ?"
        with self._transaction() as cursor:
            found = cursor.execute(f"SELECT id, checkpoint {of_ended}", (keep,)).fetchall()
            cursor.executemany("UPDATE runs SET checkpoint = '' WHERE id = ?", [(run,) for run, _ in found])
        return [name for _, name in found if isinstance(name, str) and CHECKPOINT_NAME.fullmatch(name)]

    def forget_checkpoint(self, run_id: int) -> None:
        """Remove the checkpoint of a run from the log."""
        self._change(run_id, "checkpoint", "")

    def set_rates(self, run_id: int, rates: Rates) -> None:
        """Set the changes of the learning rate so far: (step, rate) of each, without the rate of the first step."""
        self._change(run_id, "rates", json.dumps(rates))

    def update(self, run_id: int, **summary: float | str | None) -> None:
        """Change figures of a run in any state; summary: columns of SUMMARY with their values."""
        with self._transaction() as cursor:
            self._summarize(cursor, run_id, summary)

    def set_confusion(self, run_id: int, part: str, confusion: NDArray[np.int64]) -> None:
        """Set the confusion matrix (classes, classes) of a run. part: the part of the data, "test" or "validation"."""
        self._change(run_id, EVALUATION_COLUMN, json.dumps({"on": part, "confusion": confusion.tolist()}))

    def rename(self, run_id: int, name: str) -> None:
        """Rename a run."""
        self._change(run_id, "name", _stored(name))

    def annotate(self, run_id: int, note: str) -> None:
        """Replace the note on a run."""
        self._change(run_id, "note", _stored(note))

    def delete(self, runs: Sequence[int]) -> None:
        """Mark runs as deleted: they are no longer listed; `restore` undoes this."""
        self._mark(runs, _now())

    def restore(self, runs: Sequence[int]) -> None:
        """List deleted runs again."""
        self._mark(runs, None)

    # ------------------------------------------------------------------ read

    def runs(self, deleted: bool = False) -> list[LoggedRun]:
        """All runs, the newest first; or the deleted ones."""
        return self._listed(f"deleted IS {'NOT ' if deleted else ''}NULL")

    def unfinished(self) -> list[LoggedRun]:
        """The runs that have not ended, the newest first: their process trains them, or was killed."""
        return self._listed("deleted IS NULL AND state = 'running'")

    def run(self, number: int) -> LoggedRun:
        """The run with this number, even if it is deleted; raises RunLogError if the log has no such run."""
        if self._column(number, "id") is None:
            raise RunLogError(f"{self.path}: there is no run {number}.")
        found = self._listed("id = ?", number)
        if not found:
            raise RunLogError(f"{self.path}: run {number} cannot be read.")
        return found[0]

    def has(self, run_id: int, started: str) -> bool:
        """Whether the log has a run with this number that was started at this time."""
        return bool(self._column(run_id, "started") == started)

    def checkpoints(self) -> set[object]:
        """The names of all checkpoints in the log, including those of deleted and unreadable runs."""
        with self._translated_errors():
            return {name for (name,) in self._connection.execute("SELECT checkpoint FROM runs")}

    def epochs(self, run_id: int) -> list[EpochFigures]:
        """The figures of a run's epochs, in their order."""
        with self._translated_errors():
            query = "SELECT epoch, figures FROM epochs WHERE run = ? ORDER BY epoch LIMIT ?"
            stored = self._connection.execute(query, (run_id, 2 * MAX_ROWS)).fetchall()
        rows = [epoch_from_row(*each) for each in stored]
        readable = [row for row in rows if row is not None]
        if len(readable) < len(rows):
            count = len(rows) - len(readable)
            epochs = counted_text(count, "epoch")
            self._report_error(f"{self.path}: {epochs} of run {run_id} cannot be read; the others are complete.")
        return readable

    def curve(self, run_id: int) -> NDArray[np.float32]:
        """Step, loss and accuracy (3, n) of steps of a run, n at most MAX_CURVE_POINTS; (3, 0) if they are damaged."""
        stored = self._column(run_id, "curve")
        curve = curve_from_bytes(stored)
        if stored and not (isinstance(stored, bytes) and len(stored) == 12 * curve.shape[1]):
            self._report_error(f"{self.path}: the curve of run {run_id} is damaged.")
        return curve

    def last_evaluation(self, run_id: int) -> LastEvaluation | None:
        """The last evaluation of a run; None if there is none, or if it is damaged."""
        stored = self._column(run_id, EVALUATION_COLUMN)
        evaluation = evaluation_from_text(stored)
        if stored and evaluation is None:
            self._report_error(f"{self.path}: the confusion matrix of run {run_id} cannot be read.")
        return evaluation

    # --------------------------------------------------------------- private

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

    def _column(self, run_id: int, name: str) -> Any:
        """The value of one column of a run; None if the log has no such run."""
        with self._translated_errors():
            row = self._connection.execute(f"SELECT {name} FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else None

    def _translated_errors(self) -> AbstractContextManager[None]:
        return translated_errors(self.path)

    def _listed(self, condition: str, *values: object) -> list[LoggedRun]:
        """The runs that match `condition`, the newest first; those that cannot be read are reported."""
        query = f"SELECT {', '.join(LOGGED_COLUMNS)} FROM runs WHERE {condition} ORDER BY id DESC"
        with self._translated_errors():
            rows = self._connection.execute(query, values).fetchall()
        runs = [run_from_row(row) for row in rows]
        unreadable = [str(row[ID_COLUMN]) for row, run in zip(rows, runs, strict=True) if run is None]
        if unreadable:
            numbers = ", ".join(unreadable[:MAX_NUMBERS]) + (" …" if len(unreadable) > MAX_NUMBERS else "")
            which = f"run {numbers} cannot" if len(unreadable) == 1 else f"{len(unreadable):,} runs ({numbers}) cannot"
            self._report_error(
                f"{self.path}: {which} be read, because of damage or a newer Digit Lab; the other runs are complete."
            )
        return [run for run in runs if run is not None]

    def _summarize(self, cursor: sqlite3.Cursor, run_id: int, values: dict[str, Any]) -> None:
        unknown = values.keys() - {*SUMMARY, "curve", "state"}
        if unknown:
            raise TypeError(f"a run has no {', '.join(sorted(unknown))}")
        settings = ", ".join(f"{name} = ?" for name in values)
        stored = map(_stored, values.values())
        cursor.execute(f"UPDATE runs SET {settings}, {UPDATED_COLUMN} = ? WHERE id = ?", (*stored, _now(), run_id))

    def _thin(self, cursor: sqlite3.Cursor, run_id: int) -> None:
        count, last = cursor.execute("SELECT count(*), max(epoch) FROM epochs WHERE run = ?", (run_id,)).fetchone()
        # Doubles the distance of the rows until they are few enough; the same rows stay when more epochs follow.
        every = 1
        while count > MAX_ROWS:
            every *= 2
            cursor.execute("DELETE FROM epochs WHERE run = ? AND epoch % ? != 0 AND epoch != ?", (run_id, every, last))
            count = cursor.execute("SELECT count(*) FROM epochs WHERE run = ?", (run_id,)).fetchone()[0]

    def _change(self, run_id: int, column: str, value: str) -> None:
        with self._transaction() as cursor:
            cursor.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (value, run_id))

    def _mark(self, runs: Sequence[int], when: str | None) -> None:
        with self._transaction() as cursor:
            cursor.executemany("UPDATE runs SET deleted = ? WHERE id = ?", [(when, run) for run in runs])


def downsampled(curve: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most MAX_CURVE_POINTS columns of a curve (3, n): evenly spaced, with the first and the last."""
    n = curve.shape[1]
    if n <= MAX_CURVE_POINTS:
        return curve
    return curve[:, np.linspace(0, n - 1, MAX_CURVE_POINTS).round().astype(np.intp)]


def _packed(curve: NDArray[np.float32]) -> bytes:
    return downsampled(curve).astype("<f4").tobytes()


def _stored(value: Any) -> Any:
    """Return a value as the log can store and read it.

    A text has at most MAX_CHARACTERS. Python has half surrogate pairs for the bytes of a file name that it cannot
    decode: the bytes are decoded as UTF-8, and become "�" if they are not UTF-8. A number that is not finite, or larger
    than float32 allows, becomes None.
    """
    if isinstance(value, str):
        try:
            content = value[:MAX_CHARACTERS].encode(errors="surrogateescape")
        except UnicodeEncodeError:  # half a pair that is not such a byte
            content = value[:MAX_CHARACTERS].encode(errors="replace")
        return content.decode(errors="replace")
    return None if isinstance(value, float) and not abs(value) <= MAX_FIGURE else value


def _now() -> str:
    return datetime.now().isoformat(timespec="milliseconds")
