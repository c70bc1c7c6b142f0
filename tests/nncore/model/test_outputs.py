"""Softmax and sigmoid match their definitions and never overflow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nncore.model.layers.parameters import Array
from nncore.model.outputs import OUTPUTS, SoftmaxWorkspace, linear, sigmoid, softmax

ANY_LOGITS = arrays(np.float32, (3, 4), elements=st.floats(-(2.0**100), 2.0**100, width=32))


@given(ANY_LOGITS)
def test_softmax_gives_probabilities_whatever_the_logits(logits: Array) -> None:
    probabilities = softmax(logits)
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_softmax_matches_its_definition() -> None:
    logits = np.array([[0.0, np.log(3.0)]])
    np.testing.assert_allclose(softmax(logits), [[0.25, 0.75]])


@pytest.mark.parametrize("rows", [1, 5])
def test_softmax_in_workspaces_gives_the_same_probabilities_and_the_sums(rows: int) -> None:
    logits = np.random.default_rng(0).standard_normal((rows, 4)).astype(np.float32) * 5
    workspace = SoftmaxWorkspace(5, 4, np.dtype(np.float32))
    shifted = workspace.subtract_maximum(logits).copy()
    np.testing.assert_array_equal(shifted, logits - logits.max(axis=1, keepdims=True))
    probabilities, sums = workspace.probabilities(shifted.copy())
    np.testing.assert_allclose(probabilities, softmax(logits), rtol=1e-6)
    np.testing.assert_allclose(sums, np.exp(shifted).sum(axis=1, keepdims=True), rtol=1e-6)


@given(ANY_LOGITS)
def test_sigmoid_gives_probabilities_whatever_the_logits(logits: Array) -> None:
    probabilities = sigmoid(logits)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities + sigmoid(-logits), 1, rtol=1e-6)


def test_sigmoid_matches_its_definition_to_the_last_digits() -> None:
    logits = np.array([[-80.0, -3.0, 0.0, 2.0, 30.0]])
    np.testing.assert_allclose(sigmoid(logits), 1 / (1 + np.exp(-logits)), rtol=1e-14)


def test_sigmoid_writes_to_the_given_arrays() -> None:
    logits = np.array([[-1.0, 2.0]])
    out, work = np.empty((1, 2)), np.empty((1, 2))
    assert sigmoid(logits, out, work) is out
    np.testing.assert_allclose(out, sigmoid(logits))
    np.testing.assert_allclose(work, 1 + np.exp(-np.abs(logits)))


def test_linear_returns_the_logits() -> None:
    logits = np.array([[-1.5, 7.0]])
    np.testing.assert_array_equal(linear(logits), logits)


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_function_changes_the_logits_or_their_type(name: str) -> None:
    logits = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    kept = logits.copy()
    answer = OUTPUTS[name](logits)
    answer += 1
    np.testing.assert_array_equal(logits, kept)
    assert answer.dtype == np.float32
