"""Random variations of pen strokes before they are drawn, like the same digit written again by the same person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.preprocessing.ink import Ink

TURN = 0.08
SLANT = 0.15
STRETCH = 0.13
"""Standard deviations of the rotation in radians, of the slant (dx / dy), and of the logarithm of width / height."""

WAVES, WAVE_SIZE = 4, 0.022
"""Number of the waves whose sum bends a digit, and their amplitude relative to the digit's size."""

STROKE_SHIFT = 0.025
"""Standard deviation of each stroke's shift relative to the others, divided by the digit's size."""

TREMOR, TREMBLING = 0.012, 0.3
LOST_ENDS = 0.08
"""Amplitude of the tremor relative to the digit's size; probability of a tremor in a digit; probability that a stroke
loses an end."""


def vary_strokes(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return a random variation of ink: rotated, slanted, stretched and bent, with its strokes shifted.

    Some variations have a tremor, and some strokes lose an end. The middle of the result is at 0 and its larger side is
    about 1; a dot stays a dot. Unlike a distortion of the image, it does not change the thickness of lines.
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
    """Return a random 2x2 matrix: a slant and a stretch that keeps the area, then a rotation."""
    turn, slant, stretch = rng.normal(0, (TURN, SLANT, STRETCH))
    cosine, sine = np.cos(turn), np.sin(turn)
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    affine: NDArray[np.float64] = rotation @ np.array([[np.exp(stretch / 2), slant], [0, np.exp(-stretch / 2)]])
    return affine


def _shortened(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the stroke, sometimes without up to a ninth of its points at one end."""
    if rng.random() >= LOST_ENDS or len(stroke) <= 12:
        return stroke
    lost = int(rng.integers(1, max(2, len(stroke) // 9)))
    return stroke[lost:] if rng.random() < 0.5 else stroke[:-lost]
