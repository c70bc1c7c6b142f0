"""Digits written with few strokes, and what is measured in their images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.preprocessing.ink import (
    SIDE,
    Ink,
)

Points = Sequence[tuple[float, float]]


def arc(x: float, y: float, rx: float, ry: float, start: float, stop: float) -> list[tuple[float, float]]:
    angles = np.deg2rad(np.linspace(start, stop, 24))
    return [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles]


DIGITS: dict[int, list[Points]] = {
    0: [arc(5, 10, 5, 10, -90, 270)],
    1: [[(5, 0), (4, 20)]],
    2: [[*arc(6, 5, 5, 5, -170, 30), (1, 20), (12, 20)]],
    3: [[*arc(5, 5, 5, 5, -150, 80), *arc(5, 15, 6, 5, -80, 150)]],
    4: [[(7, 0), (0, 13), (12, 13)], [(9, 6), (9, 20)]],
    5: [[(10, 0), (2, 0), (1, 9), *arc(5, 14, 6, 6, -100, 150)]],
    6: [[(9, 0), (3, 8), *arc(5, 14, 5, 6, -160, 200)]],
    7: [[(0, 0), (11, 0), (4, 20)]],
    8: [arc(5, 5, 4.5, 5, 90, 450) + arc(5, 15, 5, 5, -90, 270)],
    9: [[*arc(5, 5, 5, 5, 0, 360), (9, 20)]],
}


def ink_of(strokes: Sequence[Points | NDArray[np.float64]]) -> Ink:
    return Ink(tuple(np.asarray(stroke, np.float32) for stroke in strokes))


def resampled(ink: Ink, between: int) -> Ink:
    """Return the same lines with `between` additional points on each segment."""
    strokes = []
    for stroke in ink.strokes:
        old = np.arange(len(stroke))
        new = np.linspace(0, len(stroke) - 1, (len(stroke) - 1) * (between + 1) + 1)
        strokes.append(np.stack([np.interp(new, old, stroke[:, axis]) for axis in (0, 1)], axis=1))
    return ink_of(strokes)


def centre_of_ink(image: NDArray[np.uint8]) -> tuple[float, float]:
    """x and y in frame units."""
    middles = np.arange(SIDE) + 0.5
    grey = image.astype(float)
    return float(grey.sum(axis=0) @ middles / grey.sum()), float(grey.sum(axis=1) @ middles / grey.sum())


digits = pytest.mark.parametrize("digit", DIGITS)
