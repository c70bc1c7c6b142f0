"""Evaluation results of real digits by a network that needs no training."""

from __future__ import annotations

from functools import cache

import numpy as np

from app.tabs.evaluate.evaluation_result import EvaluationResult
from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import predict_dataset
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network


@cache
def result() -> EvaluationResult:
    """500 test digits, about 100 of them misread."""
    data = small_mnist()
    assert data.test is not None
    return result_on(data.test)


def result_on(dataset: Dataset) -> EvaluationResult:
    """The evaluation of other digits."""
    training = small_mnist().training
    network = nearest_mean_network(training)
    predictions = predict_dataset(network, dataset)
    assert predictions is not None
    return EvaluationResult(network, "nearest mean", dataset, training, predictions)


@cache
def result_without_images() -> EvaluationResult:
    """The evaluation of data that is not images."""
    data = Dataset.from_floats(
        np.array([[0.0, 1], [1, 0], [0.9, 0.2], [0.2, 0.1]]), np.array([0, 1, 0, 0]), ("Apple", "Pear")
    )
    network = nearest_mean_network(data)
    predictions = predict_dataset(network, data)
    assert predictions is not None
    return EvaluationResult(network, "two", data, data, predictions)
