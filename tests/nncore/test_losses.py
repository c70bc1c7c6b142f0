from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nncore.losses import SoftmaxCrossEntropy, cross_entropy, softmax
from tests.nncore.gradient_check import numeric_gradient


def loss_of(rows: int, classes: int, dtype: type = np.float64) -> SoftmaxCrossEntropy:
    loss = SoftmaxCrossEntropy()
    loss.allocate(rows, classes, np.dtype(dtype))
    return loss


@given(arrays(np.float32, (3, 4), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_softmax_gives_probabilities_whatever_the_logits(logits: np.ndarray) -> None:
    probabilities = softmax(logits)
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_softmax_matches_its_definition() -> None:
    logits = np.array([[0.0, np.log(3.0)]])
    np.testing.assert_allclose(softmax(logits), [[0.25, 0.75]])


def test_loss_is_the_mean_of_minus_log_of_the_label_probability() -> None:
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]))
    assert loss_of(2, 3).forward(logits, np.array([0, 1])) == pytest.approx(-(np.log(0.5) + np.log(0.1)) / 2)


def test_cross_entropy_is_minus_log_of_the_label_probability_of_each_row() -> None:
    P = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    logits, probabilities = np.log(P) + 7, np.empty_like(P)
    kept = logits.copy()
    np.testing.assert_allclose(cross_entropy(logits, np.array([0, 1])), -np.log([0.5, 0.1]))
    np.testing.assert_allclose(cross_entropy(logits, np.array([0, 1]), probabilities), -np.log([0.5, 0.1]))
    np.testing.assert_allclose(probabilities, P)
    np.testing.assert_array_equal(logits, kept)


def test_loss_of_a_hopeless_logit_is_large_but_finite() -> None:
    loss = loss_of(1, 2, np.float32)
    assert loss.forward(np.array([[-1e6, 1e6]], np.float32), np.array([0])) == pytest.approx(2e6)
    assert np.isfinite(loss.backward()).all()


def test_gradient_matches_central_differences() -> None:
    logits = np.random.default_rng(0).standard_normal((4, 5))
    labels = np.array([0, 4, 2, 2])
    loss = loss_of(4, 5)
    loss.forward(logits, labels)
    gradient = loss.backward().copy()
    numeric = numeric_gradient(lambda: loss.forward(logits, labels), logits)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-9)
