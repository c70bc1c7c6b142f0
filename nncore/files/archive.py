"""The format of model files and checkpoints: a zip without compression, with a JSON header and arrays.

    header.json       what the arrays are; see `nncore.files.json_header`
    NAME.npy          each array, float32

`numpy.load` opens it, and so does any unzip program; it never contains a pickle. A file may come from an unknown
source, so each size is compared with the expected size before the data is read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.json_header import MAX_HEADER_BYTES
from nncore.system.memory import gigabytes_text, usable_memory
from nncore.system.reading_budget import ReadingCancelled, WatchedFile, time_budget
from nncore.system.zip_files import open_zip

HEADER_NAME = "header.json"

HEADER_MEMORY_PER_BYTE = 4
"""Bytes of memory needed per byte of a file: for the file itself, and for the parameters with their copies."""

DAMAGED_ADVICE = "the file is probably damaged, so open another copy of it"
"""What the user can do with a file that takes too long: no file of Digit Lab does."""

MAX_ARRAY_HEADER_BYTES = 4096
"""Largest size of the header of an .npy file, in bytes."""


def archive_bytes(header: str, arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the bytes of a file in this format; the same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(HEADER_NAME), header)  # a ZipInfo has a fixed date
        for name, array in arrays.items():
            stream = io.BytesIO()
            npy.write_array(stream, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), stream.getvalue())
    return buffer.getvalue()


@contextmanager
def reading_errors(path: Path, kind: str) -> Iterator[int]:
    """Convert every error while `path` is read to a ModelFileError that names the file; yields its size in bytes.

    kind: the kind of the file, "model" or "run". If the path is not a regular file, or the file is too large for the
    memory, it is not read. Reading has a budget of time; see `nncore.system.reading_budget`.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():  # a pipe or a device may have no end
            raise ModelFileError("could not be read: it is not a file.")
        if HEADER_MEMORY_PER_BYTE * size > usable_memory():
            raise ModelFileError(f"the file has {gigabytes_text(size)}, which is too large for the free memory.")
        with time_budget("", size, ModelFileError, DAMAGED_ADVICE):
            yield size
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file.") from None
    except ModelFileError as problem:
        raise type(problem)(f"{path}: {problem}") from None
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be read ({problem.strerror or problem}).") from None
    except MemoryError:
        raise ModelFileError(f"{path}: there is not enough memory for this {kind}.") from None


@contextmanager
def parsing_errors(kind: str) -> Iterator[None]:
    """Convert the errors of code that parses a file, except OSError and MemoryError, to ModelFileError.

    For damaged bytes, zipfile and NumPy raise many kinds of errors: BadZipFile, EOFError, ValueError,
    NotImplementedError, RuntimeError, RecursionError, TokenError, TypeError, OverflowError, SyntaxError ...
    """
    try:
        yield
    except (ModelFileError, ReadingCancelled, OSError, MemoryError):
        raise
    except Exception:
        raise ModelFileError(
            f"this is not a complete Digit Lab {kind}; it is damaged or of a different kind."
        ) from None


class Archive:
    """Reads the members of an open file one by one."""

    def __init__(self, archive: zipfile.ZipFile, size: int, kind: str) -> None:
        self._archive = archive
        self._size = size
        self._kind = kind
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise ModelFileError("it contains two members with the same name, which Digit Lab never writes.")

    @classmethod
    @contextmanager
    def open(cls, path: Path, size: int, kind: str) -> Iterator[Archive]:
        """Open the file of `size` bytes for reading; use it inside `reading_errors`.

        Reading reports its progress and can be cancelled; see `nncore.system.reading_budget`.
        """
        with (
            parsing_errors(kind),
            BufferedReader(WatchedFile(str(path))) as file,
            open_zip(file, ModelFileError) as archive,
        ):
            yield cls(archive, size, kind)

    def header(self) -> bytes:
        """Return the text of the header. Raises ModelFileError if it is too large."""
        if self._info(HEADER_NAME).file_size > MAX_HEADER_BYTES:
            raise ModelFileError(f"{HEADER_NAME} inside is larger than any that Digit Lab writes.")
        return self._archive.read(HEADER_NAME)

    def array(self, name: str, shape: tuple[int, ...], reason: str) -> NDArray[np.float32]:
        """Return the array `name`, read-only. reason: why it has this shape, for messages.

        Raises ModelFileError if it has a different shape or type, or if it is damaged.
        """
        member, count = f"{name}.npy", prod(shape)
        self.check_size(name, count, reason)
        content = self._archive.read(member)
        stream = io.BytesIO(content)
        read_header = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
        stored_shape, fortran_order, dtype = read_header(stream)
        if dtype != np.float32 or len(stored_shape) != len(shape) or (fortran_order and len(shape) > 1):
            raise ModelFileError(
                f"{member} inside is of the wrong kind; expected {len(shape)} axes of float32 numbers."
            )
        size = len(content) - stream.tell()
        if size != 4 * count or stored_shape != shape:
            raise ModelFileError(f"{reason}, but {member} inside holds {size // 4:,} numbers, {stored_shape}.")
        return np.frombuffer(content, np.float32, offset=stream.tell()).reshape(shape)

    def check_size(self, name: str, count: int, reason: str) -> None:
        """Raise ModelFileError if the array `name` cannot have `count` numbers; it is not read."""
        # The stated size may be huge although there is no data. float32: 4 bytes per number.
        member = f"{name}.npy"
        stated_size = self._info(member).file_size
        if not 4 * count <= stated_size <= 4 * count + MAX_ARRAY_HEADER_BYTES:
            raise ModelFileError(f"{reason}, but {member} inside holds {stated_size:,} bytes.")

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._archive.namelist():
            raise ModelFileError(f"this is not a Digit Lab {self._kind}: it has no {name} inside.")
        info = self._archive.getinfo(name)
        encrypted = info.flag_bits & 0x1
        # Digit Lab stores without compression, so no member is larger than the file.
        if encrypted or info.compress_type != zipfile.ZIP_STORED or info.file_size > self._size:
            raise ModelFileError(f"{name} inside is compressed, encrypted or too large, which Digit Lab never writes.")
        return info


def check_finite(arrays: Mapping[str, NDArray[np.floating]]) -> None:
    """Raise ModelFileError if one of the numbers is not finite."""
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ModelFileError("some of its weights are not finite numbers.")
