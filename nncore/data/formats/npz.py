"""Read NPZ in the layout of Keras's mnist.npz: x_train and y_train, optionally x_test and y_test."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.files import open_data_file, require_memory
from nncore.data.formats.npy import check_shapes, numpy_errors_as_data_errors, read_header, to_bytes
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE


def read_npz(path: Path) -> Splits:
    """Read x_train (n, 28, 28), (n, 784) or (n, 28, 28, 1) and y_train (n,), and x_test and y_test if they exist.

    Numbers may have any integer or floating-point type, but must be whole, pixels from 0 to 255 and labels from 0 to 9.
    Nothing is decompressed or allocated before sizes and shapes have been checked; pickled objects are never read.
    Raises DataError.
    """
    with open_data_file(path) as file, numpy_errors_as_data_errors(path, "NPZ"), ZipFile(file) as archive:
        return _read(archive, path)


def _read(archive: ZipFile, path: Path) -> Splits:
    names = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    expected = ["x_train", "y_train"]
    if names & {"x_test", "y_test"}:
        expected += ["x_test", "y_test"]
    if not names.issuperset(expected):
        arrays = printable(", ".join(sorted(names)), 80) or "no arrays"
        raise DataError(f"{file_name(path)}: found {arrays}; expected {' and '.join(expected)}.")
    # Twice: the arrays, and their copies as bytes.
    require_memory(path, 2 * sum(archive.getinfo(f"{name}.npy").file_size for name in expected))
    training = _part(archive, path, "train")
    return Splits(training, test=_part(archive, path, "test") if "x_test" in expected else None)


def _part(archive: ZipFile, path: Path, part: str) -> Dataset:
    x_name, y_name = f"x_{part}", f"y_{part}"
    x_location, y_location = f"{file_name(path)}, {x_name}", f"{file_name(path)}, {y_name}"
    check_shapes(_shape(archive, x_name, x_location), _shape(archive, y_name, y_location), x_location, y_location)
    labels = to_bytes(_array(archive, y_name), 9, y_location)
    images = to_bytes(_array(archive, x_name), 255, x_location)
    return Dataset(images.reshape(-1, SIDE, SIDE), labels.astype(np.intp), source=x_location)


def _shape(archive: ZipFile, name: str, location: str) -> tuple[int, ...]:
    with archive.open(f"{name}.npy") as member:
        return read_header(member, archive.getinfo(f"{name}.npy").file_size, location).shape


def _array(archive: ZipFile, name: str) -> NDArray[np.generic]:
    with archive.open(f"{name}.npy") as member:
        array: NDArray[np.generic] = npy.read_array(member, allow_pickle=False)
    return array
