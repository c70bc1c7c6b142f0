"""Each optimiser against its formula, written out by hand in float64."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.optimizers import OPTIMIZERS, SGD, Adam, Momentum

START = np.array([1.0, -2.0, 0.5])
GRADIENTS = [np.array([0.3, -0.1, 0.0]), np.array([-0.2, 0.4, 1.0]), np.array([0.5, 0.5, -3.0])]
RATES = [0.1, 0.1, 0.02]


def test_sgd_steps_against_the_gradient() -> None:
    values, expected = START.copy(), START.copy()
    optimizer = SGD(values)
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        optimizer.step(values, gradient.copy(), rate)
        expected = expected - rate * gradient
    np.testing.assert_allclose(values, expected)


def test_momentum_carries_on() -> None:
    values, expected, velocity = START.copy(), START.copy(), np.zeros(3)
    optimizer = Momentum(values)
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        optimizer.step(values, gradient.copy(), rate)
        velocity = 0.9 * velocity + gradient
        expected = expected - rate * velocity
    np.testing.assert_allclose(values, expected)


def test_adam_follows_algorithm_1() -> None:
    values, expected, m, v = START.copy(), START.copy(), np.zeros(3), np.zeros(3)
    optimizer = Adam(values)
    for t, (gradient, rate) in enumerate(zip(GRADIENTS, RATES, strict=True), start=1):
        optimizer.step(values, gradient.copy(), rate)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        expected = expected - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(values, expected, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(name: str) -> None:
    values = np.array([3.0, -4.0], np.float32)
    optimizer = OPTIMIZERS[name](values)
    for _ in range(2000):
        optimizer.step(values, 2 * values, 0.01)
    assert np.abs(values).max() < 0.05
    assert values.dtype == np.float32
