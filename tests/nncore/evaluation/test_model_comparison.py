"""A comparison counts the examples that only one of two networks reads correctly."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import SettingError
from nncore.evaluation.model_comparison import ModelComparison, compare_networks
from nncore.evaluation.predictions import Predictions
from nncore.model.network import Network, NetworkSpec


def predictions(labels: list[int], answers: list[int], confidence: list[float] | None = None) -> Predictions:
    probabilities = np.full((len(labels), 3), 0.1, np.float32)
    probabilities[np.arange(len(labels)), np.array(answers, np.intp)] = confidence or [0.8] * len(labels)
    return Predictions(np.array(labels, np.intp), np.array(answers, np.intp), probabilities, ("0", "1", "2"), "some")


def test_examples_that_one_none_or_both_read_correctly_are_told_apart() -> None:
    labels = [0, 1, 2, 0, 1, 2, NO_CLASS]
    first = predictions(labels, [0, 0, 0, 0, 1, 1, 0])
    second = predictions(labels, [0, 1, 2, 1, 2, 0, 1], [0.9, 0.5, 0.7, 0.4, 0.6, 0.8, 0.9])
    comparison = ModelComparison(first, second)
    assert comparison.only_second.tolist() == [2, 1]
    assert comparison.only_first.tolist() == [4, 3]
    assert comparison.misread_by_both.tolist() == [5]
    assert comparison.read_by_both == 1


@pytest.mark.parametrize(
    ("by_second", "by_first", "p_value"),
    [(0, 0, 1.0), (5, 5, 1.0), (5, 0, 2 / 32), (1, 9, 2 * 11 / 1024), (700, 500, 8.535e-9)],
)
def test_the_p_value_is_that_of_a_sign_test(by_second: int, by_first: int, p_value: float) -> None:
    labels = [0] * (by_second + by_first)
    comparison = ModelComparison(
        predictions(labels, [1] * by_second + [0] * by_first), predictions(labels, [0] * by_second + [1] * by_first)
    )
    assert comparison.p_value == pytest.approx(p_value, rel=0.01)


def data() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset(rng.integers(0, 255, (300, 2, 2)).astype(np.uint8), rng.integers(0, 3, 300), ("0", "1", "2"), "some")


def network(seed: int, widths: tuple[int, ...] = (4, 5, 3)) -> Network:
    return Network(NetworkSpec.dense(widths, input_shape=(2, 2) if widths[0] == 4 else None), seed=seed)


def test_networks_of_different_sizes_are_compared_with_progress() -> None:
    done: list[float] = []
    comparison = compare_networks(network(0), network(1, (4, 3)), data(), progress=done.append)
    assert comparison is not None
    counts = (
        len(comparison.only_second),
        len(comparison.only_first),
        len(comparison.misread_by_both),
        comparison.read_by_both,
    )
    assert sum(counts) == 300
    assert (
        len(comparison.only_second) - len(comparison.only_first) == comparison.second.correct - comparison.first.correct
    )
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_a_cancelled_comparison_has_no_result() -> None:
    assert compare_networks(network(0), network(1), data(), cancelled=lambda: True) is None


def test_a_network_with_other_inputs_is_an_error() -> None:
    with pytest.raises(SettingError):
        compare_networks(network(0), network(1, (9, 3)), data())
