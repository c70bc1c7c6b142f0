"""The figures of a run, epoch by epoch, as a model file keeps them."""

from __future__ import annotations

from nncore.events import EpochDone

MOST_ROWS = 1000

FIGURES = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "seconds")


class History:
    """One row an epoch; of a run with more than MOST_ROWS epochs every second, fourth ... row stays, and the last."""

    def __init__(self) -> None:
        self._rows: list[EpochDone] = []
        self._every = 1
        self._last: EpochDone | None = None

    def append(self, done: EpochDone) -> None:
        """Take in one more epoch."""
        self._last = done
        if done.epoch % self._every == 0:
            self._rows.append(done)
        if len(self._rows) > MOST_ROWS:
            self._every *= 2
            self._rows = [row for row in self._rows if row.epoch % self._every == 0]

    @property
    def epochs(self) -> int:
        """Whole epochs done."""
        return self._last.epoch if self._last else 0

    def rows(self) -> tuple[dict[str, float | None], ...]:
        """{figure: value} for each row, oldest first."""
        rows = self._rows
        if self._last is not None and (not rows or rows[-1] is not self._last):
            rows = [*rows, self._last]
        return tuple({figure: getattr(row, figure) for figure in FIGURES} for row in rows)
