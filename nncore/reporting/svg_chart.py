"""A line chart as SVG text for an HTML page: no script, no other file, colours from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 10, 36
MOST_MARKERS = 40
MARKER_MARGIN = 4
"""Extra pixels at the right for the marker of the last point."""

COLOURS = DASHES = 6
"""Number of colours and of dash patterns in the style sheet: the classes c0, c1 ... and d0, d1 ... ."""


@dataclass(frozen=True, eq=False)
class Line:
    """A line through x, y (n,), without points that are not finite. look: the number of its colour and dash pattern."""

    name: str
    x: NDArray[np.floating]
    y: NDArray[np.floating]
    look: int = 0
    faint: bool = False
    marked: bool = False


def chart(lines: Sequence[Line], x_name: str, y_name: str, top: float | None = None, bottom: float = 0.0) -> str:
    """Return the chart as an <svg> element; x from 0 to the largest, y from `bottom` to `top` or the largest."""
    lines = [_finite(line) for line in lines]
    right = max((float(line.x.max()) for line in lines if len(line.x)), default=1.0) or 1.0
    highest = max((float(line.y.max()) for line in lines if len(line.y)), default=1.0) if top is None else top
    plot = _Plot(right, bottom, highest if highest > bottom else bottom + 1.0)
    drawn = "".join(plot.line(line) for line in sorted(lines, key=lambda line: not line.faint))
    frame = (
        f'<svg x="{LEFT}" y="{TOP}" width="{plot.width + MARKER_MARGIN}" height="{plot.height}"'
        f' overflow="hidden">{drawn}</svg>'
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y_name)} over the '
        f'{escape(x_name)}">{plot.axes(x_name, y_name)}{frame}</svg>'
    )


def legend(lines: Sequence[Line]) -> str:
    """Return the legend as HTML: a sample of each line and its name."""
    entries = "".join(
        f'<li><svg class="key" viewBox="0 0 28 10">{_stroke(line, "M0 5H28")}'
        + (f'<circle class="c{line.look % COLOURS}" cx="14" cy="5" r="3"/>' if line.marked else "")
        + f"</svg>{escape(line.name)}</li>"
        for line in lines
    )
    return f'<ul class="legend">{entries}</ul>'


T = TypeVar("T", float, NDArray[np.floating])


@dataclass(frozen=True)
class _Plot:
    """The rectangle within the axes, from (0, bottom) to (right, top) of the data."""

    right: float
    bottom: float
    top: float
    width: int = WIDTH - LEFT - RIGHT
    height: int = HEIGHT - TOP - BOTTOM

    def _height_of(self, y: T) -> T:
        return self.height * (self.top - y) / (self.top - self.bottom)

    def line(self, line: Line) -> str:
        x, y = self.width * line.x / self.right, self._height_of(line.y)
        if not len(x):
            return ""
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
        few = slice(None, None, 1 + len(x) // MOST_MARKERS)
        marks = [
            f'<circle class="c{line.look % COLOURS}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>'
            for a, b in zip(x[few], y[few], strict=True)
            if line.marked or len(x) == 1
        ]
        return _stroke(line, path) + "".join(marks)

    def axes(self, x_name: str, y_name: str) -> str:
        parts = []
        for value in (self.bottom + tick for tick in ticks(self.top - self.bottom)):
            y = TOP + self._height_of(value)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        for value in ticks(self.right):
            x = LEFT + self.width * value / self.right
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value:g}</text>')
        middle = TOP + self.height / 2
        turned = f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>'
        under = f'<text x="{LEFT + self.width / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x_name)}</text>'
        return "".join(parts) + turned + under


def ticks(largest: float, about: int = 6) -> list[float]:
    """Return about `about` round numbers from 0 to `largest` > 0, at distances of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(largest / about))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power * about >= largest * (1 - 1e-9))
    return [round(number * step, 12) for number in range(int(largest / step * (1 + 1e-9)) + 1)]


def _finite(line: Line) -> Line:
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    good = np.isfinite(x) & np.isfinite(y)
    return Line(line.name, x[good], y[good], line.look, line.faint, line.marked)


def _stroke(line: Line, path: str) -> str:
    faint = " faint" if line.faint else ""
    return f'<path class="line c{line.look % COLOURS} d{line.look % DASHES}{faint}" d="{path}"/>'
