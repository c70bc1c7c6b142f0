"""The style of a synthetic writer, and how it turns glyphs into ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sin, tau

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nncore.handwriting.synthetic.glyph import Glyph
from nncore.preprocessing.ink import Ink

StrokePoints = NDArray[np.float64]
"""(points, 2): x to the right, y down; digits are about 1 high."""

TABLET_SIZE = 500.0
"""Height and width of the writing surface in units."""


@dataclass(frozen=True)
class WriterStyle:
    """The style of one writer; the unit of length is the height of a digit.

    Attributes:
        slant: dx per dy upwards.
        turn: rotation in radians, clockwise.
        width: a factor.
        roundness: from 0 for corners to 1 for curves instead.
        size: height of a digit in units of the tablet.
        whole_units: whether coordinates are rounded.

    Standard deviations: wobble, of control points; bend, of the waves that bend the whole digit; gap, of the position
    of each stroke; tremor, of each point. spacing: distance between points. slowing: how much slower the pen is in
    curves. hook: probability of a hook at an end of a stroke.
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
    def random(cls, rng: Generator) -> WriterStyle:
        """Return a random style."""
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

    def write(self, glyph: Glyph, rng: Generator) -> Ink:
        """Return the ink of a glyph, a little different each time."""
        return self.to_ink(self.sketch(glyph, rng), rng)

    def sketch(self, glyph: Glyph, rng: Generator) -> list[StrokePoints]:
        """Return the strokes of a glyph with moved control points, before they are bent, slanted and sampled."""
        control = glyph.control + rng.normal(0, self.wobble, glyph.control.shape)
        if len(glyph.lengths) > 1:
            control += rng.normal(0, self.gap, (len(glyph.lengths), 2))[glyph.stroke_of]
        # A weighted mean of two curves through the same control points, with and without corners: (p, c) @ (c, 2).
        points = glyph.sharp @ control * (1 - self.roundness) + glyph.smooth @ control * self.roundness
        return split_into_strokes(points, glyph.lengths)

    def to_ink(self, strokes: Sequence[StrokePoints], rng: Generator) -> Ink:
        """Convert strokes about 1 high to ink: bend, slant and place them on the tablet, and sample them like a pen.

        Strokes of one point stay points.
        """
        points = self._bent(np.concatenate(strokes), rng)
        size = self.size * exp(0.08 * rng.standard_normal())
        low, high = points.min(axis=0), points.max(axis=0)
        # The free space around the digit; a tenth of the tablet for large digits, which may extend beyond it.
        room = np.maximum(TABLET_SIZE - (high - low) * size, 0.1 * TABLET_SIZE)
        origin = rng.random(2) * room - low * size
        sampled = (
            self._sampled(stroke, rng) for stroke in split_into_strokes(points, [len(stroke) for stroke in strokes])
        )
        inked = [stroke * size + origin for stroke in sampled]
        return Ink(tuple(np.rint(stroke) for stroke in inked) if self.whole_units else tuple(inked))

    def _bent(self, points: StrokePoints, rng: Generator) -> StrokePoints:
        """Return the points bent by slow waves, then slanted, rotated and stretched."""
        across, along = rng.normal(0, self.bend, (2, 2))
        phase = rng.random(2) * tau
        slant, turn, width, bulge = rng.standard_normal(4).tolist()
        waves = np.sin(points * 3.5 + phase)  # (n, 2), of x and of y; 3.5 is about half a wave over the height
        bent = points + across * waves[:, ::-1] + along / 2 * waves
        bent[:, 1] += 0.03 * bulge * np.sin(tau * points[:, 1])  # makes the upper or the lower half larger
        slant = self.slant + 0.06 * slant
        turn = self.turn + 0.05 * turn
        width = self.width * exp(0.08 * width)
        c, s = 1 - turn * turn / 2, sin(turn)  # the cosine to second order, which is enough for small angles
        rotate = np.array([[c, s], [-s, c]])
        # Row vectors: first x' = width x - slant y (upwards is negative y), then the rotation.
        placed: StrokePoints = bent @ (np.array([[width, 0], [-slant, 1]]) @ rotate)
        return placed

    def _sampled(self, stroke: StrokePoints, rng: Generator) -> StrokePoints:
        """Return points along a stroke as a tablet records them: at equal times, denser in curves, with a tremor."""
        if len(stroke) == 1:
            return stroke
        steps = stroke[1:] - stroke[:-1]  # (n - 1, 2)
        # The time of a step is its length, since the pen has speed 1; 1e-9 avoids a division by zero below.
        times = np.sqrt(np.einsum("ij,ij->i", steps, steps)) + 1e-9  # (n - 1,)
        if self.slowing > 0:
            # The cross product of two successive unit vectors is the sine of the angle between them.
            x, y = (steps / times[:, None]).T
            turns = np.abs(x[1:] * y[:-1] - y[1:] * x[:-1]) * self.slowing
            times[1:] += turns * np.minimum(times[1:], 0.2)
        arrivals = np.zeros(len(stroke))
        np.cumsum(times, out=arrivals[1:])
        draws = rng.random(4).tolist()  # for the start, the end, and a hook at each of them
        start, end = self._ends(arrivals[-1], draws)
        # A tablet records points at equal times, so the points are dense where the pen is slow.
        count = max(2, round((end - start) / self.spacing) + 1)
        ticks = start + np.arange(count) * ((end - start) / (count - 1))
        points = np.empty((count, 2))
        points[:, 0], points[:, 1] = np.interp(ticks, arrivals, stroke[:, 0]), np.interp(ticks, arrivals, stroke[:, 1])
        if draws[2] < self.hook:
            points = np.concatenate([points[:1] + rng.normal(0, 0.04, 2), points])
        if draws[3] < self.hook:
            points = np.concatenate([points, points[-1:] + rng.normal(0, 0.04, 2)])
        return points + rng.normal(0, self.tremor, points.shape)

    def _ends(self, duration: float, draws: list[float]) -> tuple[float, float]:
        """Return the start and end of the recorded part of a stroke; in rare cases a little is lost at one end."""
        lost = 0.12 * duration
        return (lost * draws[1] if draws[0] < 0.03 else 0.0), (
            duration - lost * draws[1] if draws[0] > 0.97 else duration
        )


def split_into_strokes(points: StrokePoints, lengths: Sequence[int]) -> list[StrokePoints]:
    """Split `points` into consecutive strokes of these lengths."""
    ends = np.cumsum(lengths).tolist()
    return [points[end - length : end] for end, length in zip(ends, lengths, strict=True)]
