"""The runs of a sweep in one plot: accuracy or loss against a setting, time, or number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from app.style.theme import colours_of
from app.widgets.plot import Dots, Plot
from nncore.experiments.sweep import SweepResult
from nncore.experiments.sweep.grid import SWEPT
from nncore.reporting.number_text import duration_text, percent_text, rounded_text

TIME = "time"
"""The horizontal axis is the training time."""

PARAMETERS = "parameters"
"""The horizontal axis is the number of parameters."""
NO_RUNS_HINT = "Press Run to train and compare the runs."


class SweepPlot(Plot):
    """One dot per run; the best is a green star. Pointing at a dot shows its run."""

    def __init__(self, name: str = "Accuracy", parent: QWidget | None = None) -> None:
        super().__init__(name, NO_RUNS_HINT, parent)
        self.plot.setWhatsThis(
            "One dot for each run, at its result and at what is chosen above for the horizontal axis. The star is the "
            "best run. Pointing at a dot shows its settings."
        )
        self.best_in_words = ""
        self._results: list[SweepResult] = []
        self._against = TIME
        self._dots = Dots(size=9, hoverable=True, hoverSize=13, tip=self._describe_dot)
        self._best = Dots(size=14, symbol="star", hoverable=True, tip=self._describe_dot)
        self.plot.box.addItem(self._dots)
        self.plot.box.addItem(self._best)
        self.apply_colours()
        self.show_results([], TIME)

    def show_results(self, results: Sequence[SweepResult], against: str) -> None:
        """Show the finished runs by accuracy, or by loss for regression.

        against: a setting, TIME or PARAMETERS.
        """
        self._results = finished_runs(results)
        self._against = against
        x, ticks = self._x_positions(against)
        y = [measured_value(result) or 0.0 for result in self._results]
        self.best_in_words = ""
        if not y:
            self.set_axes((0, 1), (0, 1))
            self._dots.setData([], [])
            self._best.setData([], [])
            self.describe(NO_RUNS_HINT, is_empty=True)
            return
        by_loss = self._results[0].accuracy is None
        best = y.index(min(y) if by_loss else max(y))
        self.best_in_words = describe_result(self._results[best])
        others = [index for index in range(len(y)) if index != best]
        self._dots.setData([x[n] for n in others], [y[n] for n in others], data=[self._results[n] for n in others])
        self._best.setData([x[best]], [y[best]], data=[self._results[best]])
        x_label = {TIME: "training time (s)", PARAMETERS: "parameters"}.get(against) or SWEPT[against].label
        self.set_axes(_with_margin(x), _with_margin(y), x_label, "loss" if by_loss else "accuracy (%)")
        self.plot.axes["bottom"].setTicks(ticks)
        self.describe("; ".join(describe_result(result) for result in self._results), is_empty=False)

    def _x_positions(self, against: str) -> tuple[list[float], list[list[tuple[float, str]]] | None]:
        """The x position of each run, and the ticks; values of a setting are evenly spaced in order."""
        if against == TIME:
            return [result.seconds for result in self._results], None
        if against == PARAMETERS:
            return [float(result.job.spec.parameter_count) for result in self._results], None
        values = [dict(result.job.settings)[against] for result in self._results]
        order = ordered_values(values)
        ticks = [(float(place), SWEPT[against].in_words(value)) for place, value in enumerate(order)]
        return [float(order.index(value)) for value in values], [ticks]

    def _describe_dot(self, x: float, y: float, data: object) -> str:
        return describe_result(data) if isinstance(data, SweepResult) else ""

    def apply_colours(self) -> None:
        """Apply the theme's colours, including the colours of the dots."""
        super().apply_colours()
        colours = colours_of(self)
        self._dots.setPen(None)
        self._dots.setBrush(colours.training)
        self._best.setPen(None)
        self._best.setBrush(colours.winner)


def finished_runs(results: Sequence[SweepResult]) -> list[SweepResult]:
    """The runs that ended with a score."""
    return [result for result in results if result.state == "finished" and measured_value(result) is not None]


def ordered_values(values: Sequence[Any]) -> list[Any]:
    """The different values of a setting: numbers ascending, others in the order of the runs."""
    are_numbers = all(isinstance(value, int | float) for value in values)
    return sorted(set(values)) if are_numbers else list(dict.fromkeys(values))


def describe_result(result: SweepResult) -> str:
    """A run in one line: its score, its settings, its time."""
    reached = f"loss {rounded_text(result.loss)}" if result.accuracy is None else percent_text(result.accuracy)
    return f"{reached}: {result.job.name or 'the only run'}, {duration_text(result.seconds)}"


def measured_value(result: SweepResult) -> float | None:
    """The y value of a run: its accuracy in per cent, or its loss."""
    return result.loss if result.accuracy is None else 100 * result.accuracy


def _with_margin(values: Sequence[float]) -> tuple[float, float]:
    """The range of the values with a margin."""
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.5
    return low - room, high + room
