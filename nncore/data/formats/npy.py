"""Read NPY and NPZ, the formats of NumPy.

NPY, of numpy.save, holds one array: images in one file, their labels in another. NPZ, of numpy.savez, holds several
arrays: x_train and y_train, and optionally x_test and y_test, as in Keras's mnist.npz.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import prod
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.files import (
    NameReplacements,
    check_mapped_labels,
    map_array,
    open_data_file,
    read_pairs,
    require_memory,
    should_map,
)
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE
from nncore.system.reading_budget import check_unpacked_size
from nncore.system.zip_files import open_zip

IMAGE_SHAPES = ((SIDE, SIDE), (SIDE * SIDE,), (SIDE, SIDE, 1))
ROWS_CHECKED_AT_ONCE = 512


class NpyHeader(NamedTuple):
    """The header of an array. fortran_order: whether it is in column order. offset: position of its first byte."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    offset: int


def read_npy(path: Path, mapped: bool | None = None) -> Splits:
    """Read images (n, 28, 28), (n, 784) or (n, 28, 28, 1) and labels (n,), given either file.

    Both files are in the same folder: images.npy and labels.npy, or names with a common part (my-images.npy,
    my-labels.npy), or x_train.npy and y_train.npy, or X.npy and y.npy. If the name contains `train` and there are files
    with `test` instead, these are the test set. Numbers may have any integer or floating-point type, but must be whole,
    pixels from 0 to 255 and labels from 0 to 9. mapped: see `read_dataset`. Raises DataError.
    """
    is_labels = len(_header_of(path).shape) == 1
    return read_pairs(path, is_labels, _swaps_of, {"train": "test"}, partial(_read_pair, mapped=mapped))


def read_npz(path: Path) -> Splits:
    """Read x_train (n, 28, 28), (n, 784) or (n, 28, 28, 1) and y_train (n,), and x_test and y_test if they exist.

    Numbers may have any integer or floating-point type, but must be whole, pixels from 0 to 255 and labels from 0 to 9.
    Nothing is decompressed or allocated before sizes and shapes have been checked; pickled objects are never read.
    Raises DataError.
    """
    with (
        open_data_file(path) as file,
        _numpy_errors_as_data_errors(path, "NPZ"),
        open_zip(file, lambda problem: DataError(f"{file_name(path)}: {problem}")) as archive,
    ):
        return _read_archive(archive, path)


def _swaps_of(path: Path, to_labels: bool) -> NameReplacements:
    """Return how the name of the other file differs from that of `path`."""
    name = path.name.lower()
    if "images" in name or "labels" in name:
        return {"images": "labels"} if to_labels else {"labels": "images"}
    # Only the first letter of the name differs, so it is replaced together with the character behind it.
    own, other = ("x", "y") if to_labels else ("y", "x")
    return {own + mark: other + mark for mark in "_-."} if name.startswith(own) else {}


def _read_pair(images: Path, labels: Path, mapped: bool | None) -> Dataset:
    image_header, label_header = _header_of(images), _header_of(labels)
    _check_shapes(image_header.shape, label_header.shape, file_name(images), file_name(labels))
    if should_map(images, _obstacle(images, image_header, labels, label_header), mapped):
        mapped_labels = map_array(labels, label_header.offset, label_header.dtype, label_header.shape)
        check_mapped_labels(labels, mapped_labels)
        mapped_images = map_array(images, image_header.offset, np.uint8, (image_header.shape[0], SIDE, SIDE))
        return MappedDataset(mapped_images, mapped_labels, source=file_name(images))
    numbers, pixels = _bytes_in(labels, 9), _bytes_in(images, 255)
    return Dataset(pixels.reshape(-1, SIDE, SIDE), numbers.astype(np.intp), source=file_name(images))


def _obstacle(images: Path, image_header: NpyHeader, labels: Path, label_header: NpyHeader) -> str | None:
    """Return which of the two files cannot be mapped and why; None if both can be."""
    if image_header.dtype != np.uint8:
        return f"{file_name(images)}: the type of the array is {image_header.dtype}"
    if image_header.fortran_order:
        return f"{file_name(images)}: the array is in column order (Fortran order)"
    if label_header.dtype.kind not in "iu":
        return f"{file_name(labels)}: the type of the array is {label_header.dtype}"
    return None


def _header_of(path: Path) -> NpyHeader:
    with open_data_file(path) as file, _numpy_errors_as_data_errors(path, "NPY"):
        return _read_header(file, path.stat().st_size, file_name(path))


def _bytes_in(path: Path, maximum: int) -> NDArray[np.uint8]:
    header, size = _header_of(path), path.stat().st_size
    # An array in column order is read as a whole before it is converted.
    require_memory(path, prod(header.shape) + (size if header.fortran_order else 0))
    with open_data_file(path) as file, _numpy_errors_as_data_errors(path, "NPY"):
        return _read_bytes(file, size, maximum, file_name(path))


def _read_archive(archive: ZipFile, path: Path) -> Splits:
    names = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    expected = ["x_train", "y_train"]
    if names & {"x_test", "y_test"}:
        expected += ["x_test", "y_test"]
    if not names.issuperset(expected):
        arrays = printable(", ".join(sorted(names)), 80) or "no arrays"
        raise DataError(f"{file_name(path)}: found {arrays}; expected {' and '.join(expected)}.")
    unpacked = sum(archive.getinfo(f"{name}.npy").file_size for name in expected)
    check_unpacked_size(file_name(path), path.stat().st_size, unpacked)
    require_memory(path, unpacked)
    training = _read_part(archive, path, "train")
    return Splits(training, test=_read_part(archive, path, "test") if "x_test" in expected else None)


def _read_part(archive: ZipFile, path: Path, part: str) -> Dataset:
    x_name, y_name = f"x_{part}", f"y_{part}"
    x_location, y_location = f"{file_name(path)}, {x_name}", f"{file_name(path)}, {y_name}"
    _check_shapes(
        _member_shape(archive, x_name, x_location), _member_shape(archive, y_name, y_location), x_location, y_location
    )
    labels = _member_bytes(archive, y_name, 9, y_location)
    images = _member_bytes(archive, x_name, 255, x_location)
    return Dataset(images.reshape(-1, SIDE, SIDE), labels.astype(np.intp), source=x_location)


def _member_shape(archive: ZipFile, name: str, location: str) -> tuple[int, ...]:
    with archive.open(f"{name}.npy") as member:
        return _read_header(member, archive.getinfo(f"{name}.npy").file_size, location).shape


def _member_bytes(archive: ZipFile, name: str, maximum: int, location: str) -> NDArray[np.uint8]:
    with archive.open(f"{name}.npy") as member:
        return _read_bytes(member, archive.getinfo(f"{name}.npy").file_size, maximum, location)


@contextmanager
def _numpy_errors_as_data_errors(path: Path, kind: str) -> Iterator[None]:
    """Convert every exception that NumPy raises within this context, for a damaged file, to a DataError."""
    try:
        yield
    except DataError:
        raise
    except MemoryError as error:
        raise DataError(f"{file_name(path)}: the file needs more memory than is free.") from error
    # zipfile, zlib and NumPy raise many kinds of exception for a damaged file: BadZipFile, EOFError, ValueError,
    # NotImplementedError, RuntimeError, TokenError, TypeError, SyntaxError, LZMAError ...
    except Exception as error:
        reason = printable(str(error), 120) or type(error).__name__
        raise DataError(f"{file_name(path)}: this is not a valid {kind} file: {reason}.") from error


def _read_header(file: IO[bytes], size: int, location: str) -> NpyHeader:
    """Read the header of an array. Raises DataError if it does not hold numbers, or not as many as its shape says.

    size: bytes of the header and the array together.
    """
    read = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    shape, fortran_order, dtype = read(file)
    offset = file.tell()
    if dtype.hasobject:
        raise DataError(f"{location}: found Python objects, which are not read for safety; expected numbers.")
    if dtype.kind not in "iuf":
        raise DataError(
            f"{location}: found the type {printable(str(dtype))}; expected integers or floating-point numbers."
        )
    found, declared = size - offset, prod(shape) * dtype.itemsize
    if found != declared:
        raise DataError(f"{location}: found {found:,} bytes, but the shape {shape} needs {declared:,}.")
    return NpyHeader(shape, fortran_order, dtype, offset)


def _check_shapes(images: tuple[int, ...], labels: tuple[int, ...], images_location: str, labels_location: str) -> None:
    """Raise DataError unless the shapes are those of one or more 28x28 images and one label for each."""
    if images[1:] not in IMAGE_SHAPES:
        raise DataError(f"{images_location}: found the shape {images}; expected (n, 28, 28) or (n, 784).")
    if images[0] == 0:
        raise DataError(f"{images_location}: found no images; expected at least 1.")
    if labels != images[:1]:
        raise DataError(f"{labels_location}: found the shape {labels}; expected ({images[0]},): one label per image.")


def _read_bytes(file: IO[bytes], size: int, maximum: int, location: str) -> NDArray[np.uint8]:
    """Read an array of whole numbers from 0 to `maximum` as bytes, block by block to save memory.

    size: bytes of the header and the array together. Raises DataError with the position of the first other number.
    """
    header = _read_header(file, size, location)
    shape, dtype = header.shape, header.dtype
    result = np.empty(shape, np.uint8)  # its memory is used only as it is filled
    if header.fortran_order:  # the rows are not next to each other in the file
        columns = _numbers_from(file, shape[::-1], dtype).T
        blocks = (columns[start : start + ROWS_CHECKED_AT_ONCE] for start in range(0, shape[0], ROWS_CHECKED_AT_ONCE))
    else:
        counts = (min(ROWS_CHECKED_AT_ONCE, shape[0] - start) for start in range(0, shape[0], ROWS_CHECKED_AT_ONCE))
        blocks = (_numbers_from(file, (count, *shape[1:]), dtype) for count in counts)
    for index, block in enumerate(blocks):
        start = index * ROWS_CHECKED_AT_ONCE
        _check_numbers(block, maximum, location, start)
        result[start : start + len(block)] = block
    return result


def _numbers_from(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[np.generic]:
    """Return the next numbers of a file in this shape."""
    content = file.read(prod(shape) * dtype.itemsize)
    return np.frombuffer(content, dtype, prod(shape)).reshape(shape)


def _check_numbers(block: NDArray[np.generic], maximum: int, location: str, start: int) -> None:
    """Raise DataError for the first number of a block that begins at index `start` which is not 0 to `maximum`."""
    with np.errstate(invalid="ignore"):  # comparisons with NaN are false, so NaN is rejected
        valid = (block >= 0) & (block <= maximum)  # type: ignore[operator]
        if block.dtype.kind == "f":
            valid &= block == np.floor(block)
    if not valid.all():
        position = np.argwhere(~valid)[0]
        found = block[tuple(position)]
        where = _position_text(start, position)
        raise DataError(f"{location}, {where}: found {found}; expected a whole number from 0 to {maximum}.")


def _position_text(start: int, position: NDArray[np.intp]) -> str:
    """Describe the position of a number within a block of an array that begins at index `start`."""
    number = f"{start + position[0] + 1:,}"
    if len(position) == 1:
        return f"label {number}"
    if len(position) == 2:
        return f"image {number}, pixel {position[1] + 1}"
    return f"image {number}, row {position[1] + 1}, column {position[2] + 1}"
