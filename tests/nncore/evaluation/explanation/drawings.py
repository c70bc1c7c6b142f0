"""Generated drawings of digits on a canvas, for the tests of explanations."""

from __future__ import annotations

from functools import cache

import numpy as np

from nncore.handwriting.synthetic import digits
from nncore.preprocessing.ink import Ink

SIDE_ON_CANVAS = 0.7


@cache
def drawings() -> tuple[Ink, ...]:
    """Return ten drawings in the middle of a canvas from 0 to 1."""
    return tuple(_on_canvas(ink) for ink in digits(10, np.random.default_rng(4)).inks)


def _on_canvas(ink: Ink) -> Ink:
    low, high = ink.points.min(axis=0), ink.points.max(axis=0)
    scale = np.float32(SIDE_ON_CANVAS / (high - low).max())
    return Ink(tuple((stroke - (low + high) / 2) * scale + np.float32(0.5) for stroke in ink.strokes))
