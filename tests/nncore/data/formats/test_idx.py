"""IDX files are read, compressed or mapped, with their partner and their test set; damaged ones are rejected."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.data.formats import files, read_dataset
from nncore.data.formats import idx as idx_module
from nncore.data.formats.files import MIN_MAPPED_BYTES
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError
from tests.nncore.data.formats.conftest import check_read_or_data_error, equal_datasets
from tests.nncore.mutation import Mutation, mutated, mutations


def idx(array: NDArray[np.uint8]) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def write(folder: Path, digits: Dataset, images: str, labels: str) -> Path:
    for name, array in ((images, digits.images), (labels, digits.labels.astype(np.uint8))):
        content = idx(array)
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder / images


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("my-images-idx3-ubyte", "my-labels-idx1-ubyte"),
        ("my-images-idx3-ubyte.gz", "my-labels-idx1-ubyte.gz"),
        ("my-images-idx3-ubyte.gz", "my-labels-idx1-ubyte"),
        ("my-images.idx3-ubyte", "my-labels.idx1-ubyte"),
        ("my-images.idx3-ubyte", "my-labels-idx1-ubyte"),
        ("images.idx3-ubyte", "labels.idx1-ubyte"),
        ("digits.idx3", "digits.idx1"),
        ("images", "labels"),
    ],
)
def test_either_file_finds_its_partner(images: str, labels: str, tmp_path: Path, digits: Dataset) -> None:
    write(tmp_path, digits, images, labels)
    for name in (images, labels):
        splits = read_dataset(tmp_path / name)
        assert equal_datasets(splits.training, digits)
        assert splits.test is None
        assert splits.validation is None


def test_the_partner_with_the_same_compression_is_read(tmp_path: Path, digits: Dataset) -> None:
    first, last = digits.take(slice(0, 6)), digits.take(slice(6, None))
    plain = write(tmp_path, first, "my-images-idx3-ubyte", "my-labels-idx1-ubyte")
    packed = write(tmp_path, last, "my-images-idx3-ubyte.gz", "my-labels-idx1-ubyte.gz")
    assert equal_datasets(read_dataset(plain).training, first)
    assert equal_datasets(read_dataset(packed).training, last)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_or_a_train_file_includes_the_test_set(suffix: str, tmp_path: Path, digits: Dataset) -> None:
    training, test = digits.take(slice(0, 9)), digits.take(slice(9, None))
    train = write(tmp_path, training, f"train-images-idx3-ubyte{suffix}", f"train-labels-idx1-ubyte{suffix}")
    write(tmp_path, test, f"t10k-images-idx3-ubyte{suffix}", f"t10k-labels-idx1-ubyte{suffix}")
    for path in (tmp_path, train, tmp_path / f"train-labels-idx1-ubyte{suffix}"):
        splits = read_dataset(path)
        assert equal_datasets(splits.training, training)
        assert equal_datasets(splits.test, test)
    alone = read_dataset(tmp_path / f"t10k-images-idx3-ubyte{suffix}")
    assert equal_datasets(alone.training, test)
    assert alone.test is None


def test_a_file_mapped_on_request_has_the_same_content(tmp_path: Path, digits: Dataset) -> None:
    training, test = digits.take(slice(0, 9)), digits.take(slice(9, None))
    train = write(tmp_path, training, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    write(tmp_path, test, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    for path in (tmp_path, train):
        splits = read_dataset(path, mapped=True)
        assert isinstance(splits.training, MappedDataset)
        assert isinstance(splits.test, MappedDataset)
        assert equal_datasets(splits.training, training)
        assert equal_datasets(splits.test, test)
    assert not isinstance(read_dataset(train).training, MappedDataset)


def large_file(folder: Path, size: int) -> Path:
    """Write two sparse files whose images take at least `size` bytes, all zero; they take no disk space."""
    count = -(-size // 784)
    for name, shape in (("images.idx3", (count, 28, 28)), ("labels.idx1", (count,))):
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
        (folder / name).write_bytes(header)
        with (folder / name).open("r+b") as file:
            file.truncate(len(header) + int(np.prod(shape)))
    return folder / "images.idx3"


def test_a_large_file_is_mapped_by_default(tmp_path: Path) -> None:
    path = large_file(tmp_path, MIN_MAPPED_BYTES)
    tracemalloc.start()
    training = read_dataset(path).training
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(training, MappedDataset)
    assert len(training) == -(-MIN_MAPPED_BYTES // 784)
    assert peak < 10e6


def test_a_compressed_file_cannot_be_mapped(tmp_path: Path, digits: Dataset) -> None:
    for images, packed in (("images.idx3.gz", "images.idx3.gz"), ("images.idx3", "labels.idx1.gz")):
        path = write(tmp_path, digits, images, "labels.idx1.gz")
        with pytest.raises(DataError) as error:
            read_dataset(path, mapped=True)
        message = f"{packed}: the file is compressed, so it cannot be mapped; expected uncompressed bytes in row order."
        assert str(error.value) == message


def error_message(
    folder: Path, digits: Dataset, images: bytes | None = None, labels: bytes | None = None, mapped: bool = False
) -> str:
    """Return the error message for other contents of the files."""
    path = write(folder, digits, "images.idx3", "labels.idx1")
    if images is not None:
        path.write_bytes(images)
    if labels is not None:
        (folder / "labels.idx1").write_bytes(labels)
    with pytest.raises(DataError) as error:
        read_dataset(path, mapped)
    return str(error.value)


def test_a_header_that_declares_more_than_the_file_holds_is_rejected_without_allocating_memory(
    tmp_path: Path, digits: Dataset
) -> None:
    content = bytearray(idx(digits.images))
    content[4:8] = b"\xff\xff\xff\xff"
    tracemalloc.start()
    message = error_message(tmp_path, digits, images=bytes(content))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message == (
        "images.idx3: found 9,408 bytes, which end in image 13; "
        "the header declares 3,367,254,359,280 bytes for 4,294,967,295 images."
    )
    assert peak < 20e6


@pytest.mark.parametrize("mapped", [False, True])
def test_the_error_for_a_truncated_file_says_in_which_image_it_ends(
    mapped: bool, tmp_path: Path, digits: Dataset
) -> None:
    message = error_message(tmp_path, digits, images=idx(digits.images)[:-785], mapped=mapped)
    assert (
        "images.idx3: found 8,623 bytes, which end in image 11; the header declares 9,408 bytes for 12 images"
        in message
    )


@pytest.mark.parametrize("mapped", [False, True])
def test_bytes_after_the_last_image_are_rejected(mapped: bool, tmp_path: Path, digits: Dataset) -> None:
    message = error_message(tmp_path, digits, images=idx(digits.images) + b"\0", mapped=mapped)
    assert message == "images.idx3: found more bytes; the header declares 9,408 bytes for 12 images."


@pytest.mark.parametrize("mapped", [False, True])
def test_different_numbers_of_images_and_labels_are_rejected(mapped: bool, tmp_path: Path, digits: Dataset) -> None:
    message = error_message(tmp_path, digits, labels=idx(digits.labels.astype(np.uint8)[:-1]), mapped=mapped)
    assert message == "images.idx3: found 12 images, but 11 labels in labels.idx1; expected equal numbers."


def test_a_label_above_9_is_rejected_with_its_position(tmp_path: Path, digits: Dataset) -> None:
    labels = digits.labels.astype(np.uint8)
    labels[4] = 11
    message = error_message(tmp_path, digits, labels=idx(labels))
    assert message == "labels.idx1, label 5: found 11; expected a whole number from 0 to 9."
    assert error_message(tmp_path, digits, labels=idx(labels), mapped=True) == message


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (b"\0\0\x0d\x03" + bytes(12), "images.idx3, byte 3: found 0D; expected 08"),
        (b"\0\0\x08\x02" + bytes(12), "images.idx3, byte 4: found 2 axes; expected 3 for images or 1 for labels"),
        (b"\0\0\x08\x03" + bytes(5), "images.idx3: found 9 bytes; expected a header of 16 bytes"),
        (b"\0\0", "images.idx3: the first bytes are 00 00;"),
        (b"GIF89a", "images.idx3: the first bytes are 47 49 46 38; an IDX file begins with 00 00"),
        (idx(np.zeros((2, 20, 30), np.uint8)), "images.idx3: found images of 30 by 20 pixels; expected 28 by 28"),
        (idx(np.zeros((0, 28, 28), np.uint8)), "images.idx3: the header declares 0 entries"),
        (gzip.compress(b"label,1x1"), "images.idx3: the first bytes are 6C 61 62 65;"),
        (
            gzip.compress(idx(np.zeros((2, 28, 28), np.uint8)))[:-9],
            "images.idx3: the file is truncated: the compressed data ends too early",
        ),
        (b"\x1f\x8b\x08\x00" + bytes(30), "images.idx3: the file is damaged"),
    ],
)
def test_a_file_of_another_format_is_rejected(images: bytes, message: str, tmp_path: Path, digits: Dataset) -> None:
    assert message in error_message(tmp_path, digits, images=images)


def test_images_instead_of_labels_are_rejected(tmp_path: Path, digits: Dataset) -> None:
    message = error_message(tmp_path, digits, labels=idx(digits.images))
    assert message == "labels.idx1, byte 4: found 3 axes in the header; expected labels (1 axis)."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "train-images-idx3-ubyte",
            "expected a file with the labels in the same folder called train-labels-idx1-ubyte",
        ),
        ("pictures", "pictures: contains only images; expected a file with the labels in the same folder."),
    ],
)
def test_the_error_for_a_missing_file_gives_its_name(name: str, message: str, tmp_path: Path, digits: Dataset) -> None:
    (tmp_path / name).write_bytes(idx(digits.images))
    with pytest.raises(DataError, match=message):
        read_dataset(tmp_path / name)


def test_a_file_larger_than_the_free_memory_is_rejected(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, digits, "x-images-idx3-ubyte", "x-labels-idx1-ubyte")
    free = digits.images.nbytes
    monkeypatch.setattr(files, "usable_memory", lambda: free)
    assert len(read_dataset(tmp_path / "x-images-idx3-ubyte").training) == len(digits)
    free -= 1
    with pytest.raises(DataError, match=r"^x-images-idx3-ubyte: reading this file needs 0\.0 GB of memory"):
        read_dataset(tmp_path / "x-images-idx3-ubyte")


def test_a_compressed_file_that_claims_to_be_huge_is_rejected_before_it_is_unpacked(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, digits, "x-images-idx3-ubyte.gz", "x-labels-idx1-ubyte.gz")
    claims = idx(digits.images)[:4] + (2**31).to_bytes(4, "big") + idx(digits.images)[8:]
    path.write_bytes(gzip.compress(claims + bytes(10**6)))
    monkeypatch.setattr(idx_module, "_count", None)
    with pytest.raises(DataError, match=r"gz: the file has [\d,]+ bytes but claims to contain 1,683,627,180,032;"):
        read_dataset(path)


def test_the_error_for_a_folder_without_data_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"^{tmp_path.name}: found no train-images-idx3-ubyte"):
        read_dataset(tmp_path)


@settings(max_examples=150)
@given(changes=mutations, of_labels=st.booleans(), packed=st.booleans(), mapped=st.booleans())
def test_mutated_files_are_read_or_rejected(
    changes: list[Mutation], of_labels: bool, packed: bool, mapped: bool, scratch: Path, digits: Dataset
) -> None:
    write(scratch, digits, "x-images-idx3-ubyte", "x-labels-idx1-ubyte")
    name = "x-labels-idx1-ubyte" if of_labels else "x-images-idx3-ubyte"
    content = (scratch / name).read_bytes()
    content = mutated(gzip.compress(content) if packed else content, changes)
    check_read_or_data_error(lambda path: read_dataset(path, mapped), scratch / name, content)
