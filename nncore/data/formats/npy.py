"""Read NPY, the format of numpy.save: images in one file, their labels in another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.files import (
    Swaps,
    check_mapped_labels,
    is_to_be_mapped,
    map_array,
    opened,
    partner,
    require_memory,
    sibling,
)
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE

IMAGE_SHAPES = ((SIDE, SIDE), (SIDE * SIDE,), (SIDE, SIDE, 1))
ROWS_AT_ONCE = 4096


class Header(NamedTuple):
    """The header of an array. by_columns: Fortran order. offset: the byte at which the array begins."""

    shape: tuple[int, ...]
    by_columns: bool
    dtype: np.dtype[Any]
    offset: int


def read_npy(path: Path, mapped: bool | None = None) -> Splits:
    """Read images (n, 28, 28), (n, 784) or (n, 28, 28, 1) and labels (n,), given either file.

    Both files are in the same folder: images.npy and labels.npy, also with a common part (my-images.npy,
    my-labels.npy), or x_train.npy and y_train.npy, or X.npy and y.npy. If the name contains `train` and there are files
    with `test` instead, these are the test set. Numbers may have any integer or floating-point type, but must be whole,
    pixels from 0 to 255 and labels from 0 to 9. mapped: see `read_dataset`. Raises DataError.
    """
    is_labels = len(_header_of(path).shape) == 1
    images = partner(path, "labels", "images", _swaps(path, to_labels=False)) if is_labels else path
    labels = path if is_labels else _labels_of(path)
    test_images = sibling(images, {"train": "test"})
    test = _read_pair(test_images, _labels_of(test_images), mapped) if test_images else None
    return Splits(_read_pair(images, labels, mapped), test=test)


def _swaps(path: Path, to_labels: bool) -> Swaps:
    """Return how the name of the other file differs from that of `path`."""
    name = path.name.lower()
    if "images" in name or "labels" in name:
        return {"images": "labels"} if to_labels else {"labels": "images"}
    mine, other = ("x", "y") if to_labels else ("y", "x")
    return {mine + mark: other + mark for mark in "_-."} if name.startswith(mine) else {}


def _labels_of(images: Path) -> Path:
    return partner(images, "images", "labels", _swaps(images, to_labels=True))


def _read_pair(images: Path, labels: Path, mapped: bool | None) -> Dataset:
    image_header, label_header = _header_of(images), _header_of(labels)
    check_shapes(image_header.shape, label_header.shape, file_name(images), file_name(labels))
    if is_to_be_mapped(images, _obstacle(images, image_header, labels, label_header), mapped):
        mapped_labels = map_array(labels, label_header.offset, label_header.dtype, label_header.shape)
        check_mapped_labels(labels, mapped_labels)
        mapped_images = map_array(images, image_header.offset, np.uint8, (image_header.shape[0], SIDE, SIDE))
        return MappedDataset(mapped_images, mapped_labels, source=file_name(images))
    numbers = to_bytes(_array_in(labels), 9, file_name(labels))
    pixels = to_bytes(_array_in(images), 255, file_name(images))
    return Dataset(pixels.reshape(-1, SIDE, SIDE), numbers.astype(np.intp), source=file_name(images))


def _obstacle(images: Path, pixels: Header, labels: Path, numbers: Header) -> str | None:
    """Return which of the two files cannot be mapped and why; None if both can be."""
    if pixels.dtype != np.uint8:
        return f"{file_name(images)}: the type of the array is {pixels.dtype}"
    if pixels.by_columns:
        return f"{file_name(images)}: the array is in column order (Fortran order)"
    return None if numbers.dtype.kind in "iu" else f"{file_name(labels)}: the type of the array is {numbers.dtype}"


def _header_of(path: Path) -> Header:
    with opened(path) as file, reading(path, "NPY"):
        return read_header(file, path.stat().st_size, file_name(path))


def _array_in(path: Path) -> NDArray[np.generic]:
    require_memory(path, 2 * path.stat().st_size)  # twice: the array, and its copy as bytes
    with opened(path) as file, reading(path, "NPY"):
        array: NDArray[np.generic] = npy.read_array(file, allow_pickle=False)
        return array


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turn every exception while a NumPy file is read into a DataError."""
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


def read_header(file: IO[bytes], size: int, where: str) -> Header:
    """Read the header of an array. Raises DataError if it does not hold numbers, or not as many as its shape says.

    size: bytes of the header and the array together.
    """
    read = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    shape, by_columns, dtype = read(file)
    offset = file.tell()
    if dtype.hasobject:
        raise DataError(f"{where}: found Python objects, which are not read for safety; expected numbers.")
    if dtype.kind not in "iuf":
        raise DataError(
            f"{where}: found the type {printable(str(dtype))}, expected integers or floating-point numbers."
        )
    held, declared = size - offset, prod(shape) * dtype.itemsize
    if held != declared:
        raise DataError(f"{where}: found {held:,} bytes, but the shape {shape} needs {declared:,}.")
    return Header(shape, by_columns, dtype, offset)


def check_shapes(images: tuple[int, ...], labels: tuple[int, ...], images_where: str, labels_where: str) -> None:
    """Raise DataError unless the shapes are those of one or more 28x28 images and one label for each."""
    if images[1:] not in IMAGE_SHAPES:
        raise DataError(f"{images_where}: found the shape {images}, expected (n, 28, 28) or (n, 784).")
    if images[0] == 0:
        raise DataError(f"{images_where}: found no images, expected at least 1.")
    if labels != images[:1]:
        raise DataError(f"{labels_where}: found the shape {labels}, expected ({images[0]},): one label per image.")


def to_bytes(array: NDArray[np.generic], highest: int, where: str) -> NDArray[np.uint8]:
    """Convert whole numbers from 0 to `highest` to bytes, block by block to save memory. Else raises DataError."""
    result = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), ROWS_AT_ONCE):
        block = array[start : start + ROWS_AT_ONCE]
        with np.errstate(invalid="ignore"):  # comparisons with NaN are false, so NaN is refused
            right = (block >= 0) & (block <= highest)  # type: ignore[operator]
            if array.dtype.kind == "f":
                right &= block == np.floor(block)
        if not right.all():
            place = np.argwhere(~right)[0]
            found = block[tuple(place)]
            raise DataError(
                f"{where}, {_place(start, place)}: found {found}, expected a whole number from 0 to {highest}."
            )
        result[start : start + len(block)] = block
    return result


def _place(start: int, place: NDArray[np.intp]) -> str:
    """Describe the position of a number within an array."""
    number = f"{start + place[0] + 1:,}"
    if len(place) == 1:
        return f"label {number}"
    if len(place) == 2:
        return f"image {number}, pixel {place[1] + 1}"
    return f"image {number}, row {place[1] + 1}, column {place[2] + 1}"
