"""Loss, accuracy, confusion matrix and calibration error do not depend on the batches."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.metrics import evaluate, expected_calibration_error, predicted_classes
from nncore.model.network import Network, NetworkSpec


def brightest_pixel_network() -> Network:
    """A network that predicts the index of the brightest of the first three pixels."""
    network = Network(NetworkSpec.dense((4, 3), input_shape=(2, 2)))
    network.parameters.value("1.W")[:3] = np.eye(3) * 5
    return network


def data(n: int = 4) -> Dataset:
    images = np.zeros((4, 2, 2), np.uint8)
    images.reshape(4, 4)[range(4), [0, 1, 1, 2]] = 255
    labels = np.array([0, 1, 2, 2])
    return Dataset(np.tile(images, (n // 4, 1, 1)), np.tile(labels, n // 4), ("a", "b", "c"), "four")


def test_confusion_matrix_counts_predicted_classes_per_true_class() -> None:
    evaluation = evaluate(brightest_pixel_network(), data())
    assert evaluation is not None
    np.testing.assert_array_equal(evaluation.confusion, [[1, 0, 0], [0, 1, 0], [0, 1, 1]])
    assert evaluation.accuracy == 0.75
    assert evaluation.count == 4
    assert evaluation.per_class == [1, 1, 0.5]
    loss_if_correct, loss_if_incorrect = np.log(np.exp(5) + 2) - 5, np.log(np.exp(5) + 2)
    assert evaluation.loss == pytest.approx((3 * loss_if_correct + loss_if_incorrect) / 4)


def test_evaluation_in_several_batches_equals_evaluation_in_one() -> None:
    few, many = evaluate(brightest_pixel_network(), data()), evaluate(brightest_pixel_network(), data(4000))
    assert few is not None
    assert many is not None
    assert many.accuracy == few.accuracy
    assert many.loss == pytest.approx(few.loss)
    assert few.confusion is not None
    np.testing.assert_array_equal(many.confusion, few.confusion * 1000)


def test_a_class_without_images_has_no_recall() -> None:
    evaluation = evaluate(brightest_pixel_network(), data().take(slice(0, 2)))
    assert evaluation is not None
    assert evaluation.per_class == [1, 1, None]


def test_examples_without_a_class_count_only_in_the_loss() -> None:
    four = data()
    evaluation = evaluate(
        brightest_pixel_network(),
        Dataset(four.images, np.array([0, NO_CLASS, NO_CLASS, 2]), four.class_names, open_set=True),
    )
    assert evaluation is not None
    np.testing.assert_array_equal(evaluation.confusion, [[1, 0, 0], [0, 0, 0], [0, 0, 1]])
    assert (evaluation.accuracy, evaluation.count) == (1, 4)
    log_sum = np.log(np.exp(5) + 2)
    assert evaluation.loss == pytest.approx(log_sum - (5 + 5 + 5 / 3 + 5 / 3) / 4)
    without_class = evaluate(
        brightest_pixel_network(), Dataset(four.images, np.full(4, NO_CLASS), four.class_names, open_set=True)
    )
    assert without_class is not None
    assert without_class.accuracy is None
    assert without_class.per_class == [None, None, None]


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy_of_the_bins() -> None:
    confidence = np.array([0.95] * 10 + [0.55] * 10)
    correct = np.array([True] * 9 + [False] + [True] * 8 + [False] * 2)
    assert expected_calibration_error(confidence, correct) == pytest.approx((0.05 + 0.25) / 2)
    assert expected_calibration_error(confidence, correct, bins=1) == pytest.approx(0.1)
    assert expected_calibration_error(np.ones(4), np.ones(4, bool)) == 0
    assert expected_calibration_error(np.zeros(4), np.zeros(4, bool)) == 0
    assert expected_calibration_error(np.empty(0), np.empty(0, bool)) == 0


def test_a_bin_includes_its_upper_limit_and_excludes_its_lower_limit() -> None:
    confidence, correct = np.array([0.5, 0.501]), np.array([True, False])
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx((0.5 + 0.501) / 2)


def test_a_data_set_without_examples_cannot_be_evaluated() -> None:
    with pytest.raises(DataError, match="four: there are no examples to evaluate"):
        evaluate(brightest_pixel_network(), data(0))


def test_a_cancelled_evaluation_returns_none() -> None:
    assert evaluate(brightest_pixel_network(), data(), cancelled=lambda: True) is None


@pytest.mark.parametrize("weight", [3e38, np.inf, np.nan])
def test_huge_or_invalid_weights_are_evaluated_without_a_warning(weight: float) -> None:
    network = Network(NetworkSpec.dense((4, 5, 3), input_shape=(2, 2)))
    network.parameters.values[:] = weight
    with warnings.catch_warnings(action="error"):
        evaluation = evaluate(network, data())
    assert evaluation is not None
    assert not np.isfinite(evaluation.loss)
    assert evaluation.count == 4


def test_a_single_logit_predicts_class_1_if_it_is_above_0() -> None:
    assert predicted_classes(np.array([[-0.5], [0.0], [0.5]])).tolist() == [0, 0, 1]
