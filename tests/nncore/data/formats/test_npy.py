"""A pair of NPY files is read or mapped whatever its shape, and an invalid one is rejected."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.data.formats import read_dataset
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError
from tests.nncore.data.formats.conftest import check_read_or_data_error, equal_datasets
from tests.nncore.mutation import Mutation, mutated, mutations


def write(folder: Path, digits: Dataset, images: str = "images.npy", labels: str = "labels.npy") -> Path:
    np.save(folder / images, digits.images)
    np.save(folder / labels, digits.labels)
    return folder / images


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images.npy", "labels.npy"),
        ("my-images.npy", "my-labels.npy"),
        ("my_images.npy", "my-labels.npy"),
        ("x_train.npy", "y_train.npy"),
        ("X.npy", "y.npy"),
        ("X-digits.npy", "Y-digits.npy"),
    ],
)
def test_either_file_finds_its_partner(images: str, labels: str, mapped: bool, tmp_path: Path, digits: Dataset) -> None:
    write(tmp_path, digits, images, labels)
    for name in (images, labels):
        splits = read_dataset(tmp_path / name, mapped)
        assert isinstance(splits.training, MappedDataset) is mapped
        assert equal_datasets(splits.training, digits)
        assert splits.training.source == images
        assert splits.test is None


def test_a_train_file_includes_the_test_set(tmp_path: Path, digits: Dataset) -> None:
    training, test = digits.take(slice(0, 9)), digits.take(slice(9, None))
    train = write(tmp_path, training, "x_train.npy", "y_train.npy")
    write(tmp_path, test, "x_test.npy", "y_test.npy")
    for path in (train, tmp_path / "y_train.npy"):
        splits = read_dataset(path)
        assert equal_datasets(splits.training, training)
        assert equal_datasets(splits.test, test)
    assert read_dataset(tmp_path / "x_test.npy").test is None


def test_a_small_file_is_read_into_memory_by_default(tmp_path: Path, digits: Dataset) -> None:
    assert not isinstance(read_dataset(write(tmp_path, digits)).training, MappedDataset)


@pytest.mark.parametrize("label_type", [np.uint8, np.int32, ">i8"])
@pytest.mark.parametrize("shape", [(-1, 28, 28), (-1, 784), (-1, 28, 28, 1)])
def test_bytes_of_every_shape_are_mapped(
    shape: tuple[int, ...], label_type: str, tmp_path: Path, digits: Dataset
) -> None:
    np.save(tmp_path / "images.npy", digits.images.reshape(shape))
    np.save(tmp_path / "labels.npy", digits.labels.astype(label_type))
    found = read_dataset(tmp_path / "images.npy", mapped=True).training
    assert found.input_shape == (28, 28)
    assert equal_datasets(found, digits)


@pytest.mark.parametrize("dtype", [np.int32, ">i4", np.float32, np.float64])
def test_other_types_of_whole_numbers_are_read_but_not_mapped(dtype: Any, tmp_path: Path, digits: Dataset) -> None:
    np.save(tmp_path / "images.npy", digits.images.astype(dtype))
    np.save(tmp_path / "labels.npy", digits.labels.astype(dtype))
    assert equal_datasets(read_dataset(tmp_path / "images.npy").training, digits)
    with pytest.raises(DataError) as error:
        read_dataset(tmp_path / "images.npy", mapped=True)
    message = f"images.npy: the type of the array is {np.dtype(dtype)}, so it cannot be mapped; "
    message += "expected uncompressed bytes in row order."
    assert str(error.value) == message


def test_fortran_order_is_read_but_not_mapped(tmp_path: Path, digits: Dataset) -> None:
    write(tmp_path, digits)
    np.save(tmp_path / "images.npy", np.asfortranarray(digits.images))
    assert equal_datasets(read_dataset(tmp_path / "images.npy").training, digits)
    with pytest.raises(DataError, match="the array is in column order"):
        read_dataset(tmp_path / "images.npy", mapped=True)


def test_the_error_for_a_missing_file_gives_its_name(tmp_path: Path, digits: Dataset) -> None:
    for name, message in (
        (
            "x_train.npy",
            "x_train.npy: contains only images; expected a file with the labels in the same folder called y_train.npy.",
        ),
        ("digits.npy", "digits.npy: contains only images; expected a file with the labels in the same folder."),
    ):
        np.save(tmp_path / name, digits.images)
        with pytest.raises(DataError) as error:
            read_dataset(tmp_path / name)
        assert str(error.value) == message
    write(tmp_path, digits, "box.npy", "boy.npy")
    with pytest.raises(
        DataError, match=r"^box.npy: contains only images; expected a file with the labels in the same folder\.$"
    ):
        read_dataset(tmp_path / "box.npy")
    np.save(tmp_path / "labels.npy", digits.labels)
    with pytest.raises(DataError, match=r"^labels.npy: contains only labels; .* called images.npy\.$"):
        read_dataset(tmp_path / "labels.npy")


@pytest.mark.parametrize("mapped", [False, True])
def test_invalid_arrays_are_rejected(mapped: bool, tmp_path: Path, digits: Dataset) -> None:
    x, y = digits.images, digits.labels
    wrong: list[tuple[NDArray[Any], NDArray[Any], str]] = [
        (x, y[:-1], "labels.npy: found the shape (11,); expected (12,): one label per image"),
        (x, x, "labels.npy: found the shape (12, 28, 28); expected (12,)"),
        (x[:, :20], y, "images.npy: found the shape (12, 20, 28); expected (n, 28, 28)"),
        (x[:0], y[:0], "images.npy: found no images"),
        (x.astype("U3"), y, "images.npy: found the type <U3; expected integers"),
        (x, np.array([{}] * 12, object), "labels.npy: found Python objects, which are not read for safety"),
    ]
    for images, labels, message in wrong:
        np.save(tmp_path / "images.npy", images)
        np.save(tmp_path / "labels.npy", labels)
        with pytest.raises(DataError) as error:
            read_dataset(tmp_path / "images.npy", mapped)
        assert str(error.value).startswith(message)


def test_a_label_above_9_is_rejected_with_its_position(tmp_path: Path, digits: Dataset) -> None:
    path = write(tmp_path, digits)
    np.save(tmp_path / "labels.npy", np.where(np.arange(12) == 4, 11, digits.labels))
    for mapped in (False, True):
        with pytest.raises(DataError, match=r"^labels.npy, label 5: found 11; expected a whole number from 0 to 9\.$"):
            read_dataset(path, mapped)


@pytest.mark.parametrize("mapped", [False, True])
def test_a_truncated_or_too_long_file_is_rejected(mapped: bool, tmp_path: Path, digits: Dataset) -> None:
    path = write(tmp_path, digits)
    content = path.read_bytes()
    for other, found in ((content[:-100], "9,308"), (content + b"\0", "9,409")):
        path.write_bytes(other)
        with pytest.raises(DataError) as error:
            read_dataset(path, mapped)
        assert str(error.value) == f"images.npy: found {found} bytes, but the shape (12, 28, 28) needs 9,408."


@settings(max_examples=200)
@given(changes=mutations, of_labels=st.booleans(), in_header=st.booleans(), mapped=st.booleans())
@pytest.mark.filterwarnings("ignore")  # NumPy's, about headers written by Python 2
def test_mutated_files_are_read_or_rejected(
    changes: list[Mutation], of_labels: bool, in_header: bool, mapped: bool, scratch: Path, digits: Dataset
) -> None:
    write(scratch, digits)
    path = scratch / ("labels.npy" if of_labels else "images.npy")
    content = path.read_bytes()
    content = mutated(content[:128], changes) + content[128:] if in_header else mutated(content, changes)
    check_read_or_data_error(lambda path: read_dataset(path, mapped), path, content)


def test_a_header_that_declares_too_much_is_rejected_without_allocating_memory(tmp_path: Path, digits: Dataset) -> None:
    path = write(tmp_path, digits)
    content = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
    np.lib.format.write_array_header_1_0(content, header)
    path.write_bytes(content.getvalue() + digits.images.tobytes())
    with pytest.raises(DataError, match=r"found 9,408 bytes, but the shape .* needs 784,000,000,000,000\.$"):
        read_dataset(path)
