"""The table of formats: every reader has a row, and file dialogs and messages list all formats."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest

from nncore.data import formats
from nncore.data.dataset import Dataset
from nncore.data.formats import FORMATS, file_patterns, format_names, format_of, read_dataset
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError
from nncore.handwriting.synthetic import digits as synthetic_digits

OTHER_READERS = {
    "read_comments": "reads the comments of an ink file",
    "read_dataset": "chooses among the formats",
    "read_idx_folder": "reads a folder",
    "read_image_folder": "reads a folder",
    "read_ink": "reads strokes, which read_ink_dataset draws",
    "read_points": "reads points of a curve, not digits",
}


def readers() -> set[str]:
    """Names of all public functions in the package that read a file."""
    modules = [import_module(f"{formats.__name__}.{found.name}") for found in iter_modules(formats.__path__)]
    return {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("read_") and function.__module__ == module.__name__
    }


def function_names(read: Callable[..., object]) -> set[str]:
    """Return the name of a function and the names that it uses."""
    return {read.__name__, *read.__code__.co_names}


def npz(path: Path, digits: Dataset) -> None:
    with path.open("wb") as file:
        np.savez(file, x_train=digits.images, y_train=digits.labels)


def npy(path: Path, digits: Dataset) -> None:
    with path.open("wb") as file:
        np.save(file, digits.images)


def idx(path: Path, digits: Dataset) -> None:
    path.write_bytes(b"\0\0\x08\x03" + bytes(12))


def unipen(path: Path, digits: Dataset) -> None:
    write_ink(synthetic_digits(3, np.random.default_rng(0)), path)


def csv(path: Path, digits: Dataset) -> None:
    path.write_text("5" + ",0" * 784 + "\n")


WRITERS = {"NPY": npy, "NPZ": npz, "IDX": idx, "UNIPEN": unipen, "CSV": csv}


def test_every_reader_has_a_row_in_the_table() -> None:
    in_table = set().union(*(function_names(each.read) for each in FORMATS))
    assert readers() - OTHER_READERS.keys() <= in_table
    assert OTHER_READERS.keys() <= readers()


def test_every_format_has_a_sample_here() -> None:
    assert [each.name for each in FORMATS if each.name not in WRITERS] == []


@pytest.mark.parametrize("name", WRITERS)
def test_the_format_is_recognized_from_the_first_bytes_with_any_name(
    name: str, tmp_path: Path, digits: Dataset
) -> None:
    WRITERS[name](tmp_path / "unnamed", digits)
    assert format_of(tmp_path / "unnamed").name == name


def test_file_dialogs_and_messages_list_all_formats(tmp_path: Path) -> None:
    assert format_names() == "NPY, NPZ, IDX or CSV"
    assert format_names("ink") == "UNIPEN"
    assert "*.npz" in file_patterns("images").split()
    assert "*.unipen" not in file_patterns("images").split()
    assert sorted(file_patterns("images", "ink").split()) == sorted(
        pattern for each in FORMATS for pattern in each.patterns
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\r")
    with pytest.raises(DataError, match=format_names()):
        read_dataset(tmp_path / "a.png")


def test_no_pattern_is_listed_twice() -> None:
    patterns = [pattern for each in FORMATS for pattern in each.patterns]
    assert len(patterns) == len(set(patterns))
