"""Random variations of pen strokes before they are drawn, like the same digit written again by the same person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.preprocessing.ink import Ink

ROTATION_DEVIATION = 0.08
SLANT_DEVIATION = 0.15
STRETCH_DEVIATION = 0.13
"""Standard deviations of the rotation in radians, of the slant (dx / dy), and of the logarithm of width / height."""

WAVE_COUNT = 4
"""Number of the waves whose sum bends a digit."""

WAVE_AMPLITUDE = 0.022
"""Amplitude of these waves, divided by the digit's size."""

STROKE_SHIFT_DEVIATION = 0.025
"""Standard deviation of each stroke's shift relative to the others, divided by the digit's size."""

TREMOR_AMPLITUDE = 0.012
"""Amplitude of a tremor, divided by the digit's size."""

TREMOR_PROBABILITY = 0.3
"""Probability of a tremor in a digit."""

LOST_END_PROBABILITY = 0.08
"""Probability that a stroke loses an end."""


def vary_strokes(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return a random variation of ink: rotated, slanted, stretched and bent, with its strokes shifted.

    Some variations have a tremor, and some strokes lose an end. The middle of the result is at 0 and its larger side is
    about 1; a dot stays a dot. Unlike a distortion of the image, it does not change the thickness of lines.
    """
    if ink.is_blank:
        return ink
    points = np.concatenate(ink.strokes).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    # A dot has the size 0: it is divided by 1 instead.
    middle, size = low / 2 + high / 2, float((high - low).max()) or 1.0
    affine = _affine(rng)
    # A sum of sine waves over the plane: neighbouring points move alike, so lines bend and do not break.
    directions, phases = rng.normal(0, 3, (WAVE_COUNT, 2)), rng.uniform(0, 2 * np.pi, WAVE_COUNT)
    waves = rng.normal(0, WAVE_AMPLITUDE, (WAVE_COUNT, 2))
    tremor = TREMOR_AMPLITUDE if rng.random() < TREMOR_PROBABILITY else 0.0
    strokes = []
    for stroke in ink.strokes:
        moved = _shortened((stroke - middle) / size, rng) @ affine.T
        moved += np.sin(moved @ directions.T + phases) @ waves
        if len(ink.strokes) > 1:
            moved += rng.normal(0, STROKE_SHIFT_DEVIATION, 2)
        if tremor:
            moved += rng.normal(0, tremor, moved.shape)
        strokes.append(moved.astype(np.float32))
    return Ink(tuple(strokes))


def _affine(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a random 2x2 matrix: a slant and a stretch that keeps the area, then a rotation."""
    rotation_angle, slant, stretch = rng.normal(0, (ROTATION_DEVIATION, SLANT_DEVIATION, STRETCH_DEVIATION))
    cosine, sine = np.cos(rotation_angle), np.sin(rotation_angle)
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    # Width times exp(s / 2) and height times exp(-s / 2): the area, which is the determinant, stays the same.
    affine: NDArray[np.float64] = rotation @ np.array([[np.exp(stretch / 2), slant], [0, np.exp(-stretch / 2)]])
    return affine


def _shortened(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the stroke, sometimes without up to a ninth of its points at one end."""
    if rng.random() >= LOST_END_PROBABILITY or len(stroke) <= 12:
        return stroke
    lost = int(rng.integers(1, max(2, len(stroke) // 9)))
    return stroke[lost:] if rng.random() < 0.5 else stroke[:-lost]
