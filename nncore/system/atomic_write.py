"""Writing a file so that it is either wholly the new one or still the old one."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def _read_umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


UMASK = _read_umask()
"""Permissions that new files do not get. It can only be read by setting it, for the whole process: so it is read
once, before there are threads that write."""


def write_safely(path: Path, content: bytes | memoryview) -> None:
    """Replace `path` by `content`: written beside it, flushed to the disk, then renamed over it.

    Whatever goes wrong on the way (a full disk, a power cut) leaves the file that was there untouched.
    Raises OSError if it cannot be written, or if `path` is something else than a file (a device, say); the folder is
    made if it is missing.
    """
    path = Path(os.path.realpath(path))  # a link stays a link, to a file with the new content
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of a long name only a part: a file system takes 255 bytes, and a character may have four.
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _mode_for(path))
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _mode_for(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a file made the ordinary way."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~UMASK


def _flush_folder(folder: Path) -> None:
    """Have the rename itself on the disk, where the system can (Windows cannot, nor some network disks)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
