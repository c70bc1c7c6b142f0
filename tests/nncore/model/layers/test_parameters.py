"""All parameters are in one vector, with named views, and state that is not trained comes last."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.model.layers import INITIALIZATIONS
from nncore.model.layers.parameters import Parameters

SHAPES = {"1.W": (3, 2), "1.b": (2,), "2.W": (2, 4)}


def test_the_vector_contains_all_arrays_in_order() -> None:
    parameters = Parameters(SHAPES)
    assert parameters.size == 16
    assert parameters.values.dtype == parameters.gradients.dtype == np.dtype(np.float32)
    parameters.values[:] = np.arange(16)
    np.testing.assert_array_equal(parameters.value("1.W"), [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(parameters.value("1.b"), [6, 7])
    np.testing.assert_array_equal(parameters.value("2.W"), [[8, 9, 10, 11], [12, 13, 14, 15]])


def test_writing_to_a_view_changes_only_its_part_of_the_vector() -> None:
    parameters = Parameters(SHAPES, dtype=np.float64)
    parameters.value("1.b")[:] = 7
    parameters.gradient("2.W")[1, 3] = 5
    assert list(np.flatnonzero(parameters.values)) == [6, 7]
    assert list(np.flatnonzero(parameters.gradients)) == [15]


def test_trained_parameters_come_first_and_state_has_no_gradient() -> None:
    parameters = Parameters({"1.W": (2, 2)}, {"1.mean": (3,)})
    parameters.values[:] = np.arange(7)
    np.testing.assert_array_equal(parameters.trainable, [0, 1, 2, 3])
    np.testing.assert_array_equal(parameters.state, [4, 5, 6])
    np.testing.assert_array_equal(parameters.value("1.mean"), [4, 5, 6])
    assert parameters.gradients.shape == (4,)


def test_a_replica_shares_only_the_trained_values() -> None:
    parameters = Parameters({"1.W": (2, 2)}, {"1.mean": (3,)})
    parameters.values[:] = 1
    twin = parameters.replica()
    twin.value("1.W")[:] = 5
    twin.value("1.mean")[:] = 6
    twin.gradient("1.W")[:] = 7
    assert parameters.values.tolist() == [5, 5, 5, 5, 1, 1, 1]
    assert not parameters.gradients.any()
    assert twin.state.tolist() == [6, 6, 6]


def test_weights_are_the_arrays_with_more_than_one_axis() -> None:
    parameters = Parameters(SHAPES)
    parameters.value("1.W")[:] = 1
    parameters.value("2.W")[:] = 3
    assert [parameters.trainable[place].tolist() for place in parameters.weights()] == [[1] * 6, [3] * 8]


def test_given_arrays_are_used_without_a_copy() -> None:
    values, gradients = np.arange(7, dtype=np.float32), np.arange(4, dtype=np.float32)
    parameters = Parameters({"1.W": (2, 2)}, {"1.mean": (3,)}, values=values, gradients=gradients)
    assert parameters.value("1.mean").tolist() == [4, 5, 6]
    parameters.value("1.W")[1, 1] = 9
    parameters.gradient("1.W")[0, 0] = 8
    assert (values[3], gradients[0]) == (9, 8)
    others = np.zeros(4, np.float32)
    parameters.replica(others).gradient("1.W")[:] = 5
    assert (others == 5).all()
    assert gradients.tolist() == [8, 1, 2, 3]


def test_shapes_are_copied() -> None:
    shapes = dict(SHAPES)
    parameters = Parameters(shapes)
    shapes.clear()
    assert parameters.shapes == SHAPES


def test_no_arrays_give_an_empty_vector() -> None:
    assert Parameters({}).size == 0


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_each_initialization_sets_all_weights_and_biases(name: str) -> None:
    weights, biases = np.full((50, 40), np.nan, np.float32), np.full(40, np.nan, np.float32)
    INITIALIZATIONS[name].fill(weights, biases, 50, np.random.default_rng(0))
    assert np.isfinite(weights).all()
    assert np.isfinite(biases).all()
    assert len(np.unique(weights)) > 1900 or name == "zeros"


def test_alternating_normal_spreads_the_kinks_of_units_with_one_input_in_both_directions() -> None:
    weights, biases = np.empty((1, 4000), np.float32), np.empty(4000, np.float32)
    INITIALIZATIONS["small_normal"].fill(weights, biases, 1, np.random.default_rng(0))
    kinks = -biases / weights[0]
    np.testing.assert_allclose(np.diff(kinks), 2 * np.sqrt(3) / 4000, rtol=0.02)
    assert kinks[0] == pytest.approx(-np.sqrt(3), abs=0.001)
    assert kinks[-1] == pytest.approx(np.sqrt(3), abs=0.001)
    np.testing.assert_array_equal(np.sign(weights[0]).reshape(-1, 4), [[1, 1, -1, -1]] * 1000)
    assert weights.std() == pytest.approx(0.1, abs=0.01)


def test_alternating_normal_gives_neighbouring_units_opposite_effects() -> None:
    rng = np.random.default_rng(0)
    inner, biases = np.empty((10, 400), np.float32), np.empty(400, np.float32)
    INITIALIZATIONS["small_normal"].fill(inner, biases, 10, rng)
    last, bias = np.empty((400, 1), np.float32), np.empty(1, np.float32)
    INITIALIZATIONS["small_normal"].fill(last, bias, 400, rng)
    np.testing.assert_array_equal(np.sign(inner @ last)[:, 0], [1, -1] * 5)
    assert biases.min() > 0
    for weights in (inner, last):
        assert weights.mean() == pytest.approx(0, abs=0.02)
        assert weights.std() == pytest.approx(0.1, abs=0.01)


def test_zeros_sets_weights_and_biases_to_zero() -> None:
    weights, biases = np.ones((10, 4), np.float32), np.ones(4, np.float32)
    INITIALIZATIONS["zeros"].fill(weights, biases, 10, np.random.default_rng(0))
    assert not weights.any()
    assert not biases.any()
