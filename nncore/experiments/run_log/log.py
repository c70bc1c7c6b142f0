"""All runs in one SQLite file: settings, data, curves and result of each run.

A run is written while it is trained, each epoch in its own transaction: a process that is killed loses only the
current epoch. SQLite's write-ahead log lets one connection write while others read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.experiments.run_log.connection import LogConnection
from nncore.experiments.run_log.errors import DamagedRunLogError, NewerRunLogError, RunLogError
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
from nncore.experiments.run_log.schema import EVALUATION_COLUMN, UPDATED_COLUMN, VERSION
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


ID_COLUMN = LOGGED_COLUMNS.index("id")

MAX_NUMBERS = 5
"""Largest number of unreadable runs that a message names."""


class RunLog(LogConnection):
    """The runs in the log. Every method raises RunLogError.

    A damaged row is left out, and reported in a sentence; it does not affect other rows.
    """

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

    def continue_run(self, run_id: int, process: str, epochs: int, steps: int) -> None:
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
        """Remove all checkpoints of ended runs from the log, except the newest `keep`; returns their files."""
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

    def _column(self, run_id: int, name: str) -> Any:
        """The value of one column of a run; None if the log has no such run."""
        with self._translated_errors():
            row = self._connection.execute(f"SELECT {name} FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else None

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
