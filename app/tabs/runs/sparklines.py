"""The sparklines in the table of runs: read in the background when a run becomes visible, and painted in its cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.background.task_queue import TaskQueue
from app.storage.run_store import RunStore
from app.style.theme import GAP, colours_of, line_width
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.experiments.run_log.sparkline import sparkline

Index = QModelIndex | QPersistentModelIndex
Line = NDArray[np.float64]

DOT_RADIUS = 2.5
MAX_SPARKLINES = 2000
"""Largest number of lines that are kept, 1 MB."""


class Sparklines(QObject):
    """The lines of the runs, (n,) from 0 to 1; `loaded` is emitted when `line` knows more."""

    loaded = Signal()

    def __init__(self, store: RunStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, TaskQueue(self)
        self._lines: dict[int, tuple[int, Line]] = {}
        self._wanted: dict[int, int] = {}

    def line(self, run_id: int, epochs: int) -> Line | None:
        """The line of a run with this number of epochs. If it is not known, it is read; until then the last known one.

        None if there is none yet.
        """
        known_epochs, line = self._lines.get(run_id, (-1, None))
        if known_epochs != epochs and self._wanted.get(run_id) != epochs:
            self._wanted[run_id] = epochs
            self._read_wanted()
        return line

    def _read_wanted(self) -> None:
        if self._wanted and not self._tasks.has("lines"):
            wanted = dict(self._wanted)
            self._tasks.add("lines", partial(self._read, wanted), self._keep, self._give_up)

    def _read(self, wanted: dict[int, int]) -> dict[int, tuple[int, Line]]:
        rows = self._store.epochs(list(wanted))
        return {run: (epochs, sparkline(each)) for (run, epochs), each in zip(wanted.items(), rows, strict=True)}

    def _keep(self, lines: dict[int, tuple[int, Line]]) -> None:
        if len(self._lines) > MAX_SPARKLINES:
            self._lines.clear()
        self._lines.update(lines)
        self._wanted = {run: epochs for run, epochs in self._wanted.items() if self._lines.get(run, (-1,))[0] != epochs}
        self._read_wanted()  # what was wanted since the thread started
        self.loaded.emit()

    def _give_up(self, problem: str) -> None:
        """Read the lines again when they are painted next; the tab reports why the log cannot be read."""
        self._wanted.clear()

    def finish(self) -> bool:
        """Wait for the thread; False if that takes too long."""
        self._tasks.discard("lines")
        return self._tasks.finish()


class SparklineDelegate(QStyledItemDelegate):
    """Paints the line of a run; a dot marks the last epoch."""

    def __init__(self, lines: Sparklines, view: QWidget, run_at: Callable[[Index], LoggedRun]) -> None:
        """run_at: returns the run of an index of the view."""
        super().__init__(view)
        self._lines = lines
        self._view = view
        self._run_at = run_at

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave out the text, which is for screen readers and the search."""
        super().initStyleOption(option, index)
        option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the background of the cell, and the line."""
        super().paint(painter, option, index)
        run = self._run_at(index)
        line = self._lines.line(run.id, run.epochs) if run.epochs else None
        if line is None or not len(line):
            return
        room = QRectF(option.rect).adjusted(GAP, GAP / 2, -GAP, -GAP / 2)
        step = room.width() / max(1, len(line) - 1)
        points = [
            QPointF(room.left() + n * step, room.bottom() - value * room.height()) for n, value in enumerate(line)
        ]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(colours_of(self._view).validation)
        painter.setPen(QPen(colour, 1.5 * line_width()))
        painter.drawPolyline(points)
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(points[-1], DOT_RADIUS, DOT_RADIUS)
        painter.restore()
