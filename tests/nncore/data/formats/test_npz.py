"""Images and labels of an NPZ file are read whatever their type and shape; a value that is no pixel is located."""

from __future__ import annotations

import io
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.data.formats import read_dataset
from nncore.errors import DataError
from tests.nncore.data.formats.conftest import check_read_or_data_error
from tests.nncore.mutation import Mutation, mutated, mutations


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "digits.npz"


@pytest.fixture
def arrays(digits: Dataset) -> dict[str, NDArray[Any]]:
    return {"x_train": digits.images, "y_train": digits.labels.astype(np.uint8)}


def error_message(file: Path, arrays: dict[str, NDArray[Any]]) -> str:
    np.savez(file, **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError) as error:
        read_dataset(file)
    return str(error.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, ">i4", np.uint64, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(-1, 28, 28), (-1, 784), (-1, 28, 28, 1)])
def test_every_shape_and_type_of_whole_numbers_is_read(
    shape: tuple[int, ...], dtype: str, file: Path, digits: Dataset
) -> None:
    images = digits.images.reshape(shape).astype(dtype)
    np.savez(file, x_train=images, y_train=digits.labels.astype(dtype))
    splits = read_dataset(file)
    assert np.array_equal(splits.training.images, digits.images)
    assert np.array_equal(splits.training.labels, digits.labels)
    assert splits.test is None


def test_fortran_order_is_read(file: Path, digits: Dataset, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez_compressed(file, x_train=np.asfortranarray(digits.images), y_train=digits.labels)
    assert np.array_equal(read_dataset(file).training.images, digits.images)


def test_the_test_part_is_read(file: Path, digits: Dataset, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez(file, x_test=digits.images[:3], y_test=digits.labels[:3], **arrays)  # type: ignore[arg-type]
    test = read_dataset(file).test
    assert test is not None
    assert np.array_equal(test.images, digits.images[:3])
    assert np.array_equal(test.labels, digits.labels[:3])


def test_the_error_for_a_number_that_is_not_a_pixel_says_where_it_is(file: Path, digits: Dataset) -> None:
    for value, found in ((300, "300.0"), (-1, "-1.0"), (3.5, "3.5"), (np.nan, "nan"), (np.inf, "inf")):
        images = digits.images.astype(np.float64)
        images[4, 6, 7] = value
        expected = (
            f"digits.npz, x_train, image 5, row 7, column 8: found {found}; expected a whole number from 0 to 255."
        )
        assert error_message(file, {"x_train": images, "y_train": digits.labels}) == expected
    flat = images.reshape(-1, 784)
    assert ", image 5, pixel 176: found inf" in error_message(file, {"x_train": flat, "y_train": digits.labels})


def test_the_reported_position_is_correct_after_the_first_block(file: Path) -> None:
    labels = np.zeros(5000, np.int16)
    labels[4321] = 11
    message = error_message(file, {"x_train": np.zeros((5000, 784), np.uint8), "y_train": labels})
    assert message == "digits.npz, y_train, label 4,322: found 11; expected a whole number from 0 to 9."


def test_invalid_arrays_are_rejected(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    x, y = arrays["x_train"], arrays["y_train"]
    for wrong, message in (
        ({"x_train": x}, "digits.npz: found x_train; expected x_train and y_train"),
        ({"images": x, "labels": y}, "digits.npz: found images, labels; expected x_train and y_train"),
        ({**arrays, "x_test": x}, "expected x_train and y_train and x_test and y_test"),
        ({}, "digits.npz: found no arrays; expected x_train and y_train"),
        ({"x_train": x, "y_train": y[:-1]}, "y_train: found the shape (11,); expected (12,): one label per image"),
        ({"x_train": x, "y_train": np.eye(10)[y]}, "y_train: found the shape (12, 10); expected (12,)"),
        ({"x_train": x[:, :20], "y_train": y}, "x_train: found the shape (12, 20, 28); expected (n, 28, 28)"),
        ({"x_train": np.uint8(3), "y_train": y}, "x_train: found the shape (); expected (n, 28, 28)"),
        ({"x_train": x[:0], "y_train": y[:0]}, "x_train: found no images"),
        ({"x_train": x.astype("U3"), "y_train": y}, "x_train: found the type <U3; expected integers"),
        ({"x_train": x.astype(complex), "y_train": y}, "x_train: found the type complex128"),
        ({"x_train": x > 9, "y_train": y}, "x_train: found the type bool"),
    ):
        assert message in error_message(file, wrong)  # type: ignore[arg-type]


def test_pickled_objects_are_rejected_without_reading_them(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    message = error_message(file, {**arrays, "y_train": np.array([{}] * 12, object)})
    assert message == "digits.npz, y_train: found Python objects, which are not read for safety; expected numbers."


def error_message_for_archive(file: Path, members: dict[str, bytes], sizes: dict[str, int] | None = None) -> str:
    """Write an archive whose members declare the given sizes; return the error message of the reader."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as compressed:
        for name, content in members.items():
            compressed.writestr(name, content)
            compressed.getinfo(name).file_size = (sizes or {}).get(name, len(content))
    with pytest.raises(DataError) as error:
        read_dataset(file)
    return str(error.value)


def npy(array: NDArray[Any], shape: tuple[int, ...] | None = None) -> bytes:
    content = io.BytesIO()
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(content, {**header, "shape": shape or array.shape})
    return content.getvalue() + array.tobytes()


def test_an_archive_too_large_for_memory_is_rejected_before_it_is_decompressed(
    file: Path, arrays: dict[str, NDArray[Any]]
) -> None:
    members = {f"{name}.npy": npy(array) for name, array in arrays.items()}
    message = error_message_for_archive(file, members, {"x_train.npy": 2**50})
    assert "bytes but claims to contain 1,125,899,906,842,764; expected at most 100 times its size." in message


def test_an_array_is_converted_block_by_block(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    images = np.zeros((9000, 784), np.float64)
    images[8999, 783] = 255
    np.savez_compressed(file, x_train=images, y_train=np.zeros(9000))
    tracemalloc.start()
    try:
        pixels = read_dataset(file).training.images
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pixels[8999, 27, 27] == 255
    assert pixels.sum() == 255
    assert peak < images.nbytes
    assert error_message_for_archive(file, {"x_train.npy": npy(-images), "y_train.npy": npy(np.zeros(9000))}) == (
        "digits.npz, x_train, image 9,000, pixel 784: found -255.0; expected a whole number from 0 to 255."
    )


def test_a_header_that_declares_more_than_its_array_holds_is_rejected(
    file: Path, arrays: dict[str, NDArray[Any]]
) -> None:
    huge = (10**12, 28, 28)
    members = {"x_train.npy": npy(arrays["x_train"], huge), "y_train.npy": npy(arrays["y_train"])}
    message = error_message_for_archive(file, members)
    assert message == (
        "digits.npz, x_train: found 9,408 bytes, but the shape (1000000000000, 28, 28) needs 784,000,000,000,000."
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"PK\x03\x04 cut short", pickle.dumps([1]), b"PK\x05\x06" + bytes(18)],
    ids=["empty", "text", "cut short", "pickle", "zip of nothing"],
)
def test_a_file_that_is_not_npz_is_rejected(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"^digits\.npz: "):
        read_dataset(file)


def test_a_member_that_is_not_an_array_is_rejected(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    message = error_message_for_archive(file, {"x_train.npy": b"hello", "y_train.npy": npy(arrays["y_train"])})
    assert message.startswith("digits.npz: this is not a valid NPZ file: ")


def test_a_damaged_member_is_rejected(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez(file, **arrays)  # type: ignore[arg-type]
    content = bytearray(file.read_bytes())
    content[4000] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(
        DataError, match=r"^digits\.npz: this is not a valid NPZ file: Bad CRC-32 for file 'x_train\.npy'\.$"
    ):
        read_dataset(file)


@settings(max_examples=200)
@given(changes=mutations, compressed=st.booleans())
@pytest.mark.filterwarnings("ignore")  # NumPy's, about headers written by Python 2
def test_mutated_files_are_read_or_rejected(
    changes: list[Mutation], compressed: bool, scratch: Path, digits: Dataset
) -> None:
    content = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(content, x_train=digits.images[:2], y_train=digits.labels[:2])
    check_read_or_data_error(read_dataset, scratch / "mutated.npz", mutated(content.getvalue(), changes))


@settings(max_examples=200)
@given(changes=mutations)
@pytest.mark.filterwarnings("ignore")
def test_mutated_arrays_in_a_valid_archive_are_read_or_rejected(
    changes: list[Mutation], scratch: Path, digits: Dataset
) -> None:
    images = npy(digits.images[:2])
    header, data = images[:128], images[128:]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as compressed:
        compressed.writestr("x_train.npy", mutated(header, changes) + data)
        compressed.writestr("y_train.npy", npy(digits.labels[:2]))
    check_read_or_data_error(read_dataset, scratch / "mutated.npz", content.getvalue())
