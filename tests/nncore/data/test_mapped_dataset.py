"""A data set on disk gives the same examples as one in memory, in a random order, with little memory."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nncore
from nncore.data.dataset import Dataset
from nncore.data.mapped_dataset import (
    LABELS_PER_BLOCK,
    SHUFFLED_ROWS,
    WINDOW_BLOCKS,
    MappedArray,
    MappedDataset,
)
from nncore.errors import DataError

HEADER = 16
"""Bytes before each array in the files of these tests."""

WINDOW = SHUFFLED_ROWS * WINDOW_BLOCKS


def mapped(path: Path, array: NDArray[Any]) -> MappedArray:
    path.write_bytes(bytes(HEADER) + array.tobytes())
    with path.open("rb") as file:
        return MappedArray(file, HEADER, array.dtype, array.shape)


def numbered(count: int) -> Dataset:
    """Return a data set in memory: the 4 bytes of an image are its number, and its label is the last digit of it."""
    numbers = np.arange(count, dtype=np.uint32)
    return Dataset(numbers.view(np.uint8).reshape(count, 1, 4), numbers % 10, source="numbered")


def numbers_of(images: NDArray[Any]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(images).reshape(-1, 4).view(np.uint32).ravel()


def on_disk(folder: Path, data: Dataset, label_type: Any = np.uint8) -> MappedDataset:
    images = mapped(folder / "images", data.images)
    return MappedDataset(images, mapped(folder / "labels", data.labels.astype(label_type)), source=data.source)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mapped")


counts = st.one_of(st.integers(1, 300), st.integers(WINDOW - 70, 2 * WINDOW + 70))


@settings(max_examples=60)
@given(
    count=counts,
    seed=st.integers(0, 2**32),
    label_type=st.sampled_from(["u1", "<i8", ">i4"]),
    during_epoch=st.booleans(),
)
def test_any_rows_equal_those_of_a_dataset_in_memory(
    count: int, seed: int, label_type: str, during_epoch: bool, folder: Path
) -> None:
    memory, rng = numbered(count), np.random.default_rng(seed)
    disk = on_disk(folder, memory, label_type)
    epoch = disk.batches(32, rng)
    if during_epoch:  # then a window is held in memory
        next(epoch)
    bounds = np.sort(rng.integers(0, count + 1, 2))
    for rows in (rng.integers(0, count, 150), rng.integers(0, count, 0), slice(*bounds.tolist()), slice(None)):
        assert np.array_equal(disk.inputs(rows), memory.inputs(rows))
        assert np.array_equal(disk.targets(rows), memory.targets(rows))
        assert np.array_equal(disk.take(rows).images, memory.take(rows).images)
        assert np.array_equal(disk.take(rows).labels, memory.take(rows).labels)
        if not isinstance(rows, slice):
            bytes_out, labels_out = np.empty((len(rows), 4), np.uint8), np.empty(len(rows), np.intp)
            assert disk.copy_images(rows, bytes_out) is bytes_out
            assert np.array_equal(numbers_of(bytes_out), rows)
            assert disk.targets(rows, labels_out) is labels_out
            assert np.array_equal(labels_out, rows % 10)
    assert np.array_equal(disk.images, memory.images)
    assert np.array_equal(disk.labels, memory.labels)
    assert disk.targets(slice(None)).dtype == np.intp


def test_a_mapped_set_returns_no_view_of_an_example(folder: Path) -> None:
    assert on_disk(folder, numbered(5)).example(0, np.uint8) is None


def test_shape_type_and_description_need_no_reading_of_the_file(folder: Path) -> None:
    disk = on_disk(folder, numbered(1234))
    assert (len(disk), disk.input_shape, disk.is_bytes, disk.source) == (1234, (1, 4), True, "numbered")
    assert disk.class_names == tuple("0123456789")
    assert repr(disk) == "MappedDataset(1,234 images (1, 4), source='numbered')"


@settings(max_examples=60)
@given(count=counts, batch_size=st.one_of(st.integers(1, 300), st.just(10**6)), seed=st.integers(0, 2**32))
def test_an_epoch_gives_every_row_once_in_batches_of_the_given_size(
    count: int, batch_size: int, seed: int, folder: Path
) -> None:
    disk, rng = on_disk(folder, numbered(count)), np.random.default_rng(seed)
    for data in (disk, disk.split(0.3, rng)[0]):
        batches = list(data.batches(batch_size, rng))
        assert np.array_equal(np.sort(np.concatenate(batches)), np.arange(len(data)))
        assert {len(rows) for rows in batches[:-1]} <= {batch_size}
        assert 1 <= len(batches[-1]) <= batch_size


def test_batches_are_correct_when_read_during_the_epoch(folder: Path) -> None:
    data = on_disk(folder, numbered(3 * WINDOW + 100)).split(0.1, np.random.default_rng(0))[0]
    expected = numbers_of(data.images)
    for rows in data.batches(100, np.random.default_rng(1)):
        found = numbers_of(data.copy_images(rows, np.empty((len(rows), 4), np.uint8)))
        assert np.array_equal(found, expected[rows])
        assert np.array_equal(data.targets(rows), found % 10)


def test_threads_can_read_halves_of_batches_at_the_same_time(folder: Path) -> None:
    data = on_disk(folder, numbered(2 * WINDOW))
    with ThreadPoolExecutor(2) as pool:
        for rows in data.batches(128, np.random.default_rng(0)):
            out = np.empty((len(rows), 4), np.uint8)
            half = len(rows) // 2
            list(pool.map(data.copy_images, (rows[:half], rows[half:]), (out[:half], out[half:])))
            assert np.array_equal(numbers_of(out), rows)


def test_the_same_seed_gives_the_same_order_and_each_epoch_a_new_one(folder: Path) -> None:
    data = on_disk(folder, numbered(WINDOW + 500))

    def epochs(seed: int) -> list[list[int]]:
        rng = np.random.default_rng(seed)
        return [np.concatenate(list(data.batches(64, rng))).tolist() for _ in range(2)]

    first, second = epochs(1)
    assert [first, second] == epochs(1)
    assert first != second
    assert first != epochs(2)[0]


def test_batches_of_a_file_sorted_by_class_contain_all_classes_about_equally(folder: Path) -> None:
    count = 10 * WINDOW
    data = numbered(count)
    disk = on_disk(folder, Dataset(data.images, np.arange(count) * 10 // count))
    fractions = [
        np.bincount(disk.targets(rows), minlength=10) / 128 for rows in disk.batches(128, np.random.default_rng(0))
    ]
    random_batch = np.sqrt(0.1 * 0.9 / 128)
    assert np.std(fractions) < 1.7 * random_batch  # that of the window and that of the batch in it, added in squares
    assert np.mean(fractions[:64], axis=0) == pytest.approx(np.full(10, 0.1), abs=0.1)


@settings(max_examples=60)
@given(count=counts, fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_a_split_contains_every_image_once_with_its_label(count: int, fraction: float, seed: int, folder: Path) -> None:
    disk = on_disk(folder, numbered(count))
    remaining, held_out = disk.split(fraction, np.random.default_rng(seed))
    numbers = [numbers_of(part.images) for part in (remaining, held_out)]
    assert np.array_equal(np.sort(np.concatenate(numbers)), np.arange(count))
    for part, found in zip((remaining, held_out), numbers, strict=True):
        assert len(part) == len(found)
        assert np.array_equal(part.labels, found % 10)
    assert len(remaining) >= 1
    assert abs(len(held_out) - fraction * count) <= 1.5 * SHUFFLED_ROWS
    again = disk.split(fraction, np.random.default_rng(seed))[1]
    assert np.array_equal(numbers_of(again.images), numbers[1])


def test_a_split_is_mapped_and_random_and_can_be_split_again(folder: Path) -> None:
    disk = on_disk(folder, numbered(100 * SHUFFLED_ROWS))
    rest, held_out = disk.split(0.2, np.random.default_rng(0))
    assert isinstance(rest, MappedDataset)
    assert isinstance(held_out, MappedDataset)
    assert len(held_out) == 20 * SHUFFLED_ROWS
    other = disk.split(0.2, np.random.default_rng(1))[1]
    assert not np.array_equal(other.images, held_out.images)
    parts = [held_out, *rest.split(0.5, np.random.default_rng(2))]
    assert np.array_equal(np.sort(np.concatenate([numbers_of(part.images) for part in parts])), np.arange(len(disk)))


def test_a_dataset_of_a_single_block_is_not_split(folder: Path) -> None:
    remaining, held_out = on_disk(folder, numbered(SHUFFLED_ROWS)).split(0.5, np.random.default_rng(0))
    assert (len(remaining), len(held_out)) == (SHUFFLED_ROWS, 0)
    assert list(held_out.batches(8, np.random.default_rng(0))) == []
    assert held_out.inputs(slice(0, 9)).shape == (0, 4)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 4), np.uint8), [0, 1], r"ours: images are uint8 \(2, 4\); expected uint8 with three axes"),
        (np.zeros((2, 4, 4), np.float32), [0, 1], r"ours: images are float32"),
        (np.zeros((2, 4, 4), np.uint8), [0, 1, 2], r"ours: labels have shape \(3,\); expected \(2,\), one per image"),
        (
            np.zeros((2, 4, 4), np.uint8),
            [[0], [1]],
            r"ours: labels have shape \(2, 1\); expected \(2,\), one per image",
        ),
        (np.zeros((2, 4, 4), np.uint8), [0.0, 1.0], r"ours: labels are float64; expected integers"),
        (np.zeros((2, 4, 4), np.uint8), [0, 10], r"ours: the label of image 2 is 10; expected 0 to 9"),
        (np.zeros((2, 4, 4), np.uint8), [-1, 0], r"ours: the label of image 1 is -1; expected 0 to 9"),
    ],
)
def test_images_and_labels_that_do_not_match_are_rejected(
    images: Any, labels: list[Any], message: str, folder: Path
) -> None:
    files = mapped(folder / "images", images), mapped(folder / "labels", np.array(labels))
    with pytest.raises(DataError, match=message):
        MappedDataset(*files, source="ours")


def test_an_invalid_label_near_the_end_of_the_file_is_found(folder: Path) -> None:
    labels = np.zeros(2 * LABELS_PER_BLOCK, np.uint8)
    labels[-5] = 10
    images = mapped(folder / "images", np.zeros((len(labels), 1, 1), np.uint8))
    with pytest.raises(DataError, match=f"the label of image {len(labels) - 4} is 10; expected 0 to 9"):
        MappedDataset(images, mapped(folder / "labels", labels))


EPOCH = """
import resource, sys
from pathlib import Path
import numpy as np
from nncore.data.mapped_dataset import MappedArray, MappedDataset
folder, count = Path(sys.argv[1]), int(sys.argv[2])
with (folder / "images").open("rb") as images, (folder / "labels").open("rb") as labels:
    data = MappedDataset(MappedArray(images, 0, "u1", (count, 28, 28)), MappedArray(labels, 0, "u1", (count,)))
rng = np.random.default_rng(0)
training, validation = data.split(0.1, rng)
out, labels = np.empty((128, 784), np.uint8), np.empty(128, np.intp)
for rows in training.batches(128, rng):
    training.copy_images(rows, out[: len(rows)])
    training.targets(rows, labels[: len(rows)])
for part in (training, validation):
    for start in range(0, len(part), 1000):
        part.inputs(slice(start, start + 1000))
        part.targets(slice(start, start + 1000))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere peaks are counted otherwise")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        """Return the peak memory in MiB of a process that trains and evaluates on a file of `count` images."""
        block = np.random.default_rng(0).bytes(784 * 10_000)  # not a file with holes: those are cached differently
        with (tmp_path / "images").open("wb") as file:
            for _ in range(count // 10_000):
                file.write(block)
        (tmp_path / "labels").write_bytes(bytes(count))
        root = Path(nncore.__file__).parent.parent
        command = [sys.executable, "-c", EPOCH, str(tmp_path), str(count)]
        return int(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)

    assert peak(200_000) - peak(10_000) < 20
