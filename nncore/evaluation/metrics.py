"""How well a network does on a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.model.losses import Loss, make_loss
from nncore.model.network import PREDICTION_ROWS, Network
from nncore.system.blas_threads import one_blas_thread

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of one network on one data set.

    loss: mean of the loss that goes with the network's output (of cross-entropy: nats), or of the one it was trained
    with; not finite if the weights are so large that the logits are not. count: how many examples were judged.
    confusion: (classes, classes) counts, row = true class, column = answer; None where there are no classes. Examples
    of NO_CLASS are in the loss and the count alone: no answer to them is right.
    """

    loss: float
    count: int
    confusion: NDArray[np.int64] | None

    @property
    def accuracy(self) -> float | None:
        """Share of the examples of a class answered correctly, 0 to 1; None where there are none."""
        if self.confusion is None or not self.confusion.any():
            return None
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def per_class(self) -> list[float | None]:
        """Share of each class answered correctly (its recall); None for a class with no image."""
        if self.confusion is None:
            return []
        totals = self.confusion.sum(axis=1)
        return [
            float(right / total) if total else None
            for right, total in zip(np.diagonal(self.confusion), totals, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class AnsweredBatch:
    """What a network answers to some examples. rows: which of the data set. targets: (n,) or (n, outputs).

    logits: (n, outputs).
    """

    rows: slice
    targets: NDArray[Any]
    logits: Array

    @property
    def answers(self) -> NDArray[np.intp]:
        """The class (n,) of each example that the logits name."""
        return answers(self.logits)


def answer_all(
    network: Network, dataset: Dataset, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[AnsweredBatch | None]:
    """The one pass over a data set: yields its examples in order, PREDICTION_ROWS at a time, with their logits.

    Once `cancelled()` is true it yields None and ends. Huge weights give no warnings, but logits that are not finite.
    """
    for start in range(0, len(dataset), PREDICTION_ROWS):
        if cancelled():
            yield None
            return
        rows = slice(start, start + PREDICTION_ROWS)
        targets = dataset.targets(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            logits = network.logits(dataset.inputs(rows))
        yield AnsweredBatch(rows, targets, logits)


@one_blas_thread()
def evaluate(
    network: Network, dataset: Dataset, cancelled: Callable[[], bool] = lambda: False, loss: Loss | None = None
) -> Evaluation | None:
    """The loss and the confusion matrix of `network` on every example of `dataset`; None once `cancelled()` is true.

    loss: what to measure; None for the one that goes with the network's output.
    """
    loss = loss or make_loss(None, network.spec.output, 0.0)
    classes = len(dataset.class_names)
    confusion = np.zeros((classes, classes), np.int64) if classes else None
    total_loss = 0.0
    for batch in answer_all(network, dataset, cancelled):
        if batch is None:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            total_loss += float(loss.per_example(batch.logits, batch.targets).sum())
        if confusion is not None:
            confusion += confusion_matrix(batch.targets, batch.answers, classes)
    return Evaluation(total_loss / len(dataset), len(dataset), confusion)


def confusion_matrix(labels: NDArray[np.intp], answered: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """Counts (classes, classes), row = true class, column = answer; examples of NO_CLASS are left out.

    labels, answered: (n,) the true class and the answer of each example.
    """
    counts = np.zeros((classes, classes), np.int64)
    of_class = labels != NO_CLASS
    np.add.at(counts, (labels[of_class], answered[of_class]), 1)
    return counts


def answers(logits: Array) -> NDArray[np.intp]:
    """The class (n,) that each row of logits (n, outputs) names: the largest, or the side of 0 of a single one."""
    return (logits[:, 0] > 0).astype(np.intp) if logits.shape[1] == 1 else logits.argmax(axis=1)


def expected_calibration_error(confidence: Array, right: NDArray[np.bool_], bins: int = 15) -> float:
    """How far a network's confidence is from how often it is right, 0 to 1: the mean of |accuracy - confidence|.

    confidence: (n,) probability of each answer, 0 to 1. right: (n,) whether it was the right one. The answers are put
    into `bins` equally wide intervals of confidence, and each interval counts by how many answers fall into it: of 100
    answers given with 90 % about 90 should be right. 0 for no answers.

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 2.
    """
    if not len(confidence):
        return 0.0
    interval = np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)
    surplus = np.bincount(interval, right.astype(np.float64) - confidence, minlength=bins)
    return float(np.abs(surplus).sum() / len(confidence))


def wilson_interval(right: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Between which shares, 0 to 1, the true one lies when `right` of `count` were right; (0, 1) of none.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927). Unlike the textbook's p ± 1.96 sqrt(p (1 - p) / n) it stays within 0 and 1, and
    20 right of 20 do not become "exactly 100 %".
    """
    if count == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p, n = right / count, count
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


BINS = 15
"""Intervals of confidence, as Guo and others have them."""


@dataclass(frozen=True)
class ClassFigures:
    """How well one class is told from the others, as shares, 0 to 1; None where there is nothing to divide by.

    count: examples of it. precision: of the answers that named it, how many were right. recall: of its examples, how
    many were found. f1: the harmonic mean of the two, which is low if either is.
    """

    name: str
    count: int
    precision: float | None
    recall: float | None
    f1: float | None


def class_figures(confusion: NDArray[np.int64], class_names: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    """The figures of each class from its counts (classes, classes), row = true class, column = answer.

    C. J. van Rijsbergen, "Information Retrieval", 1979, chapter 7.
    """
    found, examples, named = np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassFigures(name, int(n), _share(tp, said), _share(tp, n), _share(2 * tp, n + said))
        for name, tp, n, said in zip(class_names, found, examples, named, strict=True)
    )


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers about equally sure: their confidence is above `low` and at most `high`, 0 to 1.

    confidence: their mean confidence; accuracy: the share of them that is right.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(confidence: Array, right: NDArray[np.bool_], bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """The bars of a reliability diagram, lowest confidence first; intervals without an answer are left out.

    confidence: (n,) probability of each answer, 0 to 1. right: (n,) whether it was the right one. Where accuracy and
    confidence are equal in each bar, a network's "90 %" means 90 %; `expected_calibration_error` is how far they are
    apart on the whole. Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
    """
    number = np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)
    counts = np.bincount(number, minlength=bins)
    sure = np.bincount(number, confidence, minlength=bins)
    hits = np.bincount(number, right, minlength=bins)
    return tuple(
        ReliabilityBin(
            int(b) / bins, (int(b) + 1) / bins, int(counts[b]), float(sure[b] / counts[b]), float(hits[b] / counts[b])
        )
        for b in np.flatnonzero(counts)
    )
