"""The examples with the largest activation are those of a full sort, with the place in a map."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import Dataset, load_mnist
from nncore.errors import DataError, SettingError
from nncore.evaluation.exciting_examples import EXAMPLES_KEPT, exciting_examples
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, MaxPool2D
from nncore.model.layers.parameters import Array
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist

DENSE = NetworkSpec.dense((784, 16, 10))
CONVOLUTIONAL = NetworkSpec(
    (28, 28), (Conv2D(6), BatchNorm(), Activation("relu"), MaxPool2D(), Flatten(), Dense(10))
)  # fmt: skip


def digits(count: int = 700) -> Dataset:
    """More than five blocks, the last one not full."""
    return small_mnist().training.take(slice(0, count))


def outputs(network: Network, number: int, dataset: Dataset) -> Array:
    """The output of a layer, computed for all examples at once."""
    return network.activations(dataset.inputs(slice(0, len(dataset))))[number - 1]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_examples_of_a_unit_are_those_of_a_full_sort(number: int) -> None:
    network, data = Network(DENSE, seed=3), digits()
    found = exciting_examples(network, data, number)
    assert found is not None
    values = outputs(network, number, data)
    assert found.units == values.shape[1]
    for unit in range(found.units):
        column, examples = values[:, unit], found.of_unit(unit)
        largest = np.argsort(-column, kind="stable")[:EXAMPLES_KEPT]
        smallest = np.argsort(column, kind="stable")[:EXAMPLES_KEPT]
        np.testing.assert_allclose(examples.most.values, column[examples.most.rows], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(examples.most.values, column[largest], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(examples.least.values, column[smallest], rtol=1e-5, atol=1e-6)
        assert examples.active == (column > 0).sum()
        assert (examples.count, examples.source) == (700, data.source)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_value_of_a_map_is_its_largest_number_and_its_place_is_found(number: int) -> None:
    network, data = Network(CONVOLUTIONAL, seed=3), digits(300)
    found = exciting_examples(network, data, number)
    assert found is not None
    maps = outputs(network, number, data)
    for unit in range(found.units):
        for ranked in (found.of_unit(unit).most, found.of_unit(unit).least):
            for row, value, (line, column) in zip(ranked.rows, ranked.values, ranked.places, strict=True):
                assert maps[row, unit].max() == pytest.approx(value, abs=1e-5)
                assert maps[row, unit, line, column] == pytest.approx(value, abs=1e-5)
        largest = maps[:, unit].max(axis=(1, 2))
        assert found.of_unit(unit).most.values[-1] == pytest.approx(np.sort(largest)[-EXAMPLES_KEPT], abs=1e-5)
        assert found.of_unit(unit).least.values[0] == pytest.approx(largest.min(), abs=1e-5)


def test_of_equal_values_the_earlier_examples_are_kept_in_their_order() -> None:
    network = Network(DENSE)  # every output is 0
    found = exciting_examples(network, digits(), 1)
    assert found is not None
    for ranked in (found.of_unit(5).most, found.of_unit(5).least):
        assert ranked.rows.tolist() == list(range(EXAMPLES_KEPT))
        assert not np.signbit(ranked.values).any()
    assert found.of_unit(5).active == 0


def test_a_small_data_set_gives_all_its_examples() -> None:
    found = exciting_examples(Network(DENSE, seed=1), digits(5), 2)
    assert found is not None
    assert sorted(found.of_unit(0).most.rows) == sorted(found.of_unit(0).least.rows) == [0, 1, 2, 3, 4]


def test_an_output_of_the_bundled_model_is_excited_by_test_images_of_its_digit() -> None:
    test = load_mnist().test
    assert test is not None
    data, network = test.take(slice(0, 2000)), load_model(bundled_model_path()).network()
    found = exciting_examples(network, data, len(network.layers))
    assert found is not None
    for digit in range(10):
        assert (data.labels[found.of_unit(digit).most.rows] == digit).all()
        assert not (data.labels[found.of_unit(digit).least.rows] == digit).any()


def test_it_reports_its_progress_and_ends_at_once_when_it_is_cancelled() -> None:
    fractions: list[float] = []
    network, data = Network(DENSE, seed=1), digits()
    assert exciting_examples(network, data, 1, progress=fractions.append) is not None
    assert fractions == sorted(fractions)
    assert (len(fractions), fractions[-1]) == (6, 1.0)
    fractions.clear()
    assert exciting_examples(network, data, 1, cancelled=lambda: len(fractions) == 2, progress=fractions.append) is None
    assert len(fractions) == 2


def test_bad_input_gives_an_error_of_one_sentence() -> None:
    network, data = Network(DENSE, seed=1), digits(200)
    with pytest.raises(SettingError, match="There is no layer 4; the network has layers 1 to 3"):
        exciting_examples(network, data, 4)
    found = exciting_examples(network, data, 1)
    assert found is not None
    with pytest.raises(SettingError, match="Layer 1 has units 1 to 16; there is no 17"):
        found.of_unit(16)
    with pytest.raises(DataError, match="there are no examples"):
        exciting_examples(network, data.take(slice(0, 0)), 1)
    curve = Network(NetworkSpec.dense((1, 10, 1), input_shape=(1,)), seed=1)
    with pytest.raises(DataError, match="an example has 784 numbers; this model takes 1"):
        exciting_examples(curve, data, 1)
    network.parameters.values[7] = np.nan
    with pytest.raises(DataError, match="Layer 1 gives numbers that are not finite"):
        exciting_examples(network, data, 1)
