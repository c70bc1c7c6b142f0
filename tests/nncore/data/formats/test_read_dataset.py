"""The format of a data set is found from its content, and every unreadable path gives one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.data.dataset import Dataset
from nncore.data.formats import read_dataset, read_ink
from nncore.errors import DataError
from tests.nncore.data.formats.conftest import check_read_or_data_error


def test_the_format_is_recognized_by_the_content_not_the_name(tmp_path: Path, digits: Dataset) -> None:
    np.savez(tmp_path / "archive.npz", x_train=digits.images, y_train=digits.labels)
    npz = (tmp_path / "archive.npz").rename(tmp_path / "digits")
    assert np.array_equal(read_dataset(npz).training.images, digits.images)
    csv = tmp_path / "digits.txt"
    csv.write_text("".join(f"{label}" + ",0" * 784 + "\n" for label in digits.labels))
    assert np.array_equal(read_dataset(csv).training.labels, digits.labels)


@pytest.mark.parametrize("read", [read_dataset, read_ink])
def test_the_error_for_a_missing_file_gives_the_full_path(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError) as error:
        read(tmp_path / "gone.csv")
    assert str(error.value) == f"{tmp_path / 'gone.csv'}: there is no such file."


@pytest.mark.parametrize(
    "path", ["\0", "a\nb", "\ud800", "x" * 5000, "missing/folder/x.csv"], ids=["nul", "line", "half", "long", "folder"]
)
@pytest.mark.parametrize("read", [read_dataset, read_ink])
def test_an_impossible_path_is_rejected_in_a_message_of_one_line(read, path: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError) as error:
        read(Path(path))
    assert len(str(error.value).splitlines()) == 1
    str(error.value).encode()


def test_a_folder_is_rejected_as_ink(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a file"):
        read_ink(tmp_path)


@contextmanager
def without_root_permissions() -> Iterator[None]:
    """Root may read every file, so within this context root changes to the user nobody."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
@pytest.mark.parametrize("read", [read_dataset, read_ink])
def test_a_file_without_permission_is_rejected(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "secret.csv"
    path.write_text("5")
    path.chmod(0)
    with (
        without_root_permissions(),
        pytest.raises(DataError, match=r"^secret\.csv: the file cannot be read: Permission denied\.$"),
    ):
        read(path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("read", [read_dataset, read_ink])
def test_a_read_error_is_reported(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=r"^mem: the file cannot be read: Input/output error\.$"):
        read(Path("/proc/self/mem"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("digits.csv", b"", "digits.csv: the file is empty; expected digits as NPY, NPZ, IDX or CSV."),
        (
            "pen.unipen",
            b"\n.SEGMENT",
            "pen.unipen: contains pen strokes; expected images of digits as NPY, NPZ, IDX or CSV.",
        ),
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\r",
            "a.png: the format is unknown; expected digits as NPY, NPZ, IDX or CSV.",
        ),
        (
            "a.npy",
            b"\x93NUMPY\x01\0",
            "a.npy: this is not a valid NPY file: EOF: reading array header length, expected 2 bytes got 0.",
        ),
    ],
)
def test_a_file_that_is_not_a_dataset_is_rejected(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as error:
        read_dataset(tmp_path / name)
    assert str(error.value) == message


starts = st.sampled_from(
    [
        *(b"", b"PK\x03\x04", b"\0\0\x08\x03", b"\0\0\x08\x01", b"\x1f\x8b\x08", b"label,", b".SEGMENT "),
        b"\x93NUMPY\x01\0\x76\0{'descr': '|u1', ",
    ]
)


@settings(max_examples=200)
@given(
    start=starts, rest=st.binary(max_size=300), name=st.sampled_from(["x.csv", "x.npz", "x.npy", "x-images-idx3-ubyte"])
)
def test_arbitrary_bytes_are_rejected_with_a_message(start: bytes, rest: bytes, name: str, scratch: Path) -> None:
    for read in (read_dataset, read_ink):
        check_read_or_data_error(read, scratch / name, start + rest)


@pytest.mark.parametrize("name", ["digits.csv", "digits.npz"])
def test_a_format_that_cannot_be_mapped_is_rejected_if_mapping_is_requested(
    name: str, digits: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("5" + ",0" * 784 + "\n")
    else:
        np.savez(path, x_train=digits.images, y_train=digits.labels)
    with pytest.raises(DataError) as error:
        read_dataset(path, mapped=True)
    assert str(error.value) == f"{name}: this format cannot be mapped; expected uncompressed IDX, or NPY of bytes."
    assert len(read_dataset(path, mapped=False).training) >= 1
