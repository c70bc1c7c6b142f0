"""Gradient times input is the contribution of each pixel to the logit of a class, of the network as it reads."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.explanation.input_gradient import gradient_times_input
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import SIDE
from tests.nncore.evaluation.explanation.trained_networks import bundled_network, dense_network
from tests.nncore.example_data import mnist

IMAGE = mnist().training.images[0]


def test_without_a_hidden_layer_the_sum_is_the_logit_without_the_bias() -> None:
    network = Network(NetworkSpec.dense((784, 10)), seed=3)
    network.parameters.value("1.b")[:] = 5
    logits = network.logits(IMAGE.reshape(1, -1) / np.float32(255))[0]
    for answer in (0, 7):
        contributions = gradient_times_input(network, IMAGE, answer)
        assert contributions.shape == (SIDE, SIDE)
        assert contributions.sum() == pytest.approx(logits[answer] - 5, rel=1e-4)


def test_the_gradient_is_that_of_the_trained_network_with_all_kinds_of_layers() -> None:
    layers = (Conv2D(3), BatchNorm(), Activation("tanh"), Flatten(), Dropout(0.5), Dense(10))
    network = Network(NetworkSpec((28, 28), layers), np.float64, seed=1)
    network.parameters.state[:] = np.random.default_rng(2).uniform(0.5, 2, network.parameters.state.size)
    X = IMAGE.reshape(1, -1) / 255
    contributions = gradient_times_input(network, IMAGE, 4).ravel()
    for pixel in np.flatnonzero(X[0])[::20]:
        step = np.zeros_like(X)
        step[0, pixel] = 1e-5
        slope = (network.logits(X + step)[0, 4] - network.logits(X - step)[0, 4]) / 2e-5
        assert contributions[pixel] == pytest.approx(slope * X[0, pixel], rel=1e-4, abs=1e-7)


def test_blank_paper_contributes_nothing_and_the_network_stays_unchanged() -> None:
    network = bundled_network()
    values, gradients = network.parameters.values.copy(), network.parameters.gradients.copy()
    contributions = gradient_times_input(network, IMAGE, 5)
    assert contributions.any()
    assert not contributions[IMAGE == 0].any()
    np.testing.assert_array_equal(network.parameters.values, values)
    np.testing.assert_array_equal(network.parameters.gradients, gradients)


def test_diverged_weights_give_a_map_without_nan() -> None:
    network = dense_network().copy()
    network.parameters.values[:] = np.nan
    assert not gradient_times_input(network, IMAGE, 1).any()


def test_a_class_that_the_network_does_not_have_is_reported() -> None:
    for answer in (10, -1):
        with pytest.raises(DataError, match=f"no class {answer}"):
            gradient_times_input(dense_network(), IMAGE, answer)
