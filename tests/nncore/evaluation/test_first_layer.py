"""The picture of the first layer has a tile for each of the strongest units, in the places of the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.evaluation.first_layer import first_layer_picture
from nncore.model.layers import Activation, Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec


def picture_of(network: Network, count: int = 9) -> NDArray[np.float32]:
    return first_layer_picture(network.spec, network.parameters.values.astype(np.float32), count)


def test_a_dense_layer_is_drawn_as_images_of_its_strongest_units() -> None:
    network = Network(NetworkSpec.dense((4, 3, 2), input_shape=(2, 2)))
    network.parameters.value("1.W")[:] = np.array([[0.1, 1, -4], [0, 2, 0], [0, 3, 0], [0, 4, 0]])
    picture = picture_of(network, count=2)
    assert picture.shape == (2, 5)
    np.testing.assert_allclose(picture[:, :2] / picture[1, 1], [[0.25, 0.5], [0.75, 1]], rtol=1e-5)
    assert np.isnan(picture[:, 2]).all()
    assert picture[0, 3] == -1
    assert picture[1, 4] == 0


@pytest.mark.parametrize(("count", "shape"), [(9, (86, 86)), (4, (57, 57)), (5, (57, 86)), (1, (28, 28))])
def test_tiles_are_arranged_as_square_as_possible(count: int, shape: tuple[int, int]) -> None:
    picture = picture_of(Network(NetworkSpec.dense((784, 12, 10)), seed=1), count)
    assert picture.shape == shape
    assert np.nanmax(np.abs(picture)) == 1


def test_filters_are_drawn_as_kernels() -> None:
    layers = (Conv2D(6, kernel=3), Activation("relu"), Flatten(), Dense(10))
    network = Network(NetworkSpec((28, 28), layers), seed=0)
    picture = picture_of(network)
    assert picture.shape == (7, 11)
    kernel = network.parameters.value("1.W")[0, 0]
    np.testing.assert_allclose(np.sign(picture[:3, :3]), np.sign(kernel))


def test_inputs_that_are_not_images_give_one_row_for_each_unit() -> None:
    assert picture_of(Network(NetworkSpec.dense((1, 10, 1)), seed=0)).shape == (10, 1)
    assert picture_of(Network(NetworkSpec.dense((500, 300, 2)), seed=0)).shape == (64, 64)


def test_weights_that_are_all_zero_give_a_blank_picture() -> None:
    network = Network(NetworkSpec.dense((784, 4, 10)))
    network.parameters.values[:] = 0
    assert np.nanmax(np.abs(picture_of(network))) == 0
