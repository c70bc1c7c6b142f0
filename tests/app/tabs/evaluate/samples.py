"""An examination of real digits by a network that needs no training."""

from __future__ import annotations

from functools import cache

import numpy as np

from app.tabs.evaluate.examination import Examination
from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import judge
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network


@cache
def examination() -> Examination:
    """500 test digits, about 100 of them misread."""
    data = small_mnist()
    assert data.test is not None
    return examined(data.test)


def examined(dataset: Dataset) -> Examination:
    """An examination of other digits."""
    training = small_mnist().training
    network = nearest_mean_network(training)
    judgement = judge(network, dataset)
    assert judgement is not None
    return Examination(network, "nearest mean", dataset, training, judgement)


@cache
def of_numbers() -> Examination:
    """An examination of numbers that are no pictures."""
    data = Dataset.from_floats(
        np.array([[0.0, 1], [1, 0], [0.9, 0.2], [0.2, 0.1]]), np.array([0, 1, 0, 0]), ("Apple", "Pear")
    )
    network = nearest_mean_network(data)
    judgement = judge(network, data)
    assert judgement is not None
    return Examination(network, "two", data, data, judgement)
