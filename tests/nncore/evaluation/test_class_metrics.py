"""Precision, recall, F1 and reliability bins of each class equal their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.metrics import class_metrics, expected_calibration_error, reliability


def test_precision_recall_and_f1_of_each_class() -> None:
    confusion = np.array([[8, 2, 0], [1, 9, 0], [3, 1, 0]], np.int64)
    first, second, third = class_metrics(confusion, ("a", "b", "c"))
    assert (first.name, first.count) == ("a", 10)
    assert first.precision == pytest.approx(8 / 12)
    assert first.recall == pytest.approx(0.8)
    assert first.f1 == pytest.approx(2 / (12 / 8 + 10 / 8))
    assert second.recall == pytest.approx(0.9)
    assert (third.precision, third.recall, third.f1) == (None, 0.0, 0.0)


def test_a_class_without_examples_has_no_metrics() -> None:
    _, absent = class_metrics(np.array([[5, 0], [0, 0]], np.int64), ("a", "b"))
    assert (absent.count, absent.precision, absent.recall, absent.f1) == (0, None, None, None)


def test_reliability_bins_contain_the_predictions_of_their_interval() -> None:
    confidence = np.array([0.05, 0.55, 0.6, 1.0, 0.0], np.float32)
    correct = np.array([False, True, False, True, False])
    low, middle, high = reliability(confidence, correct, bins=5)
    assert (low.low, low.high, low.count, low.accuracy) == (0.0, 0.2, 2, 0.0)
    assert (middle.low, middle.count, middle.accuracy) == (0.4, 2, 0.5)
    assert (middle.high, middle.confidence) == pytest.approx((0.6, 0.575))
    assert (high.high, high.count, high.confidence) == (1.0, 1, 1.0)


def test_the_weighted_gaps_of_the_bins_sum_to_the_calibration_error() -> None:
    rng = np.random.default_rng(0)
    confidence, correct = rng.random(500), rng.random(500) < 0.7
    bins = reliability(confidence, correct)
    gap = sum(b.count * abs(b.accuracy - b.confidence) for b in bins) / 500
    assert gap == pytest.approx(expected_calibration_error(confidence, correct))


def test_no_predictions_give_no_bins() -> None:
    assert reliability(np.empty(0), np.empty(0, np.bool_)) == ()
