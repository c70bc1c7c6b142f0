"""The nearest training examples are those of a full sort, in pixels or in a hidden layer."""

from __future__ import annotations

import numpy as np
import pytest

import nncore.evaluation.nearest_neighbours
from nncore.data.dataset import Dataset
from nncore.evaluation.nearest_neighbours import (
    ROWS_COMPARED_AT_ONCE,
    HiddenLayerIndex,
    hidden_features,
    nearest_in_pixels,
)
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist, small_mnist


def network() -> Network:
    seeded = Network(NetworkSpec.dense((784, 30, 10)))
    seeded.initialize(np.random.default_rng(0))
    return seeded


def test_nearest_in_pixels_equals_a_full_sort_over_several_blocks() -> None:
    data = mnist().training.take(slice(0, ROWS_COMPARED_AT_ONCE * 2 + 100))
    x = mnist().training.inputs(slice(50_000, 50_001))[0]
    distances = np.linalg.norm(data.inputs(slice(None)) - x, axis=1)
    found = nearest_in_pixels(data, x, 5)
    assert [each.row for each in found] == np.argsort(distances, kind="stable")[:5].tolist()
    assert [each.distance for each in found] == pytest.approx(np.sort(distances)[:5], rel=1e-4)


def test_an_example_is_nearest_to_itself() -> None:
    data = small_mnist().training
    x = data.inputs(slice(7, 8))[0]
    index = HiddenLayerIndex.build(network(), data)
    assert index is not None
    for found in (nearest_in_pixels(data, x, 3), index.nearest(x, 3)):
        assert found[0].row == 7
        assert found[0].distance == pytest.approx(0, abs=0.01)


def test_the_index_compares_outputs_of_the_hidden_layer() -> None:
    data, net = small_mnist().training, network()
    index = HiddenLayerIndex.build(net, data)
    assert index is not None
    x = data.inputs(slice(7, 8))
    hidden = np.maximum(data.inputs(slice(None)) @ net.parameters.value("1.W"), 0)
    wanted = np.maximum(x @ net.parameters.value("1.W"), 0)
    nearest = np.argsort(np.linalg.norm(hidden - wanted, axis=1), kind="stable")[:6]
    assert [each.row for each in index.nearest(x[0], 6)] == nearest.tolist()


def test_without_a_hidden_layer_the_features_are_the_inputs() -> None:
    X = small_mnist().training.inputs(slice(0, 3))
    np.testing.assert_array_equal(hidden_features(Network(NetworkSpec.dense((784, 10))), X), X)


def test_a_large_data_set_is_indexed_by_a_subset_with_its_original_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nncore.evaluation.nearest_neighbours, "MAX_INDEX_NUMBERS", 30 * 100)
    data = small_mnist().training
    index = HiddenLayerIndex.build(network(), data)
    assert index is not None
    assert len(index.rows) == 100
    row = int(index.rows[60])
    assert index.nearest(data.inputs(np.array([row]))[0], 1)[0].row == row


def test_building_the_index_reports_progress_and_can_be_cancelled() -> None:
    reported: list[float] = []
    HiddenLayerIndex.build(network(), small_mnist().training, progress=reported.append)
    assert reported[-1] == 1.0
    assert reported == sorted(reported)
    assert HiddenLayerIndex.build(network(), small_mnist().training, cancelled=lambda: True) is None


def test_all_examples_are_returned_if_there_are_fewer_than_count() -> None:
    data = Dataset.from_floats([[0.0], [3.0]], np.array([0, 1]), ("a", "b"))
    found = nearest_in_pixels(data, np.array([1.0], np.float32), 8)
    assert [each.row for each in found] == [0, 1]
    assert [each.distance for each in found] == pytest.approx([1.0, 2.0])
