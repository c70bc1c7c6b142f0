"""The occlusion map is highest where hidden ink lowers the probability most."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.occlusion import PATCH_SIZE, occlusion_map
from nncore.model.network import Network, NetworkSpec


def one_pixel_network(row: int, column: int, digit: int) -> Network:
    """A network that predicts `digit` if one pixel has ink; otherwise all digits have the same probability."""
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.value("1.W")[28 * row + column, digit] = 5
    return network


def cross() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    image = np.zeros((28, 28), np.uint8)
    image[14, 4:24] = image[4:24, 14] = 255
    return image


def test_the_map_is_highest_at_the_decisive_pixel() -> None:
    occlusion = occlusion_map(one_pixel_network(14, 6, digit=3), cross(), 3)
    assert occlusion.shape == (28, 28)
    assert occlusion.dtype == np.float32
    assert occlusion[14, 6] == occlusion.max() > 0.5
    rows, columns = np.nonzero(occlusion > 1e-6)
    assert np.abs(rows - 14).max() < PATCH_SIZE
    assert np.abs(columns - 6).max() < PATCH_SIZE


def test_the_decisive_pixel_gets_the_full_decrease_at_any_position() -> None:
    image = np.full((28, 28), 255, np.uint8)
    e = np.exp(5)
    for place in ((0, 0), (0, 27), (27, 27), (13, 2)):
        assert occlusion_map(one_pixel_network(*place, digit=3), image, 3)[place] == pytest.approx(
            e / (e + 9) - 0.1, abs=1e-5
        )


def test_ink_that_lowers_the_probability_is_negative() -> None:
    occlusion = occlusion_map(one_pixel_network(14, 6, digit=3), cross(), 8)
    assert occlusion[14, 6] == occlusion.min() < 0
    assert occlusion.max() <= 1e-6


def test_paper_without_ink_nearby_is_zero() -> None:
    occlusion = occlusion_map(one_pixel_network(14, 6, digit=3), cross(), 3)
    assert not occlusion[:4, :4].any()
    assert not occlusion_map(one_pixel_network(14, 6, digit=3), np.zeros((28, 28), np.uint8), 3).any()


def test_diverged_weights_give_a_map_without_nan() -> None:
    network = one_pixel_network(14, 6, 3)
    network.parameters.value("1.W")[:] = np.nan
    assert not occlusion_map(network, cross(), 3).any()


def test_a_network_for_other_classes_has_a_map_too() -> None:
    network = Network(NetworkSpec.dense((784, 3)))
    network.parameters.value("1.W")[28 * 14 + 6, 2] = 5
    assert occlusion_map(network, cross(), 2)[14, 6] > 0.5


def test_other_inputs_classes_and_images_raise_an_error() -> None:
    with pytest.raises(DataError, match="takes inputs of 64"):
        occlusion_map(Network(NetworkSpec.dense((64, 10))), cross(), 1)
    with pytest.raises(DataError, match="there are 10 digits"):
        occlusion_map(Network(NetworkSpec.dense((784, 3))), cross(), 3)
    with pytest.raises(DataError, match=r"expected uint8 \(28, 28\)"):
        occlusion_map(one_pixel_network(1, 1, 1), np.zeros((8, 8), np.uint8), 1)
