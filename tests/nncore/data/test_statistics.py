"""Statistics of a data set, checked against a direct computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.data.formats import read_dataset
from nncore.data.statistics import ROWS_SUMMED_AT_ONCE, DatasetStatistics, dataset_statistics
from tests.nncore.example_data import mnist


def statistics_of(dataset: Dataset) -> DatasetStatistics:
    found = dataset_statistics(dataset)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """Return more examples than one block; the first 20 are repeated at the end, 3 of them with another label."""
    some = mnist().training.take(slice(0, ROWS_SUMMED_AT_ONCE + 300))
    labels = np.concatenate([some.labels, some.labels[:20]])
    labels[-3:] = (labels[-3:] + 1) % 10
    return Dataset(np.concatenate([some.images, some.images[:20]]), labels)


def test_class_counts_and_pixel_statistics_cover_all_images(digits: Dataset) -> None:
    found = statistics_of(digits)
    assert found.count == len(digits)
    np.testing.assert_array_equal(found.counts, np.bincount(digits.labels, minlength=10))
    assert found.mean == pytest.approx(digits.images.mean() / 255)
    assert found.deviation == pytest.approx((digits.images / 255).std())
    assert found.ink_fraction == pytest.approx((digits.images > 0).mean())
    assert found.ever_inked is not None
    np.testing.assert_array_equal(found.ever_inked, digits.images.any(axis=0))


def test_the_mean_image_of_a_class_is_the_mean_of_its_images(digits: Dataset) -> None:
    found = statistics_of(digits)
    assert found.means is not None
    for digit in range(10):
        expected = digits.images[digits.labels == digit].mean(axis=0)
        np.testing.assert_allclose(found.means[digit], expected, atol=1e-3)


def test_duplicates_and_conflicting_labels_are_found(digits: Dataset) -> None:
    found = statistics_of(digits)
    first = len(digits) - 20
    assert found.duplicate_count == 20
    assert found.duplicates == tuple((row, first + row) for row in range(20))
    assert found.conflicts == tuple((row, first + row) for row in (17, 18, 19))
    assert found.conflict_count == 3


def test_images_that_differ_in_one_bit_are_not_duplicates() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    images[1, 27, 27] = 1
    found = statistics_of(Dataset(images, np.array([0, 0, 0])))
    assert found.duplicates == ((0, 2),)
    assert found.duplicate_count == 1


def test_three_identical_images_count_as_two_duplicates() -> None:
    found = statistics_of(Dataset(np.zeros((3, 28, 28), np.uint8), np.array([4, 4, 5])))
    assert (found.duplicate_count, found.duplicates, found.conflict_count) == (2, ((0, 1, 2),), 1)


def test_empty_classes_and_examples_without_a_class_are_counted() -> None:
    images = mnist().training.images[:4]
    found = statistics_of(Dataset(images, np.array([NO_CLASS, 1, 1, NO_CLASS]), open_set=True))
    assert found.no_class == 2
    assert found.counts.tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert found.means is not None
    assert not found.means[0].any()


def test_numbers_with_targets_have_no_classes_and_no_mean_images() -> None:
    inputs = np.array([[1.0, 0.0], [3.0, 4.0], [1.0, 0.0]])
    found = statistics_of(Dataset.from_floats(inputs, np.array([1.0, 2.0, 3.0])))
    assert (found.means, found.ever_inked, found.counts.tolist()) == (None, None, [])
    assert (found.mean, found.deviation) == pytest.approx((1.5, inputs.std()))
    assert found.conflicts == ((0, 2),)


def test_an_empty_dataset_has_statistics() -> None:
    found = statistics_of(Dataset(np.empty((0, 28, 28), np.uint8), np.empty(0, np.intp)))
    assert (found.count, found.duplicate_count, found.mean) == (0, 0, 0.0)


def test_a_mapped_dataset_has_the_same_statistics(tmp_path: Path, digits: Dataset) -> None:
    np.save(tmp_path / "train-images.npy", digits.images)
    np.save(tmp_path / "train-labels.npy", digits.labels.astype(np.uint8))
    mapped = statistics_of(read_dataset(tmp_path / "train-images.npy", mapped=True).training)
    here = statistics_of(digits)
    assert (mapped.mean, mapped.duplicates, mapped.conflicts) == (here.mean, here.duplicates, here.conflicts)
    np.testing.assert_array_equal(mapped.counts, here.counts)


def test_progress_is_reported_and_cancelling_returns_none(digits: Dataset) -> None:
    fractions: list[float] = []
    assert dataset_statistics(digits, progress=fractions.append) is not None
    assert fractions[0] == pytest.approx(ROWS_SUMMED_AT_ONCE / len(digits))
    assert fractions[-1] == 1.0
    assert dataset_statistics(digits, progress=fractions.append, cancelled=lambda: True) is None
