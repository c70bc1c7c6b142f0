"""Predictions give the metrics of `evaluate`, and list misread examples by confidence."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError, SettingError
from nncore.evaluation.metrics import evaluate
from nncore.evaluation.predictions import predict_dataset
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network


def test_the_metrics_equal_those_of_evaluate() -> None:
    data = small_mnist()
    network = nearest_mean_network(data.training)
    assert data.test is not None
    predictions, evaluation = predict_dataset(network, data.test), evaluate(network, data.test)
    assert predictions is not None
    assert evaluation is not None
    np.testing.assert_array_equal(predictions.confusion, evaluation.confusion)
    assert predictions.accuracy == evaluation.accuracy
    assert predictions.accuracy is not None
    assert predictions.interval[0] < predictions.accuracy < predictions.interval[1]
    assert sum(each.count for each in predictions.figures) == predictions.count == 500
    assert sum(b.count for b in predictions.bins) == 500
    assert 0 < predictions.calibration_error < 1


def test_misread_rows_are_sorted_by_falling_confidence() -> None:
    data = small_mnist()
    assert data.test is not None
    predictions = predict_dataset(nearest_mean_network(data.training), data.test)
    assert predictions is not None
    rows = predictions.misread()
    assert len(rows) == predictions.count - predictions.correct > 20
    assert (predictions.labels[rows] != predictions.answers[rows]).all()
    assert (np.diff(predictions.confidence[rows]) <= 0).all()
    for true, read in ((4, 9), (7, 7)):
        rows = predictions.rows_of(true, read)
        assert len(rows) == predictions.confusion[true, read] > 0
        assert (predictions.labels[rows] == true).all()
        assert (predictions.answers[rows] == read).all()


def test_examples_without_a_class_are_not_counted() -> None:
    data = small_mnist()
    labels = data.training.labels[:40].copy()
    labels[:10] = NO_CLASS
    predictions = predict_dataset(
        nearest_mean_network(data.training), Dataset(data.training.images[:40], labels, open_set=True)
    )
    assert predictions is not None
    assert predictions.count == predictions.confusion.sum() == 30
    assert not np.isin(predictions.misread(), np.arange(10)).any()
    assert sum(b.count for b in predictions.bins) == 30


def test_predicting_reports_progress_and_can_be_cancelled() -> None:
    data = small_mnist()
    reported: list[float] = []
    predict_dataset(nearest_mean_network(data.training), data.training.take(slice(0, 300)), progress=reported.append)
    assert reported == pytest.approx([128 / 300, 256 / 300, 1.0])
    assert predict_dataset(nearest_mean_network(data.training), data.training, cancelled=lambda: True) is None


def test_a_single_output_is_the_probability_of_the_second_class() -> None:
    network = Network(NetworkSpec((1,), NetworkSpec.dense((1, 1)).layers, "sigmoid"))
    network.parameters.value("1.W")[:] = 4
    data = Dataset.from_floats([-1.0, 1.0], np.array([0, 0]), ("no", "yes"))
    predictions = predict_dataset(network, data)
    assert predictions is not None
    assert predictions.answers.tolist() == [0, 1]
    assert predictions.probabilities[1] == pytest.approx([0.018, 0.982], abs=1e-3)
    assert predictions.confidence == pytest.approx([0.982, 0.982], abs=1e-3)


def test_diverged_weights_give_finite_probabilities() -> None:
    data = small_mnist()
    network = nearest_mean_network(data.training)
    network.parameters.value("1.W")[:] = np.inf
    predictions = predict_dataset(network, data.training.take(slice(0, 20)))
    assert predictions is not None
    assert np.isfinite(predictions.probabilities).all()


def test_data_without_classes_or_of_another_size_raises_an_error() -> None:
    network = nearest_mean_network(small_mnist().training)
    with pytest.raises(DataError, match="without classes"):
        predict_dataset(network, Dataset.from_floats([1.0], [2.0]))
    with pytest.raises(SettingError, match="pixels"):
        predict_dataset(network, Dataset(np.zeros((1, 5, 5), np.uint8), np.array([1])))
