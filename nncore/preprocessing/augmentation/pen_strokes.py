"""Ink varied as strokes, before it is drawn: as the same hand would write the same digit another time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.preprocessing.ink import Ink

TURN = 0.08
SLANT = 0.15
STRETCH = 0.13
"""Standard deviations of a turn in radians, of a slant in widths a height, and of the logarithm of width / height."""

WAVES, WAVE_SIZE = 4, 0.022
"""A digit is bent by the sum of so many waves, of this size in shares of the digit's."""

STROKE_SHIFT = 0.025
"""How far a stroke lies from where it should, beside the others, in shares of the digit's size."""

TREMOR, TREMBLING = 0.012, 0.3
LOST_ENDS = 0.08
"""Size of a tremor, in shares of the digit's size; the share of digits that have one; of strokes that lost an end."""


def varied(ink: Ink, rng: np.random.Generator) -> Ink:
    """The same writing in another shape: turned, slanted, stretched and bent, its strokes moved.

    Now and then it trembles, or a stroke has lost an end. Its middle is at 0, its larger side about 1; a dot stays one.
    Unlike distorting the picture, it leaves the line as thick as it was.
    """
    if ink.is_blank:
        return ink
    points = np.concatenate(ink.strokes).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = low / 2 + high / 2, float((high - low).max()) or 1.0
    affine = _affine(rng)
    directions, phases = rng.normal(0, 3, (WAVES, 2)), rng.uniform(0, 2 * np.pi, WAVES)
    waves = rng.normal(0, WAVE_SIZE, (WAVES, 2))
    tremor = TREMOR if rng.random() < TREMBLING else 0.0
    strokes = []
    for stroke in ink.strokes:
        moved = _shortened((stroke - middle) / size, rng) @ affine.T
        moved += np.sin(moved @ directions.T + phases) @ waves
        if len(ink.strokes) > 1:
            moved += rng.normal(0, STROKE_SHIFT, 2)
        if tremor:
            moved += rng.normal(0, tremor, moved.shape)
        strokes.append(moved.astype(np.float32))
    return Ink(tuple(strokes))


def _affine(rng: np.random.Generator) -> NDArray[np.float64]:
    """A turn, after a slant and a stretch that keeps the area."""
    turn, slant, stretch = rng.normal(0, (TURN, SLANT, STRETCH))
    cosine, sine = np.cos(turn), np.sin(turn)
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    affine: NDArray[np.float64] = rotation @ np.array([[np.exp(stretch / 2), slant], [0, np.exp(-stretch / 2)]])
    return affine


def _shortened(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """The stroke, now and then without up to a ninth of its points at one end."""
    if rng.random() >= LOST_ENDS or len(stroke) <= 12:
        return stroke
    lost = int(rng.integers(1, max(2, len(stroke) // 9)))
    return stroke[lost:] if rng.random() < 0.5 else stroke[:-lost]
