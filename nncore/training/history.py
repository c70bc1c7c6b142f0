"""The figures of each epoch of a run, as they are stored in a model file."""

from __future__ import annotations

from collections.abc import Sequence

from nncore.system.copying import DeepCopyable
from nncore.training.events import EpochDone

MAX_ROWS = 1000

EPOCH_FIGURES = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "seconds")

EpochFigures = dict[str, float | None]


class History(DeepCopyable):
    """One row per epoch. After more than MAX_ROWS epochs it keeps every second, fourth ... row, and the last one."""

    def __init__(self, rows: Sequence[EpochFigures] = ()) -> None:
        """rows: those of the run that this one continues."""
        self._stride = _epoch(rows[0]) if rows else 1
        self._rows = [row for row in rows if _epoch(row) % self._stride == 0]
        self._last: EpochFigures | None = rows[-1] if rows else None

    def append(self, done: EpochDone) -> None:
        """Add one more epoch."""
        self._last = {figure: getattr(done, figure) for figure in EPOCH_FIGURES}
        if done.epoch % self._stride == 0:
            self._rows.append(self._last)
        if len(self._rows) > MAX_ROWS:
            self._stride *= 2
            self._rows = [row for row in self._rows if _epoch(row) % self._stride == 0]

    @property
    def epochs(self) -> int:
        """Whole epochs done."""
        return _epoch(self._last) if self._last else 0

    def rows(self) -> tuple[EpochFigures, ...]:
        """{figure: value} for each row, oldest first."""
        rows = self._rows
        if self._last is not None and (not rows or rows[-1] is not self._last):
            rows = [*rows, self._last]
        return tuple(dict(row) for row in rows)


def _epoch(row: EpochFigures) -> int:
    return int(row["epoch"] or 0)
