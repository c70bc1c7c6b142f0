"""IDX, the format of the original MNIST files: images in one file, their labels in another."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nncore.dataset import Dataset, Splits
from nncore.errors import DataError
from nncore.ink import SIDE
from nncore.readers.opening import name_of, opened, require_memory

BYTES = 8
"""The code for unsigned bytes in the third byte of an IDX file."""

IMAGE_AXES, LABEL_AXES = 3, 1
BLOCK = 2**20


def read_idx(path: Path) -> Splits:
    """Read images and labels, given either file, plain or .gz; the partner lies beside it under the usual name.

    If the name says `train` and its `t10k` files lie beside, they are the test part. Raises DataError.
    """
    with opened(path, unpack=True) as file:
        axes = len(_header(file, path))
    images = path if axes == IMAGE_AXES else _partner(path, "labels", "images")
    labels = path if axes == LABEL_AXES else _partner(path, "images", "labels")
    test_images = None
    if "train" in _plain(images.name):
        test_images = _find(images.parent, _plain(images.name).replace("train", "t10k"), like=images)
    test = _read_pair(test_images, _partner(test_images, "images", "labels")) if test_images else None
    return Splits(_read_pair(images, labels), test=test)


def read_idx_folder(folder: Path) -> Splits:
    """Read the MNIST files in `folder`, plain or .gz; without the t10k files there is no test part."""
    images = _find(folder, "train-images-idx3-ubyte", like=folder)
    if images is None:
        raise DataError(
            f"{name_of(folder)}: found no train-images-idx3-ubyte; expected the MNIST files, or name one data file."
        )
    return read_idx(images)


def _plain(name: str) -> str:
    """A file name without the ways in which copies of MNIST differ: .gz, dots or hyphens, capitals."""
    return name.lower().removesuffix(".gz").replace(".", "-").replace("_", "-")


def _find(folder: Path, plain_name: str, like: Path) -> Path | None:
    """The file of that plain name; where there are two, the one compressed (or not) as `like` is."""
    try:
        found = [path for path in folder.iterdir() if _plain(path.name) == plain_name and path.is_file()]
    except OSError as error:
        raise DataError(f"{name_of(folder)}: the folder cannot be read: {error.strerror}.") from error
    return min(found, key=lambda path: (path.suffix != like.suffix, path.name), default=None)


def _partner(path: Path, mine: str, other: str) -> Path:
    """The labels file beside an images file, or the other way round."""
    swaps = {mine: other, "idx1": "idx3"} if mine == "labels" else {mine: other, "idx3": "idx1"}
    plain, expected = _plain(path.name), path.name
    for old, new in swaps.items():
        plain, expected = plain.replace(old, new), expected.replace(old, new)
    partner = None if plain == _plain(path.name) else _find(path.parent, plain, like=path)
    if partner is None:
        called = f" called {expected}" if expected != path.name else ""
        raise DataError(f"{name_of(path)}: holds {mine} only; expected a file with its {other} beside it{called}.")
    return partner


def _read_pair(images_path: Path, labels_path: Path) -> Dataset:
    images, labels = _read(images_path, IMAGE_AXES), _read(labels_path, LABEL_AXES)
    if len(images) != len(labels):
        raise DataError(
            f"{name_of(images_path)}: found {len(images):,} images, but {len(labels):,} labels in "
            f"{name_of(labels_path)}; expected as many."
        )
    wrong = np.flatnonzero(labels > 9)
    if wrong.size:
        first = int(wrong[0])
        raise DataError(
            f"{name_of(labels_path)}, label {first + 1:,}: found {labels[first]}, expected a whole number from 0 to 9."
        )
    return Dataset(images, labels.astype(np.intp), source=name_of(images_path))


def _header(file: BinaryIO, path: Path) -> tuple[int, ...]:
    """The length of each axis, of a file that holds images (three) or labels (one)."""
    mark = file.read(4)
    if len(mark) < 4 or mark[:2] != b"\0\0":
        raise DataError(f"{name_of(path)}: found {_hex(mark)} as its first bytes, expected 00 00, an IDX file's.")
    if mark[2] != BYTES:
        raise DataError(f"{name_of(path)}, byte 3: found {mark[2]:02X}, expected 08, an IDX file of unsigned bytes.")
    if mark[3] not in (IMAGE_AXES, LABEL_AXES):
        raise DataError(f"{name_of(path)}, byte 4: found {mark[3]} axes, expected 3 for images or 1 for labels.")
    lengths = file.read(4 * mark[3])
    if len(lengths) < 4 * mark[3]:
        raise DataError(
            f"{name_of(path)}: found {4 + len(lengths)} bytes, expected a header of {4 + 4 * mark[3]} at least."
        )
    shape = tuple(int(length) for length in np.frombuffer(lengths, ">u4"))
    if mark[3] == IMAGE_AXES and shape[1:] != (SIDE, SIDE):
        raise DataError(f"{name_of(path)}: found images of {shape[2]} by {shape[1]} pixels, expected {SIDE} by {SIDE}.")
    if shape[0] == 0:
        raise DataError(f"{name_of(path)}: found a header that promises 0 entries, expected at least 1.")
    return shape


def _hex(content: bytes) -> str:
    return content.hex(" ").upper() or "nothing"


def _read(path: Path, axes: int) -> NDArray[np.uint8]:
    """The array in an IDX file; memory is taken only after the file has shown that it holds what it promises."""
    with opened(path, unpack=True) as file:
        shape = _header(file, path)
        if len(shape) != axes:
            kind = "images (3 axes)" if axes == IMAGE_AXES else "labels (1 axis)"
            raise DataError(f"{name_of(path)}, byte 4: found {len(shape)} in the header, expected {axes}: {kind}.")
        start, promised = file.tell(), prod(shape)
        held = _count(file, promised + 1)
        if held != promised:
            kind, size = ("images", SIDE * SIDE) if axes == IMAGE_AXES else ("labels", 1)
            found = "more" if held > promised else f"{held:,}, which end in number {held // size + 1:,}"
            raise DataError(
                f"{name_of(path)}: found {found}; its header promises {promised:,} bytes: {shape[0]:,} {kind}."
            )
        require_memory(path, promised)
        file.seek(start)
        array = np.empty(promised, np.uint8)
        _fill(array, file, path)
    return array.reshape(shape)


def _count(file: BinaryIO, at_most: int) -> int:
    """How many bytes are left in the file, counting no further than `at_most`."""
    count = 0
    while count < at_most and (block := file.read(min(BLOCK, at_most - count))):
        count += len(block)
    return count


def _fill(array: NDArray[np.uint8], file: BinaryIO, path: Path) -> None:
    start = 0
    while start < len(array):
        block = file.read(min(BLOCK, len(array) - start))
        if not block:
            raise DataError(f"{name_of(path)}: was cut short while it was read.")
        array[start : start + len(block)] = np.frombuffer(block, np.uint8)
        start += len(block)
