"""The predictions of a network for a whole data set, stored so that each figure can be traced to its images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.metrics import (
    ClassMetrics,
    ReliabilityBin,
    class_metrics,
    confusion_matrix,
    expected_calibration_error,
    predict_batches,
    reliability,
    wilson_interval,
)
from nncore.model.checks import check_fit
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.system.blas_threads import one_blas_thread

RowNumbers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Predictions:
    """The predictions of one network for one data set. Examples of NO_CLASS are not counted in any figure.

    Attributes:
        labels, answers: (n,) the true class and the predicted class.
        probabilities: (n, classes) float32, 0 to 1.
        source: the data set, in words.
    """

    labels: RowNumbers
    answers: RowNumbers
    probabilities: NDArray[np.float32]
    class_names: tuple[str, ...]
    source: str

    @property
    def count(self) -> int:
        """Number of examples that have a class."""
        return int(self._has_class.sum())

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """The probability (n,) of each predicted class."""
        confidence: NDArray[np.float32] = self.probabilities[np.arange(len(self.answers)), self.answers]
        return confidence

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (classes, classes), row = true class, column = predicted class."""
        return confusion_matrix(self.labels, self.answers, len(self.class_names))

    @property
    def correct(self) -> int:
        """Number of correct predictions."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float | None:
        """Fraction of correct predictions, 0 to 1; None if no example has a class."""
        return self.correct / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval (low, high) of the accuracy, 0 to 1 (Wilson)."""
        return wilson_interval(self.correct, self.count)

    @property
    def figures(self) -> tuple[ClassMetrics, ...]:
        """Precision, recall and F1 of each class."""
        return class_metrics(self.confusion, self.class_names)

    @cached_property
    def bins(self) -> tuple[ReliabilityBin, ...]:
        """Accuracy by confidence: the bars of a reliability diagram."""
        return reliability(*self._confidence_and_correctness())

    @cached_property
    def calibration_error(self) -> float:
        """The expected calibration error, 0 to 1."""
        return expected_calibration_error(*self._confidence_and_correctness())

    def misread(self) -> RowNumbers:
        """Return the rows predicted wrongly, the most confident mistake first."""
        return self._by_confidence(self._has_class & (self.labels != self.answers))

    def rows_of(self, label: int, answer: int) -> RowNumbers:
        """Return the rows of one cell of the confusion matrix, the most confident prediction first."""
        return self._by_confidence((self.labels == label) & (self.answers == answer))

    @cached_property
    def _has_class(self) -> NDArray[np.bool_]:
        has_class: NDArray[np.bool_] = self.labels != NO_CLASS
        return has_class

    def _confidence_and_correctness(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        correct = self.labels == self.answers
        return self.confidence[self._has_class], correct[self._has_class]

    def _by_confidence(self, chosen: NDArray[np.bool_]) -> RowNumbers:
        rows = np.flatnonzero(chosen)
        return rows[np.argsort(-self.confidence[rows], kind="stable")]


@one_blas_thread()
def predict_dataset(
    network: Network,
    dataset: Dataset,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Predictions | None:
    """Return the predictions of `network` for every example of `dataset`; None if `cancelled()` became true.

    progress: called with the fraction done, 0 to 1. Raises DataError if the data has no classes, SettingError if it
    does not fit the network. If the weights have diverged, the probability of each prediction is 0.
    """
    if not dataset.class_names:
        raise DataError(f"{dataset.source}: this is regression data without classes, so there are no misread examples.")
    check_fit(network, dataset)
    predicted, labels = np.empty(len(dataset), np.intp), np.empty(len(dataset), np.intp)
    probabilities = np.empty((len(dataset), len(dataset.class_names)), np.float32)
    for batch in predict_batches(network, dataset, cancelled=cancelled):
        if batch is None:
            return None
        rows = batch.rows
        with np.errstate(over="ignore", invalid="ignore"):
            probabilities[rows] = _class_probabilities(OUTPUTS[network.spec.output](batch.logits))
        labels[rows], predicted[rows] = batch.targets, batch.predicted
        progress(min(1.0, rows.stop / len(dataset)))
    return Predictions(labels, predicted, probabilities, dataset.class_names, dataset.source)


def _class_probabilities(outputs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return outputs (n, outputs) as a probability per class (n, classes).

    A single output is the probability of the second of two classes. Other values are clipped to 0 to 1.
    """
    if outputs.shape[1] == 1:
        outputs = np.hstack([1 - outputs, outputs])
    probabilities: NDArray[np.floating] = np.clip(np.nan_to_num(outputs), 0.0, 1.0)
    return probabilities
