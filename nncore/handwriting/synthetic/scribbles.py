"""Scribbles, dots and lines, made by formulas rather than from glyphs.

Each function returns random strokes about 1 high, for `WriterStyle.to_ink`.
"""

from __future__ import annotations

from math import cos, pi, sin, tau

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nncore.handwriting.synthetic.writer_style import StrokePoints

POINTS_PER_TURN = 16
"""Number of points per turn of a round scribble."""


def zigzag(rng: Generator) -> list[StrokePoints]:
    """Return a zigzag of at least five lines."""
    turns = int(rng.integers(6, 16))
    x = np.linspace(0, rng.uniform(0.8, 2.5), turns)
    y = np.where(np.arange(turns) % 2, 1.0, 0.0) + rng.normal(0, 0.12, turns)
    return [_turned(np.column_stack([x + rng.normal(0, 0.02, turns), y]), rng)]


def back_and_forth(rng: Generator) -> list[StrokePoints]:
    """Return shading: many lines back and forth over nearly the same place."""
    count = int(rng.integers(7, 22))
    side = np.where(np.arange(count) % 2, 1.0, 0.0)
    x = side + rng.normal(0, 0.1, count)
    y = np.linspace(0, rng.uniform(0.4, 0.9), count) + rng.normal(0, 0.05, count)
    return [_turned(np.column_stack([x, y]), rng)]


def spiral(rng: Generator) -> list[StrokePoints]:
    """Return a spiral of at least two and a half turns, inwards or outwards."""
    turns = rng.uniform(2.5, 7)
    angle = np.linspace(0, turns * tau, int(turns * POINTS_PER_TURN))
    radius = 0.5 * np.linspace(rng.uniform(0.02, 0.2), 1, len(angle))
    points = _ring(angle * rng.choice([-1.0, 1.0]) + rng.uniform(0, tau), radius, rng)
    return [points[::-1] if rng.random() < 0.5 else points]


def rings(rng: Generator) -> list[StrokePoints]:
    """Return repeated rings around one place that differ a little."""
    turns = rng.uniform(3.5, 9)
    angle = np.linspace(0, turns * tau, int(turns * POINTS_PER_TURN))
    centre = np.cumsum(rng.normal(0, 0.03, (len(angle), 2)), axis=0)
    return [_ring(angle * rng.choice([-1.0, 1.0]), 0.3 + 0.2 * _drift(len(angle), rng), rng) + centre]


def coil(rng: Generator) -> list[StrokePoints]:
    """Return a row of loops, like a telephone cord."""
    turns = int(rng.integers(4, 10))
    angle = np.linspace(0, turns * tau, turns * POINTS_PER_TURN)
    points = 0.5 * np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(0.6, 1.2, 2)
    points[:, 0] += angle / angle[-1] * rng.uniform(0.9, 1.8)
    return [_turned(points, rng)]


def wandering(rng: Generator) -> list[StrokePoints]:
    """Return a random walk that is five to eight times as long as its larger side."""
    steps = np.arange(1, 1500)
    # The direction changes at random, with a constant bias that bends the whole walk.
    heading = np.cumsum(rng.normal(0, rng.uniform(0.35, 0.6), len(steps))) + rng.normal(0, 0.08) * steps
    points = np.cumsum([np.cos(heading), np.sin(heading)], axis=1)
    extent = (np.maximum.accumulate(points, axis=1) - np.minimum.accumulate(points, axis=1)).max(axis=0) + 2
    ratio = steps / extent  # (1499,), the length of the walk so far relative to the larger side of its box
    is_long = ratio > rng.uniform(5, 8)
    end = int(is_long.argmax() if is_long.any() else ratio.argmax())
    return [points.T[: end + 1] / extent[end]]


def jagged(rng: Generator) -> list[StrokePoints]:
    """Return straight lines between random points."""
    return [rng.random((int(rng.integers(10, 22)), 2))]


def knot(rng: Generator) -> list[StrokePoints]:
    """Return a Lissajous curve with too many loops for an 8."""
    a, b = ((3, 4), (4, 3), (3, 5), (5, 3), (4, 5), (5, 4))[int(rng.integers(6))]
    t = np.linspace(0, tau, 4 * POINTS_PER_TURN)
    phase = (int(rng.integers(4)) + rng.uniform(0.4, 0.6)) * pi / (2 * b)  # not where the curve retraces itself
    return [0.5 * np.column_stack([np.sin(a * t + phase), np.sin(b * t)])]


def hatching(rng: Generator) -> list[StrokePoints]:
    """Return parallel lines, often crossed by others."""
    angle, strokes = rng.uniform(0, pi), []
    for direction in (angle, angle + rng.uniform(1.0, 2.0))[: int(rng.integers(1, 3))]:
        strokes += _parallel(int(rng.integers(4, 8)), direction, rng)
    return strokes


def cloud(rng: Generator) -> list[StrokePoints]:
    """Return a closed line with bulges all around."""
    bulges = int(rng.integers(5, 10))
    angle = np.linspace(0, tau, bulges * 10)
    # |sin| has one arch per bulge, with a sharp notch between two of them.
    radius = 0.35 + 0.2 * np.abs(np.sin(angle * bulges / 2)) + 0.03 * _drift(len(angle), rng)
    return [_ring(angle, radius, rng)]


def wave(rng: Generator) -> list[StrokePoints]:
    """Return one or two horizontal waves with at least two crests."""
    length = rng.uniform(2, 5)
    x = np.linspace(0, length, int(length * POINTS_PER_TURN))
    y = rng.uniform(0.1, 0.35) * np.sin(x * tau + rng.uniform(0, tau))
    line = np.column_stack([x * rng.uniform(0.4, 0.8), y])
    return [line, line + np.array([0.0, rng.uniform(0.4, 0.7)])] if rng.random() < 0.3 else [line]


def point(rng: Generator) -> list[StrokePoints]:
    """Return one point, where the pen touched down."""
    return [rng.random((1, 2))]


def dots(rng: Generator) -> list[StrokePoints]:
    """Return two to eight dots."""
    places = rng.random((int(rng.integers(2, 9)), 1, 2))
    return [place + rng.normal(0, 0.005, (int(rng.integers(1, 5)), 2)) for place in places]


def line(rng: Generator) -> list[StrokePoints]:
    """Return a line that is too flat for a 1."""
    return [_segment(_flat(rng), 1.0)]


def parallel_lines(rng: Generator) -> list[StrokePoints]:
    """Return two to five lines side by side or one above the other."""
    count = int(rng.integers(2, 6))
    direction = _flat(rng) if rng.random() < 0.6 else pi / 2 + rng.normal(0, 0.2)
    return _parallel(count, direction, rng)


def fan(rng: Generator) -> list[StrokePoints]:
    """Return four or more lines from or through one point."""
    count, through = int(rng.integers(4, 8)), rng.random() < 0.5
    angles = rng.uniform(0, pi) + np.linspace(0, pi if through else tau, count, endpoint=False) + rng.normal(0, 0.1)
    strokes = [_segment(angle + rng.normal(0, 0.1), rng.uniform(0.7, 1)) for angle in angles.tolist()]
    return strokes if through else [stroke[len(stroke) // 2 :] for stroke in strokes]


def _flat(rng: Generator) -> float:
    """Return a direction at most 35 degrees (0.6 radians) from the horizontal."""
    return float(rng.uniform(-0.6, 0.6))


def _segment(direction: float, length: float) -> StrokePoints:
    """Return a straight line through (0, 0)."""
    return np.outer(np.linspace(-length / 2, length / 2, 9), [cos(direction), sin(direction)])


def _parallel(count: int, direction: float, rng: Generator) -> list[StrokePoints]:
    """Return parallel lines in a direction."""
    across = np.array([-sin(direction), cos(direction)])
    # Many lines fill about the height of a digit; few lines stay close together.
    places = np.linspace(-0.5, 0.5, count) * rng.uniform(0.5, 1.1) * min(1.0, 0.3 * count)
    return [
        _segment(direction + rng.normal(0, 0.05), rng.uniform(0.8, 1.1)) + across * place + rng.normal(0, 0.03, 2)
        for place in places.tolist()
    ]


def _ring(angle: NDArray[np.float64], radius: NDArray[np.float64], rng: Generator) -> StrokePoints:
    """Convert polar coordinates to x and y, scaled a little in each direction."""
    points: StrokePoints = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return np.multiply(points, rng.uniform(0.6, 1.1, 2))


def _turned(stroke: StrokePoints, rng: Generator) -> StrokePoints:
    """Return the stroke rotated at random, with a larger side of 1."""
    angle = rng.uniform(0, tau)
    turned: StrokePoints = stroke @ np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    turned /= max(np.ptp(turned, axis=0).max(), 1e-6)
    return turned


def _drift(count: int, rng: Generator) -> NDArray[np.float64]:
    """Return `count` slowly changing random numbers from -1 to 1."""
    # Random values at every twelfth point, with straight lines between them.
    nodes = max(2, count // 12)
    drift: NDArray[np.float64] = np.interp(
        np.linspace(0, nodes - 1, count), np.arange(nodes), rng.uniform(-1, 1, nodes)
    )
    return drift
