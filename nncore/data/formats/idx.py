"""Read IDX, the format of the original MNIST files: images in one file, their labels in another."""

from __future__ import annotations

from functools import partial
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.files import (
    NameReplacements,
    check_digits,
    check_mapped_labels,
    find_file,
    map_array,
    open_data_file,
    read_pairs,
    require_memory,
    should_map,
)
from nncore.data.mapped_dataset import MappedArray, MappedDataset
from nncore.errors import DataError, file_name
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import counted_text
from nncore.system.reading_budget import check_unpacked_size

UINT8_CODE = 8
"""The code for unsigned bytes in the third byte of an IDX file."""

IMAGE_AXES = 3
"""The number of axes of a file of images: image, row, column."""

LABEL_AXES = 1
"""The number of axes of a file of labels."""
BYTES_READ_AT_ONCE = 2**20
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path, mapped: bool | None = None) -> Splits:
    """Read images and labels, given either file, plain or .gz; the other file has the usual name in the same folder.

    If the name contains `train` and the `t10k` files are in the same folder, these are the test set.
    mapped: see `read_dataset`. Raises DataError.
    """
    with open_data_file(path, unpack=True) as file:
        is_labels = len(_header(file, path)) == LABEL_AXES
    read_pair = partial(_read_pair, mapped=mapped)
    return read_pairs(path, is_labels, _swaps_of, {"train": "t10k"}, read_pair)


def read_idx_folder(folder: Path, mapped: bool | None = None) -> Splits:
    """Read the MNIST files in `folder`, plain or .gz; without the t10k files there is no test set.

    mapped: whether large files stay on disk; None to decide by their size. Raises DataError that names the file.
    """
    images = find_file(folder, "train-images-idx3-ubyte", like=folder)
    if images is None:
        raise DataError(
            f"{file_name(folder)}: found no train-images-idx3-ubyte; expected the MNIST files, or one data file."
        )
    return read_idx(images, mapped)


def _swaps_of(path: Path, to_labels: bool) -> NameReplacements:
    return {"images": "labels", "idx3": "idx1"} if to_labels else {"labels": "images", "idx1": "idx3"}


def _read_pair(images_path: Path, labels_path: Path, mapped: bool | None) -> Dataset:
    compressed = next((path for path in (images_path, labels_path) if _is_compressed(path)), None)
    if should_map(images_path, f"{file_name(compressed)}: the file is compressed" if compressed else None, mapped):
        return _map_pair(images_path, labels_path)
    images, labels = _read(images_path, IMAGE_AXES), _read(labels_path, LABEL_AXES)
    _check_count(images_path, len(images), labels_path, len(labels))
    check_digits(labels_path, labels)
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
            f"{file_name(images_path)}: found {counted_text(images, 'image')}, but {counted_text(labels, 'label')} in "
            f"{file_name(labels_path)}; expected equal numbers."
        )


def _is_compressed(path: Path) -> bool:
    with open_data_file(path) as file:
        return file.read(2) == GZIP_MAGIC


def _header(file: BinaryIO, path: Path) -> tuple[int, ...]:
    """Read the header: return the length of each axis, three for images or one for labels.

    The header is 00 00, the code of the type, the number of axes, and the length of each axis as 4 bytes, big-endian.
    """
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        found = magic.hex(" ").upper() or "nothing"
        raise DataError(f"{file_name(path)}: the first bytes are {found}; an IDX file begins with 00 00.")
    if magic[2] != UINT8_CODE:
        raise DataError(f"{file_name(path)}, byte 3: found {magic[2]:02X}; expected 08 for unsigned bytes.")
    if magic[3] not in (IMAGE_AXES, LABEL_AXES):
        raise DataError(f"{file_name(path)}, byte 4: found {magic[3]} axes; expected 3 for images or 1 for labels.")
    lengths = file.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise DataError(
            f"{file_name(path)}: found {4 + len(lengths)} bytes; expected a header of {4 + 4 * magic[3]} bytes."
        )
    shape = tuple(int(length) for length in np.frombuffer(lengths, ">u4"))
    if magic[3] == IMAGE_AXES and shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"{file_name(path)}: found images of {shape[2]} by {shape[1]} pixels; expected {SIDE} by {SIDE}."
        )
    if shape[0] == 0:
        raise DataError(f"{file_name(path)}: the header declares 0 entries; expected at least 1.")
    return shape


def _read(path: Path, axes: int) -> NDArray[np.uint8]:
    """Read the array in an IDX file; no memory is allocated before the size of the file has been checked."""
    with open_data_file(path, unpack=True) as file:
        shape = _shape(file, path, axes)
        start, declared = file.tell(), prod(shape)
        size = path.stat().st_size
        if _is_compressed(path):
            check_unpacked_size(file_name(path), size, declared)
            require_memory(path, declared)
            # The size of the content is known only after decompressing it, so it is decompressed twice.
            _check_size(path, shape, _count(file, declared + 1))
        else:
            _check_size(path, shape, size - start)
            require_memory(path, declared)
        file.seek(start)
        content = file.read(declared)
    if len(content) < declared:
        raise DataError(f"{file_name(path)}: the file became shorter while it was read; read it again.")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _map(path: Path, axes: int) -> MappedArray:
    """Map the array in an uncompressed IDX file."""
    with open_data_file(path) as file:
        shape = _shape(file, path, axes)
        start = file.tell()
    _check_size(path, shape, path.stat().st_size - start)
    return map_array(path, start, np.uint8, shape)


def _shape(file: BinaryIO, path: Path, axes: int) -> tuple[int, ...]:
    shape = _header(file, path)
    if len(shape) != axes:
        kind = "images (3 axes)" if axes == IMAGE_AXES else "labels (1 axis)"
        raise DataError(f"{file_name(path)}, byte 4: found {len(shape)} axes in the header; expected {kind}.")
    return shape


def _check_size(path: Path, shape: tuple[int, ...], size: int) -> None:
    """Raise DataError unless `size`, the bytes after the header, is the number of bytes that the header declares."""
    declared = prod(shape)
    if size != declared:
        kind, entry_size = ("image", SIDE * SIDE) if len(shape) == IMAGE_AXES else ("label", 1)
        found = "more bytes" if size > declared else f"{size:,} bytes, which end in {kind} {size // entry_size + 1:,}"
        raise DataError(
            f"{file_name(path)}: found {found}; the header declares {declared:,} bytes for {shape[0]:,} {kind}s."
        )


def _count(file: BinaryIO, at_most: int) -> int:
    """Count the bytes that are left in the file, up to `at_most`, without keeping them in memory."""
    count = 0
    while count < at_most and (block := file.read(min(BYTES_READ_AT_ONCE, at_most - count))):
        count += len(block)
    return count
