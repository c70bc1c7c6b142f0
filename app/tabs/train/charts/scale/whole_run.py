"""The range of the axes that shows a whole run."""

from __future__ import annotations

from dataclasses import dataclass

from app.tabs.train.charts.scale.ticks import position


@dataclass(frozen=True)
class WholeRun:
    """The range that shows a whole run: epochs from 0 to `last`, values from `bottom` to `top`.

    Attributes:
        first: the first step in epochs, where a logarithmic axis begins.
        lowest: the lowest value above 0, where a logarithmic axis of values begins.
    """

    last: float = 1.0
    top: float = 1.0
    bottom: float = 0.0
    first: float = 1.0
    lowest: float = 0.1

    @property
    def is_in_steps(self) -> bool:
        """Whether the axis is labelled with steps: within the first epoch."""
        return self.last <= 1 and self.first < 1

    def ends(self, *, log_x: bool, log_y: bool) -> tuple[float, float, float, float]:
        """The positions of the left, right, lower and upper end."""
        left = position(self.first, logarithmic=True) if log_x else 0.0
        right = position(max(self.last, 2 * self.first), logarithmic=True) if log_x else self.last
        if not log_y:
            return left, right, self.bottom, self.top
        lowest = min(self.lowest, self.top / 2)
        return left, right, position(lowest, logarithmic=True), position(self.top, logarithmic=True)
