"""Statistics of a data set: class counts, mean images, mean and deviation of pixels, and duplicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset

ROWS_SUMMED_AT_ONCE = 2000
"""Number of examples that are read together. In addition, only the digests take memory: 16 bytes per example."""

DIGEST_BYTES = 16
"""Length of a digest; with 128 bits, two different images practically never have the same one."""

MAX_GROUPS = 200
"""Largest number of groups of identical examples that are returned; all groups are counted."""

DuplicateGroup = tuple[int, ...]
"""Rows of identical examples, in rising order."""


@dataclass(frozen=True, eq=False)
class DatasetStatistics:
    """Statistics of a data set.

    Attributes:
        count: number of examples.
        counts: (classes,) examples of each class; empty without classes.
        no_class: number of examples that belong to no class.
        means: (classes, height, width) float32, the mean image of each class from 0 (paper) to 255 (ink), all 0 for an
            empty class; None if the examples are not images.
        mean: mean of all pixels (0 to 1) or inputs.
        deviation: their standard deviation.
        ink_fraction: fraction of the pixels that are not paper, 0 to 1.
        ever_inked: (height, width) whether a pixel has ink in any image; None without images.
        duplicate_count: number of examples that are identical to an earlier one.
        duplicates: the first MAX_GROUPS groups of identical examples.
        conflicts: the first MAX_GROUPS of the groups whose labels differ.
        conflict_count: number of all groups whose labels differ.
    """

    count: int
    counts: NDArray[np.int64]
    no_class: int
    means: NDArray[np.float32] | None
    mean: float
    deviation: float
    ink_fraction: float
    ever_inked: NDArray[np.bool_] | None
    duplicate_count: int
    duplicates: tuple[DuplicateGroup, ...]
    conflicts: tuple[DuplicateGroup, ...]
    conflict_count: int


def dataset_statistics(
    dataset: Dataset,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> DatasetStatistics | None:
    """Compute the statistics of `dataset`, which is read once, in parts; return None if `cancelled()` becomes true.

    progress: called with the finished fraction, 0 to 1. MNIST's 60,000 images take about a second.
    """
    count, sums = len(dataset), _Sums(dataset)
    for start in range(0, count, ROWS_SUMMED_AT_ONCE):
        if cancelled():
            return None
        sums.add(np.arange(start, min(start + ROWS_SUMMED_AT_ONCE, count)))
        progress(min(start + ROWS_SUMMED_AT_ONCE, count) / count)
    return sums.statistics()


class _Sums:
    """The sums over the examples of a data set that were added so far, from which its statistics follow."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset, self._count = dataset, len(dataset)
        self._size, self._classes = prod(dataset.input_shape), len(dataset.class_names)
        self._counts = np.zeros(self._classes, np.int64)
        self._of_classes = np.zeros((self._classes, self._size))
        self._sum = 0.0
        self._squares = 0.0
        self._ink_pixels = 0
        self._ever_inked = np.zeros(self._size, np.bool_)
        self._digests = np.empty((self._count, DIGEST_BYTES), np.uint8)

    def add(self, rows: NDArray[np.intp]) -> None:
        """Add the examples `rows`."""
        examples = _examples(self._dataset, rows)
        if self._classes:
            # One-hot labels (classes, rows): the product with the examples (rows, size) is the sum of each class.
            of_class = self._dataset.targets(rows) == np.arange(self._classes)[:, None]
            self._counts += of_class.sum(axis=1)
            self._of_classes += of_class.astype(np.float32) @ examples.astype(np.float32)
        self._sum += float(examples.sum(dtype=np.float64))
        numbers = examples.ravel().astype(np.float64)
        self._squares += float(numbers @ numbers)
        self._ink_pixels += int(np.count_nonzero(examples))
        self._ever_inked |= examples.any(axis=0)
        self._digests[rows] = [_digest(example) for example in examples]

    def statistics(self) -> DatasetStatistics:
        """The statistics, after all examples were added."""
        groups, labels = _equal_rows(self._digests), self._dataset.targets(slice(None))
        conflicts = [group for group in groups if (labels[list(group)] != labels[group[0]]).any()]
        are_images, shape = self._dataset.is_bytes, self._dataset.input_shape
        numbers, scale = max(1, self._count * self._size), 255 if are_images else 1
        mean = self._sum / numbers
        # The variance is the mean of the squares minus the square of the mean; rounding can make it slightly negative.
        deviation = max(0.0, self._squares / numbers - mean**2) ** 0.5
        class_means = (self._of_classes / np.maximum(self._counts, 1)[:, None]).astype(np.float32)
        return DatasetStatistics(
            count=self._count,
            counts=self._counts,
            no_class=self._count - int(self._counts.sum()) if self._classes else 0,
            means=class_means.reshape(self._classes, *shape) if are_images else None,
            mean=mean / scale,
            deviation=deviation / scale,
            ink_fraction=self._ink_pixels / numbers,
            ever_inked=self._ever_inked.reshape(shape) if are_images else None,
            duplicate_count=sum(len(group) - 1 for group in groups),
            duplicates=tuple(groups[:MAX_GROUPS]),
            conflicts=tuple(conflicts[:MAX_GROUPS]),
            conflict_count=len(conflicts),
        )


def _examples(dataset: Dataset, rows: NDArray[np.intp]) -> NDArray[np.uint8] | NDArray[np.floating]:
    """Return the examples `rows`, one per row: bytes for images, otherwise the inputs."""
    if dataset.is_bytes:
        return dataset.copy_images(rows, np.empty((len(rows), prod(dataset.input_shape)), np.uint8))
    return dataset.inputs(rows)


def _digest(example: NDArray[np.uint8] | NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.frombuffer(blake2b(example.tobytes(), digest_size=DIGEST_BYTES).digest(), np.uint8)


def _equal_rows(digests: NDArray[np.uint8]) -> list[DuplicateGroup]:
    """Return groups of two or more rows with the same digest (n, DIGEST_BYTES), ordered by their first rows."""
    if not len(digests):
        return []
    halves = digests.view(np.uint64)  # sorting two numbers is faster than sorting 16 bytes
    order = np.lexsort((halves[:, 1], halves[:, 0]))  # stable: rows of a group stay in rising order
    changes = np.flatnonzero((halves[order[1:]] != halves[order[:-1]]).any(axis=1)) + 1
    starts, ends = np.insert(changes, 0, 0), np.append(changes, len(order))
    return sorted(tuple(order[a:b].tolist()) for a, b in zip(starts, ends, strict=True) if b - a > 1)
