"""Sampling between pixels equals bilinear interpolation, with paper outside the image."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.preprocessing.augmentation.bilinear import SUBPIXELS, BilinearSampler

HEIGHT, WIDTH = 6, 9


def sampled(images: NDArray[np.uint8], positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Ink at positions (2, n, height, width), in pixels of the image."""
    n = len(images)
    sampler = BilinearSampler(n, HEIGHT, WIDTH)
    sampler.framed[:, 1:, 1:] = images
    out = np.empty((n, HEIGHT * WIDTH), np.float32)
    sampler.sample(((positions + 1) * SUBPIXELS).reshape(2, n, -1), out)
    return out.reshape(images.shape)


def reference_interpolation(images: NDArray[np.uint8], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bilinear interpolation pixel by pixel, paper outside."""
    padded = np.pad(images / 255, ((0, 0), (1, 2), (1, 2)))
    result = np.empty(images.shape)
    for i, row, column in np.ndindex(images.shape):
        y = np.clip(positions[0, i, row, column], -1, HEIGHT) + 1
        x = np.clip(positions[1, i, row, column], -1, WIDTH) + 1
        top, left = int(y), int(x)
        down, across = y - top, x - left
        corners = padded[i, top : top + 2, left : left + 2]
        result[i, row, column] = np.array([1 - down, down]) @ corners @ np.array([1 - across, across])
    return result


def noise(n: int = 5) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (n, HEIGHT, WIDTH), dtype=np.uint8)


@pytest.mark.parametrize("margin", [0, 3, 1000])
def test_sampling_equals_bilinear_interpolation(margin: int) -> None:
    steps = np.random.default_rng(1).integers(
        -margin * SUBPIXELS,
        (np.array([HEIGHT, WIDTH]) + margin)[:, None, None, None] * SUBPIXELS,
        (2, 5, HEIGHT, WIDTH),
    )
    positions = steps / SUBPIXELS
    np.testing.assert_allclose(sampled(noise(), positions), reference_interpolation(noise(), positions), atol=1e-6)


def test_whole_positions_give_the_image_back_to_the_bit() -> None:
    here = np.broadcast_to(np.mgrid[:HEIGHT, :WIDTH][:, None], (2, 5, HEIGHT, WIDTH)).astype(np.float64)
    np.testing.assert_array_equal(sampled(noise(), here), noise() * np.float32(1 / 255))


@pytest.mark.parametrize("row", [-1.0, HEIGHT, -50.0, 50.0])
def test_outside_an_image_there_is_paper_even_beside_images_full_of_ink(row: float) -> None:
    ink = np.full((3, HEIGHT, WIDTH), 255, np.uint8)
    positions = np.zeros((2, 3, HEIGHT, WIDTH))
    positions[0] = row
    assert not sampled(ink, positions).any()
    assert not sampled(ink, positions[::-1] * WIDTH / HEIGHT).any()


def test_full_ink_is_exactly_one() -> None:
    ink = np.full((1, HEIGHT, WIDTH), 255, np.uint8)
    inside = np.random.default_rng(0).uniform(0, HEIGHT - 1, (2, 1, HEIGHT, WIDTH))
    assert set(sampled(ink, inside).ravel().tolist()) == {1.0}


def test_fewer_images_than_the_workspace_holds_can_be_sampled() -> None:
    sampler = BilinearSampler(4, HEIGHT, WIDTH)
    sampler.framed[:, 1:, 1:] = noise(4)
    here = (np.mgrid[1 : HEIGHT + 1, 1 : WIDTH + 1] * float(SUBPIXELS)).reshape(2, 1, -1)
    out = np.empty((2, HEIGHT * WIDTH))
    sampler.sample(np.repeat(here, 2, axis=1), out)
    np.testing.assert_allclose(out.reshape(2, HEIGHT, WIDTH), noise(4)[:2] / 255, rtol=1e-12)
