"""Strokes become thicker or thinner by the given amount, in each image independently."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.preprocessing.augmentation.stroke_thickness import ThicknessChanger


def changed(images: NDArray[np.uint8], thickness: list[float]) -> NDArray[np.uint8]:
    n, height, width = images.shape
    framed = np.zeros((n, height + 1, width + 1), np.uint8)
    framed[:, 1:, 1:] = images
    ThicknessChanger(framed).apply(np.array(thickness, np.float32))
    assert not framed[:, 0].any()
    assert not framed[:, :, 0].any()
    return framed[:, 1:, 1:]


def poles(count: int) -> NDArray[np.uint8]:
    """Upright strokes, 4 pixels wide, from the top to the bottom of 12 x 12 images."""
    images = np.zeros((count, 12, 12), np.uint8)
    images[:, :, 4:8] = 255
    return images


@pytest.mark.parametrize("thickness", [-2.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0])
def test_a_stroke_changes_its_width_by_the_thickness(thickness: float) -> None:
    width = changed(poles(1), [thickness])[0].sum(axis=1) / 255
    np.testing.assert_allclose(width, 4 + thickness, atol=0.02)


def test_a_thickness_of_two_adds_the_four_neighbours() -> None:
    image = np.zeros((1, 5, 5), np.uint8)
    image[0, 2, 2] = 200
    cross = np.zeros((5, 5), np.uint8)
    cross[2, 1:4] = cross[1:4, 2] = 200
    np.testing.assert_array_equal(changed(image, [2.0])[0], cross)
    np.testing.assert_array_equal(changed(changed(image, [2.0]), [-2.0]), image)


def test_each_image_changes_independently() -> None:
    thickness = [2.0, -2.0, 0.0, 1.0, -1.0, 2.0]
    together = changed(poles(6), thickness)
    for image, amount in zip(together, thickness, strict=True):
        np.testing.assert_array_equal(image, changed(poles(1), [amount])[0])


def test_images_without_a_given_thickness_do_not_change() -> None:
    framed = np.zeros((3, 13, 13), np.uint8)
    framed[:, 1:, 1:] = poles(3)
    ThicknessChanger(framed).apply(np.array([2.0], np.float32))
    np.testing.assert_array_equal(framed[1:, 1:, 1:], poles(2))


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_ink_only_grows_or_only_fades_and_never_wraps_around(thickness: list[float], seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (len(thickness), 7, 5), dtype=np.uint8)
    for before, after, amount in zip(images, changed(images, thickness), thickness, strict=True):
        assert np.all(after >= before) if amount >= 0 else np.all(after <= before)
