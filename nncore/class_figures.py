"""The figures behind an accuracy: how each class fares, and whether a network is as often right as it is sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

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
