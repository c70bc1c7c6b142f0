"""The axes of the charts: ticks at round numbers and at the end of the data, linear or logarithmic."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtGui import QFontMetrics

from app.tabs.train.charts.scale.ticks import label_of_tick, linear_ticks, log_ticks, position

GAPS_BETWEEN_LABELS = {"bottom": 5.0, "left": 2.0}
"""Least distance of two ticks, as a multiple of the height of the labels."""


class ScaleAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis whose ticks are computed here, because pyqtgraph labels neither the last tick nor few decades well.

    Attributes:
        logarithmic: positions are the log10 of values.
        unit: the value of one unit of the labels.
        whole: only whole numbers are labelled.
        end: the value at the end of the data, which is always labelled.
    """

    def __init__(self, side: str, text: Callable[[float], str] = label_of_tick) -> None:
        super().__init__(side)
        self._side, self._text = side, text
        self.setStyle(textFillLimits=[(0, 10.0)])  # all labels: there are never more ticks than fit
        self.logarithmic = False
        self.unit, self.whole = 1.0, False
        self.end: float | None = None
        self.most: int | None = None
        """The largest number of ticks; None for as many as fit."""

    def set_scale_of_values(
        self, *, logarithmic: bool, end: float | None, unit: float = 1.0, whole: bool = False
    ) -> None:
        """Set how positions are labelled; redraws only if something changed."""
        if (logarithmic, end, unit, whole) != (self.logarithmic, self.end, self.unit, self.whole):
            self.logarithmic = logarithmic
            self.end = end
            self.unit = unit
            self.whole = whole
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """The positions of all ticks, as one level; size: pixels."""
        height = QFontMetrics(self.style["tickFont"] or self.font()).height()
        most = max(1, int(size / (GAPS_BETWEEN_LABELS[self._side] * height)))
        if self.most is not None:
            most = min(most, self.most)
        low, high = sorted((minVal, maxVal))
        end = None if self.end is None else self.end / self.unit
        if self.logarithmic:
            values = log_ticks(10**low / self.unit, 10**high / self.unit, most, end)
        else:
            values = linear_ticks(low / self.unit, high / self.unit, most, end, whole=self.whole)
            if self._side == "bottom" or low <= 0:  # the margin below 0 is no part of the axis
                values = [value for value in values if value >= -1e-12]
        return [(1.0, [position(value * self.unit, logarithmic=self.logarithmic) for value in values])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels of ticks at these positions."""
        return [self.text_at(value) for value in values]

    def text_at(self, place: float) -> str:
        """The label of a tick at a position."""
        return self._text((10**place if self.logarithmic else place) / self.unit)
