"""A variation of strokes differs each time, stays readable, and keeps the number of strokes."""

from __future__ import annotations

import numpy as np

from nncore.preprocessing.augmentation.pen_strokes import vary_strokes
from nncore.preprocessing.ink import Ink, rasterize

SEVEN = Ink(
    (np.array([[10, 10], [60, 10], [40, 50], [30, 100]], np.float32), np.array([[25, 50], [50, 50]], np.float32))
)


def test_every_variation_gives_another_image_with_the_same_number_of_strokes() -> None:
    rng = np.random.default_rng(0)
    variations = [vary_strokes(SEVEN, rng) for _ in range(20)]
    assert all(len(variation.strokes) == 2 for variation in variations)
    assert len({rasterize(variation).tobytes() for variation in variations}) == 20


def test_a_variation_depends_on_the_generator_but_not_on_size_and_position() -> None:
    moved = Ink(tuple(1000 * stroke + 77 for stroke in SEVEN.strokes))
    near, far = (vary_strokes(ink, np.random.default_rng(5)) for ink in (SEVEN, moved))
    for one, other in zip(near.strokes, far.strokes, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_variation_is_similar_to_the_original() -> None:
    rng = np.random.default_rng(1)
    original = rasterize(SEVEN).astype(float).ravel()
    alike = [np.corrcoef(original, rasterize(vary_strokes(SEVEN, rng)).ravel())[0, 1] for _ in range(200)]
    assert np.mean(alike) > 0.4
    assert np.median(alike) < 0.95


def test_a_dot_stays_a_dot_and_blank_ink_stays_blank() -> None:
    dot = Ink((np.array([[5, 5]], np.float32),))
    rng = np.random.default_rng(2)
    assert all(len(vary_strokes(dot, rng).strokes[0]) == 1 for _ in range(50))
    assert vary_strokes(Ink(()), rng).is_blank


def test_a_long_stroke_sometimes_loses_an_end() -> None:
    line = Ink((np.linspace((0, 0), (1, 9), 90).astype(np.float32),))
    rng = np.random.default_rng(3)
    lengths = [len(vary_strokes(line, rng).strokes[0]) for _ in range(400)]
    assert 10 < sum(length < 90 for length in lengths) < 70
    assert min(lengths) >= 81
