"""Open data files, find the files that belong to them, and map them. All errors are raised as DataError."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.mapped_dataset import MappedArray, label_blocks
from nncore.errors import DataError, file_name, printable
from nncore.system.memory import gigabytes_text, usable_memory
from nncore.system.reading_budget import WatchedFile, time_budget

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@contextmanager
def open_data_file(path: Path, unpack: bool = False) -> Iterator[BinaryIO]:
    """Open `path` to read its bytes; with `unpack`, a gzip-compressed file is decompressed.

    Reading reports its progress, can be cancelled, and has a budget of time; see `nncore.system.reading_budget`. Raises
    DataError if opening fails, or reading within the `with` block.
    """
    try:
        if not path.exists():
            raise DataError(f"{printable(str(path), 400)}: there is no such file.")
        if not path.is_file():
            raise DataError(f"{printable(str(path), 400)}: this is not a file.")
        with time_budget(file_name(path), path.stat().st_size), BufferedReader(WatchedFile(str(path))) as file:
            if unpack and file.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(file) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield file
    # gzip raises EOFError if the file is cut short, and zlib.error or BadGzipFile if bytes are changed.
    except EOFError as error:
        raise DataError(f"{file_name(path)}: the file is truncated: the compressed data ends too early.") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{file_name(path)}: the file is damaged: its data cannot be decompressed.") from error
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        raise DataError(f"{file_name(path)}: the file cannot be read: {reason}.") from error


def numbered_rows(
    file: BinaryIO, name: str, max_bytes: int, expected: str, first: int = 1
) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a text file with their numbers, counted from `first`, without a byte order mark in row 1.

    Raises DataError for a row of more than `max_bytes`: a file without line ends must not fill the memory.
    """
    for number in count(first):
        row = file.readline(max_bytes + 1)
        if not row:
            return
        if len(row) > max_bytes:
            raise DataError(f"{name}, row {number}: the row is longer than {max_bytes:,} bytes; expected {expected}.")
        yield number, row.removeprefix(BYTE_ORDER_MARK) if number == 1 else row


class ShortRows(io.RawIOBase):
    """The bytes of an open text file; reading raises DataError in a row of more than `max_bytes` bytes.

    For parsers that would read a whole row into memory, however long it is.
    """

    def __init__(self, file: BinaryIO, name: str, max_bytes: int) -> None:
        super().__init__()
        self._file = file
        self._name = name
        self._max_bytes = max_bytes
        self._row_bytes = 0

    def readable(self) -> bool:
        """Always: io.RawIOBase asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read at most `max_bytes` bytes into `buffer`; returns their number."""
        block = self._file.read(min(len(buffer), self._max_bytes))
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        first = min((place for sign in (b"\n", b"\r") if (place := block.find(sign)) >= 0), default=len(block))
        if self._row_bytes + first > self._max_bytes:
            raise DataError(f"{self._name}: found a row of more than {self._max_bytes:,} bytes.")
        self._row_bytes = len(block) - end - 1 if end >= 0 else self._row_bytes + len(block)
        buffer[: len(block)] = block
        return len(block)


def parse_float(field: str) -> float | None:
    """Return the number in a field of a text file; None if it is not a number. Unlike Python, rejects "1_000"."""
    try:
        return None if "_" in field else float(field)
    except ValueError:
        return None


def require_memory(path: Path, needed: int) -> None:
    """Raise DataError unless `needed` bytes of memory are free, with a reserve."""
    free = usable_memory()
    if needed > free:
        raise DataError(
            f"{file_name(path)}: reading this file needs {gigabytes_text(needed)} of memory, "
            f"but only {gigabytes_text(free)} are free; close other programs or use a smaller file."
        )


NameReplacements = dict[str, str]
"""Parts of a file name and their replacements, applied in this order."""


def normalized_name(name: str) -> str:
    """Return a file name without the differences between copies of MNIST: .gz, dots or hyphens, capitals."""
    return name.lower().removesuffix(".gz").replace(".", "-").replace("_", "-")


def find_file(folder: Path, name: str, like: Path) -> Path | None:
    """Return the file with this normalized name, or None. A file with the suffix of `like` is preferred.

    Raises DataError if the folder cannot be read.
    """
    try:
        found = [path for path in folder.iterdir() if normalized_name(path.name) == name and path.is_file()]
    except OSError as error:
        raise DataError(f"{file_name(folder)}: the folder cannot be read: {error.strerror}.") from error
    return min(found, key=lambda path: (path.suffix != like.suffix, path.name), default=None)


def _sibling(path: Path, swaps: NameReplacements) -> Path | None:
    """Return the file in the same folder whose name is that of `path` after the `swaps`; None if there is none."""
    name = _swapped(normalized_name(path.name), swaps)
    return None if name == normalized_name(path.name) else find_file(path.parent, name, like=path)


def read_pairs(
    path: Path,
    is_labels: bool,
    swaps_of: Callable[[Path, bool], NameReplacements],
    test_swaps: NameReplacements,
    read_pair: Callable[[Path, Path], Dataset],
) -> Splits:
    """Read an images file and its labels file, given either, and the test set in the same folder if there is one.

    swaps_of: returns how the name of the partner of a file differs; its second argument is whether that is the labels
    file. test_swaps: how the name of the test images differs. read_pair: reads an images file and its labels file.
    """

    def labels_of(images: Path) -> Path:
        return _partner(images, "images", "labels", swaps_of(images, True))

    images = _partner(path, "labels", "images", swaps_of(path, False)) if is_labels else path
    test_images = _sibling(images, test_swaps)
    test = read_pair(test_images, labels_of(test_images)) if test_images else None
    return Splits(read_pair(images, path if is_labels else labels_of(images)), test=test)


def _partner(path: Path, content: str, missing: str, swaps: NameReplacements) -> Path:
    """Return the labels file that belongs to an images file, or the reverse. Raises DataError if there is none."""
    partner = _sibling(path, swaps)
    if partner is None:
        expected = _swapped(path.name, swaps)
        called = f" called {expected}" if expected != path.name else ""
        raise DataError(
            f"{file_name(path)}: contains only {content}; "
            f"expected a file with the {missing} in the same folder{called}."
        )
    return partner


def _swapped(name: str, swaps: NameReplacements) -> str:
    """Return a file name with all `swaps` applied."""
    for old, new in swaps.items():
        name = name.replace(old, new)
    return name


MIN_MAPPED_BYTES = 256_000_000
"""Smallest size in bytes of an images file that is mapped by default."""


def should_map(images: Path, obstacle: str | None, mapped: bool | None) -> bool:
    """Return whether to map an images file and its labels file: `mapped`, or, if that is None, whether they are large.

    obstacle: a text that says which file cannot be mapped and why, or None. Raises DataError if `mapped` is True and
    there is an obstacle.
    """
    if mapped and obstacle:
        raise DataError(f"{obstacle}, so it cannot be mapped; expected uncompressed bytes in row order.")
    if mapped is None:
        return images.stat().st_size >= MIN_MAPPED_BYTES and not obstacle
    return mapped


def map_array(path: Path, offset: int, dtype: DTypeLike, shape: tuple[int, ...]) -> MappedArray:
    """Map the array that begins at byte `offset` of a file. Raises DataError if that fails."""
    try:
        with open_data_file(path) as file:
            return MappedArray(file, offset, dtype, shape)
    except ValueError as error:
        if isinstance(error, DataError):  # DataError is a ValueError
            raise
        raise DataError(f"{file_name(path)}: the file became shorter while it was opened; open it again.") from error


def check_mapped_labels(path: Path, labels: MappedArray) -> None:
    """Raise DataError for the first of the mapped labels (n,) that is not a digit."""
    for start, block in label_blocks(labels):
        check_digits(path, block, start)


def check_digits(path: Path, labels: NDArray[Any], start: int = 0) -> None:
    """Raise DataError for the first of the labels (n,) that is not a digit; start: index of labels[0] in the file."""
    invalid = np.flatnonzero((labels < 0) | (labels > 9))
    if invalid.size:
        raise DataError(
            f"{file_name(path)}, label {start + invalid[0] + 1:,}: found {labels[invalid[0]]}; "
            "expected a whole number from 0 to 9."
        )
