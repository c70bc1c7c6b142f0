"""Opening zip files of unknown origin: the list of their members has a limit before it is read.

`zipfile` makes an object for each entry of this list, about ten times as large as the entry in the file, whatever a
reader needs of it later: a file of 100 MB with two million empty members would take over a gigabyte of memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from nncore.errors import DigitLabError

MAX_DIRECTORY_BYTES = 1_000_000
"""Largest list of members in bytes, about 10,000 members. A data file has four of them, a checkpoint about twenty."""


@contextmanager
def open_zip(file: BinaryIO, error: Callable[[str], DigitLabError]) -> Iterator[zipfile.ZipFile]:
    """Open a zip file for reading; `file` stays open.

    error: makes the exception that is raised if the list of its members is larger than MAX_DIRECTORY_BYTES, from its
    message. Also raises the many exceptions of `zipfile` for damaged bytes.
    """
    limited = _LimitedReads(file, error)
    with zipfile.ZipFile(limited) as archive:
        limited.is_opening = False
        yield archive


class _LimitedReads(io.BufferedIOBase):
    """A file whose list of members, which `zipfile` reads at once while it opens the file, has a largest size."""

    def __init__(self, file: BinaryIO, error: Callable[[str], DigitLabError]) -> None:
        self._file, self._error = file, error
        self.is_opening = True

    def read(self, size: int | None = -1) -> bytes:
        """Read at most `size` bytes, or all that follow."""
        wanted = -1 if size is None else size
        if self.is_opening and wanted > MAX_DIRECTORY_BYTES:
            raise self._error(
                f"the list of the files inside has {wanted:,} bytes; expected at most {MAX_DIRECTORY_BYTES:,}."
            )
        return self._file.read(wanted)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in bytes."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position in bytes."""
        return self._file.tell()

    def readable(self) -> bool:
        """It is open for reading."""
        return True

    def seekable(self) -> bool:
        """It can be read at any position."""
        return True
