"""Ink is found on paper of any colour, and its darkness is measured."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.bitmap import to_grey
from nncore.preprocessing.bitmap.paper import ink_level


def page(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> NDArray[np.uint8]:
    pixels = np.empty((60, 80, 3), np.uint8)
    pixels[:] = paper
    pixels[20:40, 30:34] = ink
    return pixels


def test_a_grey_image_keeps_its_values() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (40, 50), np.uint8)
    np.testing.assert_array_equal(to_grey(np.repeat(grey[..., None], 3, axis=2)), grey)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        ((255, 255, 255), (250, 230, 20)),
        ((255, 255, 255), (30, 60, 200)),
        ((20, 20, 30), (220, 30, 30)),
        ((250, 240, 120), (240, 90, 110)),
    ],
)
def test_ink_of_any_colour_stands_out(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> None:
    grey = to_grey(page(paper, ink)).astype(int)
    largest = max(abs(a - b) for a, b in zip(paper, ink, strict=True))
    assert abs(grey[30, 31] - grey[0, 0]) > 0.5 * largest


@pytest.mark.parametrize("bad", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5, 3))])
def test_an_image_without_three_colours_is_rejected(bad: NDArray[np.uint8]) -> None:
    with pytest.raises(DataError, match="expected uint8, height, width and 3 colours"):
        to_grey(bad)


@pytest.mark.parametrize("level", [0.4, 0.8, 1.0])
def test_the_level_of_ink_is_its_darkness_and_that_of_an_empty_page_is_zero(level: float) -> None:
    darkness = np.zeros((60, 80), np.float32)
    assert ink_level(darkness) == 0.0
    darkness[20:40, 30:34] = level
    assert ink_level(darkness) == pytest.approx(level, abs=1e-6)


def test_ink_one_grey_value_darker_than_grey_paper_is_found() -> None:
    darkness = np.full((60, 80), 0.5, np.float32)  # grey value 127
    darkness[20:40, 30:34] = 128.5 / 255
    assert ink_level(darkness) == pytest.approx(128 / 255)
