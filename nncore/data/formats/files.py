"""Open a file from outside, with every way that can fail turned into a DataError."""

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
from nncore.errors import DataError, name_of, shown
from nncore.system.memory import gigabytes, memory_to_spend


@contextmanager
def opened(path: Path, unpack: bool = False) -> Iterator[BinaryIO]:
    """Open `path` to read its bytes; with `unpack`, what is gzip-compressed is decompressed on the way.

    Raises DataError if that fails, now or while reading within the `with`.
    """
    try:
        if not path.exists():
            raise DataError(f"{shown(str(path), 400)}: there is no such file.")
        if not path.is_file():
            raise DataError(f"{shown(str(path), 400)}: is not a file.")
        with path.open("rb") as file:
            if unpack and file.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(file) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield file
    except EOFError as error:
        raise DataError(f"{name_of(path)}: is cut short: its compressed content does not end.") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name_of(path)}: is damaged: its compressed content cannot be unpacked.") from error
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        raise DataError(f"{name_of(path)}: cannot be read: {reason}.") from error


def require_memory(path: Path, needed: int) -> None:
    """Raise DataError unless `needed` bytes are free, with some to spare."""
    free = memory_to_spend()
    if needed > free:
        raise DataError(
            f"{name_of(path)}: needs {gigabytes(needed)} of memory; expected at most {gigabytes(free)}, what is free."
        )


Swaps = dict[str, str]
"""What stands in a name instead of what; all of it is replaced, in this order."""


def plain(name: str) -> str:
    """A file name without the ways in which copies of MNIST differ: .gz, dots or hyphens, capitals."""
    return name.lower().removesuffix(".gz").replace(".", "-").replace("_", "-")


def find(folder: Path, plain_name: str, like: Path) -> Path | None:
    """The file of that plain name; where there are two, the one compressed (or not) as `like` is."""
    try:
        found = [path for path in folder.iterdir() if plain(path.name) == plain_name and path.is_file()]
    except OSError as error:
        raise DataError(f"{name_of(folder)}: the folder cannot be read: {error.strerror}.") from error
    return min(found, key=lambda path: (path.suffix != like.suffix, path.name), default=None)


def sibling(path: Path, swaps: Swaps) -> Path | None:
    """The file beside `path` whose name differs in the `swaps` alone; None if there is none."""
    name = swapped(plain(path.name), swaps)
    return None if name == plain(path.name) else find(path.parent, name, like=path)


def partner(path: Path, mine: str, other: str, swaps: Swaps) -> Path:
    """The labels file beside an images file, or the other way round. Raises DataError if there is none."""
    found = sibling(path, swaps)
    if found is None:
        expected = swapped(path.name, swaps)
        called = f" called {expected}" if expected != path.name else ""
        raise DataError(f"{name_of(path)}: holds {mine} only; expected a file with its {other} beside it{called}.")
    return found


def swapped(name: str, swaps: Swaps) -> str:
    """`name` with all of `swaps` done."""
    for old, new in swaps.items():
        name = name.replace(old, new)
    return name


MAPPED_FROM = 256_000_000
"""Bytes of images from which on a file is mapped unless the caller says otherwise."""


def is_to_be_mapped(images: Path, obstacle: str | None, mapped: bool | None) -> bool:
    """Whether to map a file of images and that of its labels: as `mapped` says or, if it is None, if it is large.

    obstacle: which of the two cannot be mapped and why, in words, or None. Raises DataError if they are to be mapped
    nevertheless.
    """
    if mapped and obstacle:
        raise DataError(f"{obstacle}, so it cannot be mapped; expected plain bytes, row by row.")
    if mapped is None:
        return images.stat().st_size >= MAPPED_FROM and not obstacle
    return mapped


def map_array(path: Path, offset: int, dtype: DTypeLike, shape: tuple[int, ...]) -> MappedArray:
    """Map the array that begins at byte `offset` of a file. Raises DataError if that fails."""
    try:
        with opened(path) as file:
            return MappedArray(file, offset, dtype, shape)
    except ValueError as error:
        if isinstance(error, DataError):  # which is a ValueError too
            raise
        raise DataError(f"{name_of(path)}: was cut short while it was opened.") from error


def check_mapped_labels(path: Path, labels: MappedArray) -> None:
    """Raise DataError naming the first label (n,) of a mapped file that is no digit."""
    for start in range(0, len(labels), LABELS_AT_ONCE):
        some = labels.read(np.arange(start, min(start + LABELS_AT_ONCE, len(labels))))[:, 0]
        wrong = np.flatnonzero((some < 0) | (some > 9))
        if wrong.size:
            raise DataError(
                f"{name_of(path)}, label {start + wrong[0] + 1:,}: found {some[wrong[0]]}, "
                "expected a whole number from 0 to 9."
            )
