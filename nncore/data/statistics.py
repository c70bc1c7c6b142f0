"""Statistics of a dataset: class counts, mean images, mean and deviation of pixels, and duplicates."""

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
    """Statistics of a dataset of `count` examples.

    counts: (classes,) examples of each class; empty without classes. no_class: examples that belong to no class.
    means: (classes, height, width) float32, the mean image of each class from 0 (paper) to 255 (ink), all 0 for an
    empty class; None if the examples are not images.
    mean, deviation: mean and standard deviation of all pixels (0 to 1) or inputs. ink_fraction: fraction of the pixels
    that are not paper, 0 to 1. ever_inked: (height, width) whether a pixel has ink in any image; None without images.

    duplicate_count: number of examples that are identical to an earlier one. duplicates: the first MAX_GROUPS groups of
    identical examples. conflicts: the first MAX_GROUPS of the groups whose labels differ; conflict_count: number of
    all such groups.
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
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> DatasetStatistics | None:
    """Compute the statistics of `dataset`, which is read once, in parts; return None if `cancelled()` becomes true.

    progress: called with the finished fraction, 0 to 1. MNIST's 60,000 images take about a second.
    """
    count, size, classes = len(dataset), prod(dataset.input_shape), len(dataset.class_names)
    counts, sums = np.zeros(classes, np.int64), np.zeros((classes, size))
    total, squares, ink_pixels, ever_inked = 0.0, 0.0, 0, np.zeros(size, np.bool_)
    digests = np.empty((count, DIGEST_BYTES), np.uint8)
    for start in range(0, count, ROWS_SUMMED_AT_ONCE):
        if cancelled():
            return None
        rows = np.arange(start, min(start + ROWS_SUMMED_AT_ONCE, count))
        examples = _examples(dataset, rows)
        if classes:
            # One-hot labels (classes, rows): the product with the examples (rows, size) is the sum of each class.
            of_class = dataset.targets(rows) == np.arange(classes)[:, None]
            counts += of_class.sum(axis=1)
            sums += of_class.astype(np.float32) @ examples.astype(np.float32)
        total += float(examples.sum(dtype=np.float64))
        numbers = examples.ravel().astype(np.float64)
        squares += float(numbers @ numbers)
        ink_pixels += int(np.count_nonzero(examples))
        ever_inked |= examples.any(axis=0)
        digests[rows] = [_digest(example) for example in examples]
        progress(float(rows[-1] + 1) / count)
    groups, labels = _equal_rows(digests), dataset.targets(slice(None))
    conflicts = [group for group in groups if (labels[list(group)] != labels[group[0]]).any()]
    pixels, scale = max(1, count * size), 255 if dataset.is_bytes else 1
    mean = total / pixels
    # The variance is the mean of the squares minus the square of the mean; rounding can make it slightly negative.
    deviation = max(0.0, squares / pixels - mean**2) ** 0.5
    class_means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return DatasetStatistics(
        count=count,
        counts=counts,
        no_class=count - int(counts.sum()) if classes else 0,
        means=class_means.reshape(classes, *dataset.input_shape) if dataset.is_bytes else None,
        mean=mean / scale,
        deviation=deviation / scale,
        ink_fraction=ink_pixels / pixels,
        ever_inked=ever_inked.reshape(dataset.input_shape) if dataset.is_bytes else None,
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
