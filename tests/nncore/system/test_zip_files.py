"""A zip file with a huge list of members is rejected before the list is read."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nncore.data.formats.npy import read_npz
from nncore.errors import DataError, ModelFileError
from nncore.files.model_file import is_model_file, load_model
from nncore.system.zip_files import MAX_DIRECTORY_BYTES, open_zip

LONG_NAME = "x" * 10_000


def zip_with(members: int) -> bytes:
    """A zip file of empty members with names of 10,000 characters: 100 of them reach the limit of the list."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(members):
            archive.writestr(zipfile.ZipInfo(f"{number:03}{LONG_NAME}"), b"")
    return packed.getvalue()


def test_a_file_within_the_limit_is_read_and_stays_open() -> None:
    file = io.BytesIO(zip_with(99))
    with open_zip(file, ModelFileError) as archive:
        assert len(archive.namelist()) == 99
    assert not file.closed


def test_a_member_may_be_larger_than_the_list_of_members() -> None:
    packed, content = io.BytesIO(), bytes(3 * MAX_DIRECTORY_BYTES)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("content", content)
    with open_zip(packed, ModelFileError) as archive:
        assert archive.read("content") == content


def test_a_longer_list_is_rejected_by_every_reader_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "many members.npz"
    path.write_bytes(zip_with(2000))
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=r"the list of the files inside has 20,\d+,\d+ bytes; expected at most"):
        load_model(path)
    with pytest.raises(DataError, match=r"many members\.npz: the list of the files inside has"):
        read_npz(path)
    assert not is_model_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000  # the list has 20 MB, and twice as much as objects


def test_a_data_file_of_numpy_is_read(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8), y_train=np.array([1, 2]))
    assert len(read_npz(path).training) == 2
