"""Write a file atomically: either the whole new content is written, or the old file stays."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from nncore.errors import DigitLabError


def _read_umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


UMASK = _read_umask()
"""Permissions that new files do not get. They can be read only by changing them for the whole process. So they are read
once, when this module is imported, before there are threads that write files."""


UNFINISHED_SUFFIX = ".part"
"""The end of the name of a new file that is not completely written."""

UNFINISHED_FILES = re.compile(rf"\..+\.[a-z0-9_]{{8}}{re.escape(UNFINISHED_SUFFIX)}", re.DOTALL)
"""The names of such files; `tempfile.mkstemp` chooses the eight characters."""

ABANDONED_SECONDS = 600.0
"""A file or folder that is being written changes more often: after this time it was left by a killed process."""


def save_file(path: Path, content: bytes | memoryview, error: type[DigitLabError]) -> None:
    """Write a file with `write_atomically`; if that fails, raise `error` with a sentence for the user."""
    try:
        write_atomically(path, content)
    except OSError as problem:
        raise error(f"{path}: could not be saved ({problem.strerror or problem}).") from None


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Replace the content of `path`: write a new file in the same folder, flush it to the disk, rename it to `path`.

    After any failure (a full disk, a power cut) the old file is unchanged. A missing folder is created. Raises OSError
    if the file cannot be written, or if `path` is not a regular file (for example a device).
    """
    path = Path(os.path.realpath(path))  # a symbolic link is kept; its target is replaced
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=UNFINISHED_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _permissions_for(path))
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def leftovers(path: Path) -> list[Path]:
    """The unfinished new files of `path` that killed processes have left; call it only if no process writes `path`."""
    folder, prefix = path.parent, _prefix(path)
    return [found for found in folder.glob(f".*{UNFINISHED_SUFFIX}") if found.name.startswith(prefix)]


def is_unfinished(path: Path) -> bool:
    """Whether a file has the name of an unfinished new file of `write_atomically`."""
    return UNFINISHED_FILES.fullmatch(path.name) is not None


def is_unchanged(path: Path, seconds: float) -> bool:
    """Whether a file was changed more than `seconds` ago; or so far in the future, before the clock went back."""
    return abs(time.time() - path.lstat().st_mtime) > seconds


def _prefix(path: Path) -> str:
    # Only the first 40 characters: a file name has at most 255 bytes, and a character may need four.
    return f".{path.name[:40]}."


def _permissions_for(path: Path) -> int:
    """Return the permissions of the file that is replaced, or the usual permissions of a new file."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~UMASK


def _flush_folder(folder: Path) -> None:
    """Flush the folder, so that the rename is on the disk too (not possible on Windows and some network disks)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
