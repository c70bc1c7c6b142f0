"""The weights of a unit are shown in the places of their inputs."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.unit_weights import weights_into, weights_out_of
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, MaxPool2D
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist

DENSE = Network(NetworkSpec.dense((784, 16, 10)), seed=1)
CONVOLUTIONAL = Network(
    NetworkSpec(
        (28, 28),
        (Conv2D(6), BatchNorm(), Activation("relu"), Conv2D(4), MaxPool2D(), Flatten(), Dense(8), Activation("relu"),
         Dense(10)),
    ),
    seed=1,
)  # fmt: skip


def test_the_weights_of_a_first_unit_are_in_the_places_of_the_pixels() -> None:
    found = weights_into(DENSE, 1, 5)
    assert found is not None
    assert (found.layer, found.pictures.shape) == (1, (1, 28, 28))
    np.testing.assert_array_equal(found.pictures.ravel(), DENSE.parameters.value("1.W")[:, 5])


def test_an_activation_shows_the_weights_of_the_layer_before() -> None:
    found, before = weights_into(DENSE, 2, 5), weights_into(DENSE, 1, 5)
    assert found is not None
    assert before is not None
    np.testing.assert_array_equal(found.pictures, before.pictures)
    assert found.layer == 1


def test_a_map_has_one_kernel_for_each_map_before_it() -> None:
    first, second = weights_into(CONVOLUTIONAL, 3, 2), weights_into(CONVOLUTIONAL, 5, 3)
    assert first is not None
    assert second is not None
    assert (first.layer, first.pictures.shape[0]) == (1, 1)
    assert (second.layer, second.pictures.shape[0]) == (4, 6)
    np.testing.assert_array_equal(second.pictures, CONVOLUTIONAL.parameters.value("4.W")[3])


def test_a_unit_after_maps_has_a_picture_for_each_of_them_and_the_sum_is_its_output() -> None:
    found = weights_into(CONVOLUTIONAL, 7, 2)
    assert found is not None
    inspection = Inspection.of_image(CONVOLUTIONAL, small_mnist().training.images[0])
    maps = inspection.layers[4].values  # after pooling
    assert found.pictures.shape == maps.shape
    expected = inspection.layers[6].values[2] - CONVOLUTIONAL.parameters.value("7.b")[2]
    assert float((found.pictures * maps).sum()) == pytest.approx(float(expected), abs=1e-4)


def test_a_later_unit_has_one_row_of_weights() -> None:
    found = weights_into(CONVOLUTIONAL, 9, 1)
    assert found is not None
    assert found.pictures.shape == (1, 1, 8)
    np.testing.assert_array_equal(found.pictures.ravel(), CONVOLUTIONAL.parameters.value("9.W")[:, 1])


def test_a_number_of_flatten_has_no_weights_of_its_own() -> None:
    assert weights_into(CONVOLUTIONAL, 6, 30) is None


def test_the_weights_of_a_unit_to_the_next_layer() -> None:
    found = weights_out_of(DENSE, 2, 5)
    assert found is not None
    assert found.layer == 3
    assert found.single is not None
    np.testing.assert_array_equal(found.single, DENSE.parameters.value("3.W")[5])
    assert weights_out_of(DENSE, 3, 0) is None


def test_the_weights_of_a_map_to_the_maps_and_units_after_it() -> None:
    kernels, units = weights_out_of(CONVOLUTIONAL, 1, 2), weights_out_of(CONVOLUTIONAL, 4, 3)
    assert kernels is not None
    assert units is not None
    assert kernels.single is None
    np.testing.assert_array_equal(kernels.pictures, CONVOLUTIONAL.parameters.value("4.W")[:, 2])
    # The pictures have the places of the map after pooling: their sums over all maps are the units' outputs.
    inspection = Inspection.of_image(CONVOLUTIONAL, small_mnist().training.images[0])
    maps, total = inspection.layers[4].values, CONVOLUTIONAL.parameters.value("7.b").astype(np.float64)
    for number, each in enumerate(maps):
        pictures = weights_out_of(CONVOLUTIONAL, 5, number)
        assert pictures is not None
        assert pictures.pictures.shape == (8, *each.shape)
        total = total + (pictures.pictures * each).sum(axis=(1, 2))
    np.testing.assert_allclose(total, inspection.layers[6].values, atol=1e-4)
    np.testing.assert_array_equal(units.pictures, weights_out_of(CONVOLUTIONAL, 5, 3).pictures)  # type: ignore[union-attr]


def test_every_number_of_the_bundled_model_has_weights_or_none_without_an_error() -> None:
    network = load_model(bundled_model_path()).network()
    for number, shape in enumerate(network.spec.shapes[1:], start=1):
        for unit in (0, shape[0] - 1):
            into, out = weights_into(network, number, unit), weights_out_of(network, number, unit)
            assert into is None or into.pictures.ndim == 3
            assert (out is None) == (number == len(network.layers))


def test_bad_input_gives_an_error_of_one_sentence() -> None:
    for look in (weights_into, weights_out_of):
        with pytest.raises(SettingError, match="There is no layer 4"):
            look(DENSE, 4, 0)
        with pytest.raises(SettingError, match="Layer 1 has units 1 to 16; there is no 17"):
            look(DENSE, 1, 16)
