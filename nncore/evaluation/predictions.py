"""What a network answers to every example of a data set, stored so that each figure can be traced to its images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.metrics import (
    ClassFigures,
    ReliabilityBin,
    answer_all,
    class_figures,
    confusion_matrix,
    expected_calibration_error,
    reliability,
    wilson_interval,
)
from nncore.model.checks import check_fit
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.system.blas_threads import one_blas_thread

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers of one network to one data set. Examples of NO_CLASS count for nothing: no answer is right.

    labels, answers: (n,) the true class and the one named. probabilities: (n, classes) float32, 0 to 1.
    source: the data set, in words.
    """

    labels: Rows
    answers: Rows
    probabilities: NDArray[np.float32]
    class_names: tuple[str, ...]
    source: str

    @property
    def count(self) -> int:
        """How many examples have a class."""
        return int(self._of_class.sum())

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """The probability (n,) of each answer."""
        sure: NDArray[np.float32] = self.probabilities[np.arange(len(self.answers)), self.answers]
        return sure

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (classes, classes), row = true class, column = answer."""
        return confusion_matrix(self.labels, self.answers, len(self.class_names))

    @property
    def right(self) -> int:
        """How many answers were right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float | None:
        """Share of right answers, 0 to 1; None if no example has a class."""
        return self.right / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the accuracy on many more such examples lies, with 95 % confidence (Wilson)."""
        return wilson_interval(self.right, self.count)

    @property
    def figures(self) -> tuple[ClassFigures, ...]:
        """Precision, recall and F1 of each class."""
        return class_figures(self.confusion, self.class_names)

    @cached_property
    def bins(self) -> tuple[ReliabilityBin, ...]:
        """How often answers are right, by how sure they are."""
        return reliability(*self._sureness())

    @cached_property
    def calibration_error(self) -> float:
        """The expected calibration error, 0 to 1."""
        return expected_calibration_error(*self._sureness())

    def misread(self) -> Rows:
        """The rows answered wrongly, the most confident mistake first."""
        return self._surest_first(self._of_class & (self.labels != self.answers))

    def rows_of(self, label: int, answer: int) -> Rows:
        """The rows of one cell of the confusion matrix, the most confident answer first."""
        return self._surest_first((self.labels == label) & (self.answers == answer))

    @cached_property
    def _of_class(self) -> NDArray[np.bool_]:
        of_class: NDArray[np.bool_] = self.labels != NO_CLASS
        return of_class

    def _sureness(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        right = self.labels == self.answers
        return self.confidence[self._of_class], right[self._of_class]

    def _surest_first(self, chosen: NDArray[np.bool_]) -> Rows:
        rows = np.flatnonzero(chosen)
        return rows[np.argsort(-self.confidence[rows], kind="stable")]


@one_blas_thread()
def predict_dataset(
    network: Network,
    dataset: Dataset,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda share: None,
) -> Predictions | None:
    """The answers of `network` to every example of `dataset`; None once `cancelled()` is true.

    progress: called with the share done, 0 to 1. Raises DataError if the data has no classes, SettingError if it does
    not fit the network. Weights that have diverged give answers like any others, with the probability 0.
    """
    if not dataset.class_names:
        raise DataError(f"{dataset.source}: numbers to fit have no classes, so there is nothing to misread.")
    check_fit(network, dataset)
    named, labels = np.empty(len(dataset), np.intp), np.empty(len(dataset), np.intp)
    probabilities = np.empty((len(dataset), len(dataset.class_names)), np.float32)
    for batch in answer_all(network, dataset, cancelled):
        if batch is None:
            return None
        rows = batch.rows
        with np.errstate(over="ignore", invalid="ignore"):
            probabilities[rows] = _shares(OUTPUTS[network.spec.output](batch.logits))
        labels[rows], named[rows] = batch.targets, batch.answers
        progress(min(1.0, rows.stop / len(dataset)))
    return Predictions(labels, named, probabilities, dataset.class_names, dataset.source)


def _shares(outputs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Outputs (n, outputs) as a share for each class: one alone stands for the second of two; numbers are clipped."""
    if outputs.shape[1] == 1:
        outputs = np.hstack([1 - outputs, outputs])
    shares: NDArray[np.floating] = np.clip(np.nan_to_num(outputs), 0.0, 1.0)
    return shares
