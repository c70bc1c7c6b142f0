"""A hand: what all that one person writes has in common, and how it turns shapes into ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sin, tau

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nncore.handwriting.synthetic.shape import Shape
from nncore.preprocessing.ink import Ink

Stroke = NDArray[np.float64]
"""(points, 2): x to the right, y down; digits are about 1 high."""

TABLET = 500.0
"""Units each way of the surface that is written on."""


@dataclass(frozen=True)
class Hand:
    """How one person writes; lengths in heights of a digit.

    slant: x that goes with 1 of y upwards. turn: radians, clockwise. width: a factor. roundness: 0 keeps corners, 1
    makes curves of them. wobble: how far control points stray. bend: how far the whole is bent. gap: how far strokes
    miss each other. tremor: of every point. spacing: between two points. slowing: how much slower the pen is where it
    turns. hook: how often a stroke begins or ends with one. size: units of the tablet. whole_units: points are rounded.
    """

    slant: float
    turn: float
    width: float
    roundness: float
    wobble: float
    bend: float
    gap: float
    tremor: float
    spacing: float
    slowing: float
    hook: float
    size: float
    whole_units: bool

    @classmethod
    def drawn(cls, rng: Generator) -> Hand:
        """Some hand."""
        slant, turn, width, spacing, size = rng.standard_normal(5).tolist()
        roundness, wobble, bend, gap, tremor, slowing, hook, whole = rng.random(8).tolist()
        return cls(
            slant=0.17 + 0.22 * slant,
            turn=0.05 * turn,
            width=exp(0.02 + 0.15 * width),
            roundness=0.9 * roundness**2,
            wobble=0.01 + 0.028 * wobble,
            bend=0.02 + 0.05 * bend,
            gap=0.01 + 0.035 * gap,
            tremor=0.012 * tremor**3,
            spacing=0.06 * exp(0.55 * spacing),
            slowing=0.25 * slowing,
            hook=0.2 * hook**2,
            size=min(450.0, 150 * exp(0.5 * size)),
            whole_units=whole < 0.6,
        )

    def write(self, shape: Shape, rng: Generator) -> Ink:
        """The ink of a shape, a little different each time."""
        return self.trace(self.sketch(shape, rng), rng)

    def sketch(self, shape: Shape, rng: Generator) -> list[Stroke]:
        """The strokes of a shape as this hand's control points make them, before they are bent, slanted and sampled."""
        strays = rng.normal(0, self.wobble, shape.control.shape)
        control = shape.control + strays
        if len(shape.lengths) > 1:
            control += rng.normal(0, self.gap, (len(shape.lengths), 2))[shape.stroke_of]
        points = shape.sharp @ control * (1 - self.roundness) + shape.smooth @ control * self.roundness
        return split(points, shape.lengths)

    def trace(self, strokes: Sequence[Stroke], rng: Generator) -> Ink:
        """The ink of strokes that are about 1 high: bent, slanted, and sampled along the pen's way.

        Strokes of one point stay points.
        """
        points = self._bent(np.concatenate(strokes), rng)
        size = self.size * exp(0.08 * rng.standard_normal())
        low, high = points.min(axis=0), points.max(axis=0)
        room = np.maximum(TABLET - (high - low) * size, 0.1 * TABLET)
        origin = rng.random(2) * room - low * size
        sampled = (self._sampled(stroke, rng) for stroke in split(points, [len(stroke) for stroke in strokes]))
        inked = [stroke * size + origin for stroke in sampled]
        return Ink(tuple(np.rint(stroke) for stroke in inked) if self.whole_units else tuple(inked))

    def _bent(self, points: Stroke, rng: Generator) -> Stroke:
        """The points bent by slow waves, then slanted, turned and stretched."""
        across, along = rng.normal(0, self.bend, (2, 2))
        phase = rng.random(2) * tau
        slant, turn, width, bulge = rng.standard_normal(4).tolist()
        waves = np.sin(points * 3.5 + phase)  # of x, and of y
        bent = points + across * waves[:, ::-1] + along / 2 * waves
        bent[:, 1] += 0.03 * bulge * np.sin(tau * points[:, 1])  # a larger head, or a larger foot
        slant = self.slant + 0.06 * slant
        turn = self.turn + 0.05 * turn
        width = self.width * exp(0.08 * width)
        c, s = 1 - turn * turn / 2, sin(turn)
        rotate = np.array([[c, s], [-s, c]])
        placed: Stroke = bent @ (np.array([[width, 0], [-slant, 1]]) @ rotate)
        return placed

    def _sampled(self, stroke: Stroke, rng: Generator) -> Stroke:
        """Points along a stroke as a pen gives them: in equal times, slower where it turns, with a tremor."""
        if len(stroke) == 1:
            return stroke
        ways = stroke[1:] - stroke[:-1]
        times = np.sqrt(np.einsum("ij,ij->i", ways, ways)) + 1e-9
        if self.slowing > 0:
            x, y = (ways / times[:, None]).T
            turns = np.abs(x[1:] * y[:-1] - y[1:] * x[:-1]) * self.slowing
            times[1:] += turns * np.minimum(times[1:], 0.2)
        clock = np.zeros(len(stroke))
        np.cumsum(times, out=clock[1:])
        luck = rng.random(4).tolist()
        start, end = self._ends(clock[-1], luck)
        count = max(2, round((end - start) / self.spacing) + 1)
        ticks = start + np.arange(count) * ((end - start) / (count - 1))
        points = np.empty((count, 2))
        points[:, 0], points[:, 1] = np.interp(ticks, clock, stroke[:, 0]), np.interp(ticks, clock, stroke[:, 1])
        if luck[2] < self.hook:
            points = np.concatenate([points[:1] + rng.normal(0, 0.04, 2), points])
        if luck[3] < self.hook:
            points = np.concatenate([points, points[-1:] + rng.normal(0, 0.04, 2)])
        return points + rng.normal(0, self.tremor, points.shape)

    def _ends(self, whole: float, luck: list[float]) -> tuple[float, float]:
        """From where to where of a stroke the tablet noticed: rarely it lost a little at an end."""
        lost = 0.12 * whole
        return (lost * luck[1] if luck[0] < 0.03 else 0.0), (whole - lost * luck[1] if luck[0] > 0.97 else whole)


def split(points: Stroke, lengths: Sequence[int]) -> list[Stroke]:
    """The strokes that lie one after the other in `points`."""
    ends = np.cumsum(lengths).tolist()
    return [points[end - length : end] for end, length in zip(ends, lengths, strict=True)]
