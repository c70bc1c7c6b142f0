from __future__ import annotations

import numpy as np
import pytest

from nncore.parameters import INITIALIZATIONS, Parameters

SHAPES = {"1.W": (3, 2), "1.b": (2,), "2.W": (2, 4)}


def test_the_vector_holds_every_array_in_order() -> None:
    parameters = Parameters(SHAPES)
    assert parameters.size == 16
    assert parameters.values.dtype == parameters.gradients.dtype == np.dtype(np.float32)
    parameters.values[:] = np.arange(16)
    np.testing.assert_array_equal(parameters.value("1.W"), [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(parameters.value("1.b"), [6, 7])
    np.testing.assert_array_equal(parameters.value("2.W"), [[8, 9, 10, 11], [12, 13, 14, 15]])


def test_writing_through_a_view_changes_the_vector_and_nothing_else() -> None:
    parameters = Parameters(SHAPES, np.float64)
    parameters.value("1.b")[:] = 7
    parameters.gradient("2.W")[1, 3] = 5
    assert list(np.flatnonzero(parameters.values)) == [6, 7]
    assert list(np.flatnonzero(parameters.gradients)) == [15]


def test_the_shapes_given_may_change_later_without_harm() -> None:
    shapes = dict(SHAPES)
    parameters = Parameters(shapes)
    shapes.clear()
    assert parameters.shapes == SHAPES


def test_no_arrays_at_all_make_an_empty_vector() -> None:
    assert Parameters({}).size == 0


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_each_initialisation_replaces_all_that_was_there(name: str) -> None:
    weights, biases = np.full((50, 40), np.nan, np.float32), np.full(40, np.nan, np.float32)
    INITIALIZATIONS[name](weights, biases, np.random.default_rng(0))
    assert np.isfinite(weights).all()
    assert np.isfinite(biases).all()
    assert len(np.unique(weights)) > 1900
