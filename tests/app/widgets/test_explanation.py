"""The description of an occlusion map names its strongest region."""

from __future__ import annotations

import numpy as np
import pytest

from app.widgets.explanation import describe_occlusion, strongest_region


def spot(*places: tuple[int, int], height: float = 0.5) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    occlusion = np.zeros((28, 28), np.float32)
    for row, column in places:
        occlusion[row, column] = height
    return occlusion


@pytest.mark.parametrize(
    ("places", "region"),
    [
        ([(5, 5)], "top left"),
        ([(13, 13)], "middle"),
        ([(22, 13)], "bottom"),
        ([(13, 22)], "right"),
        ([(5, 22), (22, 5)], "top right and the bottom left"),
    ],
)
def test_the_strongest_region_is_named(places: list[tuple[int, int]], region: str) -> None:
    assert strongest_region(spot(*places)) == region


def test_the_description_names_the_region_or_says_that_no_region_decides() -> None:
    assert "because of the top left" in describe_occlusion(spot((5, 5)), "a 2")
    nothing = "Read as an 8, but no single part decides it"
    assert describe_occlusion(spot((5, 5), height=0.001), "an 8").startswith(nothing)
    assert describe_occlusion(spot((5, 5), height=-0.5), "an 8").startswith(nothing)
