"""When a file is too large to be read into memory at once, it is mapped instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from nncore.errors import DataError
from nncore.mapped import LABELS_AT_ONCE, MappedArray
from nncore.readers.opening import name_of, opened

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
