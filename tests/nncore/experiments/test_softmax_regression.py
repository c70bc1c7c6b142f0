"""Softmax regression is trained without a hidden layer, reads most digits, and can be cancelled."""

from __future__ import annotations

import numpy as np

from nncore.evaluation.metrics import evaluate
from nncore.experiments.softmax_regression import train_softmax_regression
from tests.nncore.example_data import small_mnist


def test_a_network_without_a_hidden_layer_reads_most_digits() -> None:
    data = small_mnist()
    network = train_softmax_regression(data.training)
    assert network is not None
    assert network.spec.widths == (784, 10)
    assert data.test is not None
    result = evaluate(network, data.test)
    assert result is not None
    assert result.accuracy is not None
    assert result.accuracy > 0.75
    again = train_softmax_regression(data.training)
    assert again is not None
    np.testing.assert_array_equal(again.parameters.values, network.parameters.values)


def test_a_cancelled_training_gives_no_network() -> None:
    assert train_softmax_regression(small_mnist().training, cancelled=lambda: True) is None
