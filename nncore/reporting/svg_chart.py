"""A line chart as SVG text for an HTML page: no script, no other file, colours from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from math import floor, log10
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.reporting.number_text import decimal_text

SVG_WIDTH = 760
"""Width of a chart in pixels."""

SVG_HEIGHT = 280
"""Height of a chart in pixels."""
LEFT = 56
"""The margin left of the plot in pixels, with room for the numbers of the axis."""

RIGHT = 12
"""The margin right of the plot in pixels."""

TOP = 10
"""The margin above the plot in pixels."""

BOTTOM = 36
"""The margin below the plot in pixels, with room for the numbers and the title of the axis."""

MAX_MARKERS = 40
"""About the largest number of markers per line; of a longer line, only every second, third ... point is marked."""

MARKER_MARGIN = 4
"""Extra pixels at the right, so that the marker of the last point is not cut off."""

COLOURS = DASHES = 6
"""Number of colours and of dash patterns in the style sheet: the classes c0, c1 ... and d0, d1 ... ."""


@dataclass(frozen=True, eq=False)
class ChartLine:
    """A line through the points x, y (n,); points that are not finite are left out.

    Attributes:
        style: number of its colour and its dash pattern.
        is_faint: whether it is thin and pale, behind the other lines.
        has_markers: whether its points are marked with circles.
    """

    name: str
    x: NDArray[np.floating]
    y: NDArray[np.floating]
    style: int = 0
    is_faint: bool = False
    has_markers: bool = False


def chart(lines: Sequence[ChartLine], x_name: str, y_name: str, top: float | None = None, bottom: float = 0.0) -> str:
    """Return the chart as an <svg> element. x goes from 0 to the largest x, y from `bottom` to `top`.

    top: None for the largest y. x_name, y_name: titles of the axes.
    """
    lines = [_finite(line) for line in lines]
    # "or 1.0", and the test of `highest` below, because an axis needs a length above 0, even if all values are equal.
    right = max((float(line.x.max()) for line in lines if len(line.x)), default=1.0) or 1.0
    highest = max((float(line.y.max()) for line in lines if len(line.y)), default=1.0) if top is None else top
    plot = _Plot(right, bottom, highest if highest > bottom else bottom + 1.0)
    drawn = "".join(plot.line(line) for line in sorted(lines, key=lambda line: not line.is_faint))
    # The inner <svg> cuts off lines that leave the plot.
    frame = (
        f'<svg x="{LEFT}" y="{TOP}" width="{plot.width + MARKER_MARGIN}" height="{plot.height}"'
        f' overflow="hidden">{drawn}</svg>'
    )
    return (
        f'<svg class="chart" viewBox="0 0 {SVG_WIDTH} {SVG_HEIGHT}" role="img" aria-label="{escape(y_name)} over the '
        f'{escape(x_name)}">{plot.axes(x_name, y_name)}{frame}</svg>'
    )


def legend(lines: Sequence[ChartLine]) -> str:
    """Return the legend of the lines as an HTML list: a short piece of each line, and its name."""
    entries = "".join(
        f'<li><svg class="key" viewBox="0 0 28 10">{_stroke(line, "M0 5H28")}'
        + (f'<circle class="c{line.style % COLOURS}" cx="14" cy="5" r="3"/>' if line.has_markers else "")
        + f"</svg>{escape(line.name)}</li>"
        for line in lines
    )
    return f'<ul class="legend">{entries}</ul>'


T = TypeVar("T", float, NDArray[np.floating])


@dataclass(frozen=True)
class _Plot:
    """The rectangle within the axes, which shows the data from (0, bottom) to (right, top).

    width, height: its size in pixels.
    """

    right: float
    bottom: float
    top: float
    width: int = SVG_WIDTH - LEFT - RIGHT
    height: int = SVG_HEIGHT - TOP - BOTTOM

    def _pixels_from_top(self, y: T) -> T:
        # In SVG y points downwards.
        return self.height * (self.top - y) / (self.top - self.bottom)

    def line(self, line: ChartLine) -> str:
        """Return a line and its markers."""
        x, y = self.width * line.x / self.right, self._pixels_from_top(line.y)
        if not len(x):
            return ""
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
        step = 1 + len(x) // MAX_MARKERS
        markers = [
            f'<circle class="c{line.style % COLOURS}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>'
            for a, b in zip(x[::step], y[::step], strict=True)
            if line.has_markers or len(x) == 1  # a path of a single point is invisible
        ]
        return _stroke(line, path) + "".join(markers)

    def axes(self, x_name: str, y_name: str) -> str:
        """Return the grid lines, the numbers at the axes, and the titles of the axes."""
        parts = []
        for value in (self.bottom + tick for tick in ticks(self.top - self.bottom)):
            y = TOP + self._pixels_from_top(value)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{SVG_WIDTH - RIGHT}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{decimal_text(value, 6)}</text>')
        for value in ticks(self.right):
            x = LEFT + self.width * value / self.right
            parts.append(
                f'<text x="{x:.1f}" y="{SVG_HEIGHT - BOTTOM + 16}" text-anchor="middle">{decimal_text(value, 6)}</text>'
            )
        middle = TOP + self.height / 2
        y_title = f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>'
        x_title = f'<text x="{LEFT + self.width / 2}" y="{SVG_HEIGHT - 4}" text-anchor="middle">{escape(x_name)}</text>'
        return "".join(parts) + y_title + x_title


def ticks(maximum: float, intervals: int = 6) -> list[float]:
    """Return round numbers from 0 to `maximum` > 0, at distances of 1, 2 or 5 times a power of ten.

    intervals: the largest number of distances between them.
    """
    # The largest power of ten that is at most the ideal distance, then the first multiple that is at least as large.
    power = 10.0 ** floor(log10(maximum / intervals))
    # The tolerance of 1e-9 accepts a step that is too small only by rounding, and keeps a last tick at the maximum.
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power * intervals >= maximum * (1 - 1e-9))
    return [round(index * step, 12) for index in range(int(maximum / step * (1 + 1e-9)) + 1)]


def _finite(line: ChartLine) -> ChartLine:
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    finite = np.isfinite(x) & np.isfinite(y)
    return replace(line, x=x[finite], y=y[finite])


def _stroke(line: ChartLine, path: str) -> str:
    faint = " faint" if line.is_faint else ""
    return f'<path class="line c{line.style % COLOURS} d{line.style % DASHES}{faint}" d="{path}"/>'
