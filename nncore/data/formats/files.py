"""Open data files, find the files that belong to them, and map them; every failure is a DataError."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import DTypeLike

from nncore.data.mapped_dataset import LABELS_AT_ONCE, MappedArray
from nncore.errors import DataError, file_name, printable
from nncore.system.memory import gigabytes, memory_to_spend


@contextmanager
def opened(path: Path, unpack: bool = False) -> Iterator[BinaryIO]:
    """Open `path` to read its bytes; with `unpack`, a gzip-compressed file is decompressed.

    Raises DataError if opening fails, or reading within the `with` block.
    """
    try:
        if not path.exists():
            raise DataError(f"{printable(str(path), 400)}: there is no such file.")
        if not path.is_file():
            raise DataError(f"{printable(str(path), 400)}: this is not a file.")
        with path.open("rb") as file:
            if unpack and file.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(file) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield file
    except EOFError as error:
        raise DataError(f"{file_name(path)}: the file is truncated: the compressed data ends too early.") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{file_name(path)}: the file is damaged: its data cannot be decompressed.") from error
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        raise DataError(f"{file_name(path)}: the file cannot be read: {reason}.") from error


def require_memory(path: Path, needed: int) -> None:
    """Raise DataError unless `needed` bytes of memory are free, with a reserve."""
    free = memory_to_spend()
    if needed > free:
        raise DataError(
            f"{file_name(path)}: reading this file needs {gigabytes(needed)} of memory, but only {gigabytes(free)} "
            "are free; close other programs or use a smaller file."
        )


Swaps = dict[str, str]
"""Parts of a file name and their replacements, applied in this order."""


def normalized(name: str) -> str:
    """Return a file name without the differences between copies of MNIST: .gz, dots or hyphens, capitals."""
    return name.lower().removesuffix(".gz").replace(".", "-").replace("_", "-")


def find_file(folder: Path, name: str, like: Path) -> Path | None:
    """Return the file with this normalized name; of two, the one that is compressed (or not) like `like`."""
    try:
        found = [path for path in folder.iterdir() if normalized(path.name) == name and path.is_file()]
    except OSError as error:
        raise DataError(f"{file_name(folder)}: the folder cannot be read: {error.strerror}.") from error
    return min(found, key=lambda path: (path.suffix != like.suffix, path.name), default=None)


def sibling(path: Path, swaps: Swaps) -> Path | None:
    """Return the file in the same folder whose name differs from `path` by the `swaps`; None if there is none."""
    name = with_swaps(normalized(path.name), swaps)
    return None if name == normalized(path.name) else find_file(path.parent, name, like=path)


def partner(path: Path, mine: str, other: str, swaps: Swaps) -> Path:
    """Return the labels file that belongs to an images file, or the reverse. Raises DataError if there is none."""
    found = sibling(path, swaps)
    if found is None:
        expected = with_swaps(path.name, swaps)
        called = f" called {expected}" if expected != path.name else ""
        raise DataError(
            f"{file_name(path)}: contains only {mine}; expected a file with the {other} in the same folder{called}."
        )
    return found


def with_swaps(name: str, swaps: Swaps) -> str:
    """Return `name` with all `swaps` applied."""
    for old, new in swaps.items():
        name = name.replace(old, new)
    return name


MAPPED_FROM = 256_000_000
"""Size in bytes from which an images file is mapped by default."""


def is_to_be_mapped(images: Path, obstacle: str | None, mapped: bool | None) -> bool:
    """Return whether to map an images file and its labels file: as `mapped` says; if it is None, if they are large.

    obstacle: a text that says which file cannot be mapped and why, or None. Raises DataError if `mapped` is True and
    there is an obstacle.
    """
    if mapped and obstacle:
        raise DataError(f"{obstacle}, so it cannot be mapped; expected uncompressed bytes in row order.")
    if mapped is None:
        return images.stat().st_size >= MAPPED_FROM and not obstacle
    return mapped


def map_array(path: Path, offset: int, dtype: DTypeLike, shape: tuple[int, ...]) -> MappedArray:
    """Map the array that begins at byte `offset` of a file. Raises DataError if that fails."""
    try:
        with opened(path) as file:
            return MappedArray(file, offset, dtype, shape)
    except ValueError as error:
        if isinstance(error, DataError):  # DataError is a ValueError
            raise
        raise DataError(f"{file_name(path)}: the file became shorter while it was opened; open it again.") from error


def check_mapped_labels(path: Path, labels: MappedArray) -> None:
    """Raise DataError for the first of the mapped labels (n,) that is not a digit."""
    for start in range(0, len(labels), LABELS_AT_ONCE):
        some = labels.read(np.arange(start, min(start + LABELS_AT_ONCE, len(labels))))[:, 0]
        wrong = np.flatnonzero((some < 0) | (some > 9))
        if wrong.size:
            raise DataError(
                f"{file_name(path)}, label {start + wrong[0] + 1:,}: found {some[wrong[0]]}, "
                "expected a whole number from 0 to 9."
            )
