"""Read IDX, the format of the original MNIST files: images in one file, their labels in another."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.files import (
    check_mapped_labels,
    find_file,
    is_to_be_mapped,
    map_array,
    opened,
    partner,
    require_memory,
    sibling,
)
from nncore.data.mapped_dataset import MappedArray, MappedDataset
from nncore.errors import DataError, file_name
from nncore.preprocessing.ink import SIDE

BYTES = 8
"""The code for unsigned bytes in the third byte of an IDX file."""

IMAGE_AXES, LABEL_AXES = 3, 1
BLOCK = 2**20
GZIP = b"\x1f\x8b"


def read_idx(path: Path, mapped: bool | None = None) -> Splits:
    """Read images and labels, given either file, plain or .gz; the other file has the usual name in the same folder.

    If the name contains `train` and the `t10k` files are in the same folder, these are the test set.
    mapped: see `read_dataset`. Raises DataError.
    """
    with opened(path, unpack=True) as file:
        axes = len(_header(file, path))
    images = path if axes == IMAGE_AXES else partner(path, "labels", "images", {"labels": "images", "idx1": "idx3"})
    labels = path if axes == LABEL_AXES else _labels_of(path)
    test_images = sibling(images, {"train": "t10k"})
    test = _read_pair(test_images, _labels_of(test_images), mapped) if test_images else None
    return Splits(_read_pair(images, labels, mapped), test=test)


def read_idx_folder(folder: Path, mapped: bool | None = None) -> Splits:
    """Read the MNIST files in `folder`, plain or .gz; without the t10k files there is no test set."""
    images = find_file(folder, "train-images-idx3-ubyte", like=folder)
    if images is None:
        raise DataError(
            f"{file_name(folder)}: found no train-images-idx3-ubyte; expected the MNIST files, or one data file."
        )
    return read_idx(images, mapped)


def _labels_of(images: Path) -> Path:
    return partner(images, "images", "labels", {"images": "labels", "idx3": "idx1"})


def _read_pair(images_path: Path, labels_path: Path, mapped: bool | None) -> Dataset:
    packed = next((path for path in (images_path, labels_path) if _is_packed(path)), None)
    if is_to_be_mapped(images_path, f"{file_name(packed)}: the file is compressed" if packed else None, mapped):
        return _map_pair(images_path, labels_path)
    images, labels = _read(images_path, IMAGE_AXES), _read(labels_path, LABEL_AXES)
    _check_count(images_path, len(images), labels_path, len(labels))
    wrong = np.flatnonzero(labels > 9)
    if wrong.size:
        first = int(wrong[0])
        where = f"{file_name(labels_path)}, label {first + 1:,}"
        raise DataError(f"{where}: found {labels[first]}, expected a whole number from 0 to 9.")
    return Dataset(images, labels.astype(np.intp), source=file_name(images_path))


def _map_pair(images_path: Path, labels_path: Path) -> Dataset:
    """Map two uncompressed files; only their headers and the labels are read now."""
    images, labels = _map(images_path, IMAGE_AXES), _map(labels_path, LABEL_AXES)
    _check_count(images_path, len(images), labels_path, len(labels))
    check_mapped_labels(labels_path, labels)
    return MappedDataset(images, labels, source=file_name(images_path))


def _check_count(images_path: Path, images: int, labels_path: Path, labels: int) -> None:
    if images != labels:
        raise DataError(
            f"{file_name(images_path)}: found {images:,} images, but {labels:,} labels in "
            f"{file_name(labels_path)}; expected equal numbers."
        )


def _is_packed(path: Path) -> bool:
    with opened(path) as file:
        return file.read(2) == GZIP


def _header(file: BinaryIO, path: Path) -> tuple[int, ...]:
    """Read the header: return the length of each axis, three for images or one for labels.

    The header is 00 00, the code of the type, the number of axes, and the length of each axis as 4 bytes, big-endian.
    """
    mark = file.read(4)
    if len(mark) < 4 or mark[:2] != b"\0\0":
        raise DataError(f"{file_name(path)}: the first bytes are {_hex(mark)}; an IDX file begins with 00 00.")
    if mark[2] != BYTES:
        raise DataError(f"{file_name(path)}, byte 3: found {mark[2]:02X}, expected 08 for unsigned bytes.")
    if mark[3] not in (IMAGE_AXES, LABEL_AXES):
        raise DataError(f"{file_name(path)}, byte 4: found {mark[3]} axes, expected 3 for images or 1 for labels.")
    lengths = file.read(4 * mark[3])
    if len(lengths) < 4 * mark[3]:
        raise DataError(
            f"{file_name(path)}: found {4 + len(lengths)} bytes, expected a header of {4 + 4 * mark[3]} bytes."
        )
    shape = tuple(int(length) for length in np.frombuffer(lengths, ">u4"))
    if mark[3] == IMAGE_AXES and shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"{file_name(path)}: found images of {shape[2]} by {shape[1]} pixels, expected {SIDE} by {SIDE}."
        )
    if shape[0] == 0:
        raise DataError(f"{file_name(path)}: the header declares 0 entries, expected at least 1.")
    return shape


def _hex(content: bytes) -> str:
    return content.hex(" ").upper() or "nothing"


def _read(path: Path, axes: int) -> NDArray[np.uint8]:
    """Read the array in an IDX file; no memory is allocated before the size of the file has been checked."""
    with opened(path, unpack=True) as file:
        shape = _shape(file, path, axes)
        start, declared = file.tell(), prod(shape)
        _check_size(path, shape, _count(file, declared + 1))
        require_memory(path, declared)
        file.seek(start)
        array = np.empty(declared, np.uint8)
        _fill(array, file, path)
    return array.reshape(shape)


def _map(path: Path, axes: int) -> MappedArray:
    """Map the array in an uncompressed IDX file."""
    with opened(path) as file:
        shape = _shape(file, path, axes)
        start = file.tell()
    _check_size(path, shape, path.stat().st_size - start)
    return map_array(path, start, np.uint8, shape)


def _shape(file: BinaryIO, path: Path, axes: int) -> tuple[int, ...]:
    shape = _header(file, path)
    if len(shape) != axes:
        kind = "images (3 axes)" if axes == IMAGE_AXES else "labels (1 axis)"
        raise DataError(f"{file_name(path)}, byte 4: found {len(shape)} axes in the header, expected {kind}.")
    return shape


def _check_size(path: Path, shape: tuple[int, ...], held: int) -> None:
    """Raise DataError unless the file holds, after its header, as many bytes as the header declares."""
    declared = prod(shape)
    if held != declared:
        kind, size = ("image", SIDE * SIDE) if len(shape) == IMAGE_AXES else ("label", 1)
        found = "more bytes" if held > declared else f"{held:,} bytes, which end in {kind} {held // size + 1:,}"
        raise DataError(
            f"{file_name(path)}: found {found}; the header declares {declared:,} bytes for {shape[0]:,} {kind}s."
        )


def _count(file: BinaryIO, at_most: int) -> int:
    """Count the bytes that are left in the file, up to `at_most`."""
    count = 0
    while count < at_most and (block := file.read(min(BLOCK, at_most - count))):
        count += len(block)
    return count


def _fill(array: NDArray[np.uint8], file: BinaryIO, path: Path) -> None:
    start = 0
    while start < len(array):
        block = file.read(min(BLOCK, len(array) - start))
        if not block:
            raise DataError(f"{file_name(path)}: the file became shorter while it was read; read it again.")
        array[start : start + len(block)] = np.frombuffer(block, np.uint8)
        start += len(block)
