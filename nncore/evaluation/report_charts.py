"""The charts of an evaluation as SVG for an HTML page: no script, no other file, colours from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nncore.evaluation.metrics import ReliabilityBin
from nncore.evaluation.robustness import RobustnessPoint
from nncore.reporting.number_text import decimal_text, percent_range_text, percent_text

CHART_WIDTH = 320
"""Width of a chart in pixels."""

CHART_HEIGHT = 220
"""Height of a chart in pixels."""
PLOT_LEFT = 44
"""The left edge of the plot within the chart, in pixels from the left."""

PLOT_RIGHT = 302
"""The right edge of the plot, in pixels from the left."""

PLOT_TOP = 12
"""The top edge of the plot, in pixels from the top."""

PLOT_BOTTOM = 176
"""The bottom edge of the plot, in pixels from the top."""


def reliability_chart(bins: Sequence[ReliabilityBin]) -> str:
    """Return bars of accuracy over confidence, and the diagonal of perfect calibration."""
    bars = "".join(
        f'<rect class="bar" x="{_x(b.low) + 1:.1f}" y="{_y(b.accuracy):.1f}" width="{_x(b.high) - _x(b.low) - 2:.1f}"'
        f' height="{PLOT_BOTTOM - _y(b.accuracy):.1f}"><title>{b.count:,} answers with confidence'
        f" {percent_range_text(b.low, b.high, 0)}: {percent_text(b.accuracy, 1)} correct</title></rect>"
        for b in bins
    )
    diagonal = f'<line class="aim" x1="{PLOT_LEFT}" y1="{PLOT_BOTTOM}" x2="{PLOT_RIGHT}" y2="{PLOT_TOP}"/>'
    ticks = [(fraction, percent_text(fraction, 0)) for fraction in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return _chart("Reliability diagram: correct answers by confidence", "confidence", ticks, bars + diagonal)


def robustness_chart(points: Sequence[RobustnessPoint]) -> str:
    """Return the accuracy over the strength of one distortion. points: of this distortion, lowest strength first."""
    distortion = points[0].distortion
    low, high = points[0].strength, max(points[-1].strength, points[0].strength + 1e-9)
    places = [((p.strength - low) / (high - low), p) for p in points]
    line = " ".join(f"{_x(fraction):.1f},{_y(p.accuracy):.1f}" for fraction, p in places)
    dots = "".join(
        f'<circle class="dot" cx="{_x(fraction):.1f}" cy="{_y(p.accuracy):.1f}" r="3">'
        f"<title>{decimal_text(p.strength, 6)}: {percent_text(p.accuracy, 1)}</title></circle>"
        for fraction, p in places
    )
    ticks = [(fraction, decimal_text(p.strength, 6)) for fraction, p in places]
    return _chart(distortion.name, distortion.unit, ticks, f'<polyline class="line" points="{line}"/>{dots}')


def _chart(name: str, unit: str, ticks: Sequence[tuple[float, str]], inside: str) -> str:
    """Return the axes, the grid and the labels around `inside`."""
    across = "".join(
        f'<text x="{_x(fraction):.1f}" y="{PLOT_BOTTOM + 16}" text-anchor="middle">{escape(text)}</text>'
        for fraction, text in ticks
    )
    up = "".join(
        f'<line class="grid" x1="{PLOT_LEFT}" y1="{_y(fraction):.1f}" x2="{PLOT_RIGHT}" y2="{_y(fraction):.1f}"/>'
        f'<text x="{PLOT_LEFT - 6}" y="{_y(fraction) + 4:.1f}" text-anchor="end">{percent_text(fraction, 0)}</text>'
        for fraction in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    middle = (PLOT_LEFT + PLOT_RIGHT) / 2
    return (
        f'<figure><figcaption>{escape(name)}</figcaption><svg viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT}" role="img"'
        f' aria-label="{escape(name)}">{up}{across}{inside}'
        f'<text x="{middle}" y="{CHART_HEIGHT - 8}" text-anchor="middle">{escape(unit)}</text></svg></figure>'
    )


def _x(fraction: float) -> float:
    return PLOT_LEFT + fraction * (PLOT_RIGHT - PLOT_LEFT)


def _y(fraction: float) -> float:
    return PLOT_BOTTOM - fraction * (PLOT_BOTTOM - PLOT_TOP)
