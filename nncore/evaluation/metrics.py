"""Measures of the predictions of a network on a data set: loss, accuracy, confusion, F1, calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.model.layers.parameters import Array
from nncore.model.losses import Loss, make_loss
from nncore.model.network import PREDICTION_BATCH_SIZE, Network
from nncore.system.blas_threads import one_blas_thread

CONFIDENCE_BINS = 15
"""Number of confidence bins, as in Guo et al."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The loss and the confusion matrix of one network on one data set.

    Attributes:
        loss: mean of the loss of the training, or of the default loss of the network's output (cross-entropy in nats);
            not finite if the weights are so large that the logits are not.
        count: number of examples.
        confusion: (classes, classes) counts, row = true class, column = predicted class; None for data without classes.
            Examples of NO_CLASS count only in `loss` and `count`, because no prediction for them is correct.
    """

    loss: float
    count: int
    confusion: NDArray[np.int64] | None

    @property
    def accuracy(self) -> float | None:
        """Fraction of the examples with a class that are predicted correctly, 0 to 1; None if there are none."""
        if self.confusion is None or not self.confusion.any():
            return None
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def per_class(self) -> list[float | None]:
        """Recall of each class, 0 to 1; None for a class without examples."""
        if self.confusion is None:
            return []
        totals = self.confusion.sum(axis=1)
        return [
            float(correct / total) if total else None
            for correct, total in zip(np.diagonal(self.confusion), totals, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class PredictedBatch:
    """The logits of a network for some examples.

    Attributes:
        rows: the rows of the data set.
        targets: (n,) or (n, outputs).
        logits: (n, outputs).
    """

    rows: slice
    targets: NDArray[Any]
    logits: Array

    @property
    def predicted(self) -> NDArray[np.intp]:
        """The predicted class (n,) of each example."""
        return predicted_classes(self.logits)


def predict_batches(
    network: Network, dataset: Dataset, *, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[PredictedBatch | None]:
    """Yield all examples of a data set in order, PREDICTION_BATCH_SIZE at a time, with their logits.

    Once `cancelled()` is true it yields None and ends. If the weights are huge, the logits are not finite; NumPy's
    warnings are switched off.
    """
    for start in range(0, len(dataset), PREDICTION_BATCH_SIZE):
        if cancelled():
            yield None
            return
        rows = slice(start, start + PREDICTION_BATCH_SIZE)
        targets = dataset.targets(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            logits = network.logits(dataset.inputs(rows))
        yield PredictedBatch(rows, targets, logits)


@one_blas_thread()
def evaluate(
    network: Network, dataset: Dataset, *, cancelled: Callable[[], bool] = lambda: False, loss: Loss | None = None
) -> Evaluation | None:
    """Return the loss and the confusion matrix of `network` on `dataset`; None if `cancelled()` became true.

    loss: the loss to measure; None for the default loss of the network's output. Raises DataError if there are no
    examples.
    """
    if not len(dataset):
        raise DataError(f"{dataset.source or 'The data set'}: there are no examples to evaluate.")
    loss = loss or make_loss(None, network.spec.output, 0.0)
    classes = len(dataset.class_names)
    confusion = np.zeros((classes, classes), np.int64) if classes else None
    total_loss = 0.0
    for batch in predict_batches(network, dataset, cancelled=cancelled):
        if batch is None:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            total_loss += float(loss.per_example(batch.logits, batch.targets).sum())
        if confusion is not None:
            confusion += confusion_matrix(batch.targets, batch.predicted, classes)
    return Evaluation(total_loss / len(dataset), len(dataset), confusion)


def confusion_matrix(labels: NDArray[np.intp], predicted: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """Return counts (classes, classes), row = true class, column = predicted class, without examples of NO_CLASS.

    labels, predicted: (n,) the true class and the predicted class of each example.
    """
    counts = np.zeros((classes, classes), np.int64)
    has_class = labels != NO_CLASS
    np.add.at(counts, (labels[has_class], predicted[has_class]), 1)
    return counts


def predicted_classes(logits: Array) -> NDArray[np.intp]:
    """Return the predicted class (n,) of each row of logits (n, outputs).

    It is the index of the largest logit. With a single logit it is 1 if the logit is above 0, else 0.
    """
    return (logits[:, 0] > 0).astype(np.intp) if logits.shape[1] == 1 else logits.argmax(axis=1)


def expected_calibration_error(confidence: Array, correct: NDArray[np.bool_], bins: int = CONFIDENCE_BINS) -> float:
    """Return the expected calibration error, 0 to 1: the mean of |accuracy - confidence|; 0 without predictions.

    confidence: (n,) probability of each predicted class, 0 to 1. correct: (n,) whether the prediction is correct. The
    predictions are sorted into `bins` intervals of confidence of equal width; each interval is weighted by its number
    of predictions. Of 100 predictions with a confidence of 90 %, about 90 should be correct.

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 2.
    """
    if not len(confidence):
        return 0.0
    # Each interval adds (count / n) |correct / count - confidence / count|, in which the count cancels.
    surplus = np.bincount(_bin_of(confidence, bins), correct.astype(np.float64) - confidence, minlength=bins)
    return float(np.abs(surplus).sum() / len(confidence))


def _bin_of(confidence: Array, bins: int) -> NDArray[np.intp]:
    """The number (n,) of the interval of each confidence: interval i is above i / bins, up to (i + 1) / bins."""
    # A confidence of 0 belongs to the first interval; one above 1 by rounding belongs to the last.
    return np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)


def wilson_interval(correct: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval (low, high) of a proportion, if `correct` of `count` were correct.

    It is within 0 to 1, and (0, 1) if `count` is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927). Unlike the textbook's p ± 1.96 sqrt(p (1 - p) / n) it stays within 0 and 1, and
    its lower limit is below 100 % for 20 correct of 20.
    """
    if count == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    # The bounds solve (p - q)^2 = z^2 q (1 - q) / n for q: p is z standard errors away from the true fraction q.
    # It is the quadratic equation (1 + z^2/n) q^2 - (2 p + z^2/n) q + p^2 = 0; its solutions are middle ± half_width.
    p, n = correct / count, count
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half_width = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half_width), min(1.0, middle + half_width)


@dataclass(frozen=True)
class ClassMetrics:
    """Precision, recall and F1 of one class, 0 to 1; None where the divisor is 0.

    Attributes:
        count: number of its examples.
        precision: fraction of the predictions of this class that are correct.
        recall: fraction of its examples that are predicted correctly.
        f1: the harmonic mean of the two, low if either is low.
    """

    name: str
    count: int
    precision: float | None
    recall: float | None
    f1: float | None


def class_metrics(confusion: NDArray[np.int64], class_names: tuple[str, ...]) -> tuple[ClassMetrics, ...]:
    """Return the metrics of each class from counts (classes, classes), row = true class, column = predicted class.

    C. J. van Rijsbergen, "Information Retrieval", 1979, chapter 7.
    """
    # With true positives tp, examples n and predictions p: precision tp / p, recall tp / n. Their harmonic mean is
    # 2 / (p / tp + n / tp) = 2 tp / (n + p), which is also defined if precision or recall alone is not.
    correct, examples, predicted = np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassMetrics(name, int(n), _ratio(tp, p), _ratio(tp, n), _ratio(2 * tp, n + p))
        for name, tp, n, p in zip(class_names, correct, examples, predicted, strict=True)
    )


def _ratio(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None


@dataclass(frozen=True)
class ReliabilityBin:
    """Predictions of similar confidence: above `low` and at most `high`, 0 to 1.

    Attributes:
        confidence: their mean confidence.
        accuracy: the fraction of them that is correct.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(
    confidence: Array, correct: NDArray[np.bool_], bins: int = CONFIDENCE_BINS
) -> tuple[ReliabilityBin, ...]:
    """Return the bars of a reliability diagram, lowest confidence first, without the empty intervals.

    confidence: (n,) probability of each predicted class, 0 to 1. correct: (n,) whether the prediction is correct. If
    accuracy and confidence are equal in each bar, the network is calibrated; `expected_calibration_error` is their mean
    difference. Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
    """
    index = _bin_of(confidence, bins)
    counts = np.bincount(index, minlength=bins)
    divisors = np.maximum(counts, 1)  # empty bins are left out below
    confidences = np.bincount(index, confidence, minlength=bins) / divisors
    accuracies = np.bincount(index, correct, minlength=bins) / divisors  # True counts as 1
    return tuple(
        ReliabilityBin(b / bins, (b + 1) / bins, int(counts[b]), float(confidences[b]), float(accuracies[b]))
        for b in np.flatnonzero(counts).tolist()
    )
