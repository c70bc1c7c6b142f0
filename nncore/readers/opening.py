"""Open a file from outside, with every way that can fail turned into a DataError."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from nncore.errors import DataError
from nncore.memory import gigabytes, memory_to_spend


def shown(text: str, longest: int = 40) -> str:
    """`text` as it can stand in one line of a message: cut, and without characters that cannot be seen."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)


def name_of(path: Path) -> str:
    """The file's name, for messages."""
    return shown(path.name or str(path), 200)


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
