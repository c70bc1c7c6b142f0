"""The runs of a sweep in parallel coordinates: one vertical axis for each setting, and one for the score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.dialogs.sweep.sweep_plot import NO_RUNS_HINT, describe_result, finished_runs, measured_value, ordered_values
from app.style.theme import SMALL_SCALE, colours_of, line_width, scaled
from app.widgets.plot import Plot
from nncore.experiments.sweep import SweepResult
from nncore.experiments.sweep.grid import SWEPT
from nncore.reporting.number_text import rounded_text

LINE_SHADES = 5
"""Number of opacities of the lines: the better a run, the stronger its line."""

MIN_OPACITY = 0.25


class SettingAxis(NamedTuple):
    """A setting that differs between runs: its values in their order on the axis, and the value of each run."""

    setting: str
    values: list[Any]
    run_values: list[Any]

    def place(self, value: Any) -> float:
        """The place of a value on the axis, 0 to 1."""
        return self.values.index(value) / max(1, len(self.values) - 1)


class ParallelPlot(Plot):
    """One line per run across all axes; the line of the best run is green and in front."""

    def __init__(self, name: str = "Accuracy", parent: QWidget | None = None) -> None:
        super().__init__(f"{name} and all settings", NO_RUNS_HINT, parent)
        self.plot.setWhatsThis(
            "One line for each run, through its value of each setting; the last axis is the result. A stronger colour "
            "is a better result."
        )
        self._score_name = name
        self.lines = [pg.PlotCurveItem(antialias=True) for _ in range(LINE_SHADES)]
        self.best_line = pg.PlotCurveItem(antialias=True)
        self.axis_lines = pg.PlotCurveItem(connect="pairs")
        self.labels: list[pg.TextItem] = []
        for item in (self.axis_lines, *self.lines, self.best_line):
            self.plot.box.addItem(item)
        self.apply_colours()
        self.show_results([])

    def show_results(self, results: Sequence[SweepResult]) -> None:
        """Show the finished runs; settings with one value in all runs have no axis."""
        runs = finished_runs(results)
        for label in self.labels:
            self.plot.box.removeItem(label)
        self.labels = []
        if not runs:
            for line in (*self.lines, self.best_line, self.axis_lines):
                line.setData([], [])
            self.set_axes((0, 1), (0, 1))
            self.describe(NO_RUNS_HINT, is_empty=True)
            return
        scores = np.array([measured_value(run) or 0.0 for run in runs])
        axes = _axes(runs)
        places = [np.array([axis.place(value) for value in axis.run_values]) for axis in axes]
        spread = float(np.ptp(scores)) or 1.0
        heights = np.column_stack([*places, (scores - scores.min()) / spread])
        self._draw_axes(axes, scores)
        self._draw_runs(heights, scores if runs[0].accuracy is not None else -scores)
        self.describe("; ".join(describe_result(run) for run in runs), is_empty=False)

    def _draw_axes(self, axes: Sequence[SettingAxis], scores: NDArray[np.float64]) -> None:
        count = len(axes) + 1
        self.axis_lines.setData(np.repeat(np.arange(count), 2), np.tile([0.0, 1.0], count))
        for number, axis in enumerate(axes):
            for value in axis.values:
                self._add_label(number, axis.place(value), SWEPT[axis.setting].in_words(value))
        for height, score in ((0.0, scores.min()), (1.0, scores.max())):
            self._add_label(count - 1, height, rounded_text(float(score)))
        self.set_axes((-0.4, count - 0.6), (-0.1, 1.1), " ", "")
        names = [(number, SWEPT[axis.setting].label) for number, axis in enumerate(axes)]
        self.plot.axes["bottom"].setTicks([[*names, (count - 1, self._score_name.lower())]])
        self.plot.show_grid(x=False, y=False)

    def _add_label(self, x: float, y: float, text: str) -> None:
        beyond_the_end = {0.0: (0.5, 0.0), 1.0: (0.5, 1.0)}  # below and above the axis, where no line runs
        label = pg.TextItem(text, anchor=beyond_the_end.get(y, (1.1, 0.5)))
        label.setPos(x, y)
        label.setZValue(10)
        self.labels.append(label)
        self.plot.box.addItem(label)
        self._colour_label(label)

    def _draw_runs(self, heights: NDArray[np.float64], goodness: NDArray[np.float64]) -> None:
        """Draw one line per run: heights (runs, axes), 0 to 1; goodness (runs,): the larger, the stronger the line."""
        x = np.arange(heights.shape[1])
        best = int(goodness.argmax())
        fractions = (goodness - goodness.min()) / (float(np.ptp(goodness)) or 1.0)
        shades = np.minimum((fractions * LINE_SHADES).astype(int), LINE_SHADES - 1)
        for shade, line in enumerate(self.lines):
            rows = np.flatnonzero((shades == shade) & (np.arange(len(shades)) != best))
            connected = np.ones((len(rows), len(x)), np.int32)
            connected[:, -1:] = 0  # no line from a run to the next one
            line.setData(np.tile(x, len(rows)), heights[rows].ravel(), connect=connected.ravel())
        self.best_line.setData(x, heights[best])

    def apply_colours(self) -> None:
        """Apply the theme's colours, including those of lines and labels."""
        super().apply_colours()
        colours = colours_of(self)
        for shade, line in enumerate(self.lines):
            colour = QColor(colours.training)
            colour.setAlphaF(MIN_OPACITY + (1 - MIN_OPACITY) * shade / (LINE_SHADES - 1))
            line.setPen(pg.mkPen(colour, width=1))
        self.best_line.setPen(pg.mkPen(colours.winner, width=line_width() + 1))
        self.axis_lines.setPen(pg.mkPen(colours.edge, width=1))
        for label in self.labels:
            self._colour_label(label)

    def _colour_label(self, label: pg.TextItem) -> None:
        colours = colours_of(self)
        label.setColor(colours.text)
        label.fill = pg.mkBrush(colours.surface)
        label.setFont(scaled(self.font(), SMALL_SCALE))


def _axes(runs: Sequence[SweepResult]) -> list[SettingAxis]:
    """An axis for each setting that differs between runs."""
    axes = []
    for name, _ in runs[0].job.settings:
        values = [dict(run.job.settings)[name] for run in runs]
        order = ordered_values(values)
        if len(order) > 1:
            axes.append(SettingAxis(name, order, values))
    return axes
