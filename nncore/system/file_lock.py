"""A lock between processes: a file that one process at a time holds. The system releases it when its process ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nncore.system.copying import NotCopyable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

RETRY_SECONDS = 0.01

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""Error numbers of a file system without locks, such as some network shares."""


class FileLock(NotCopyable):
    """The lock file at `path`, which stays in its folder, because deleting it would let two processes have the lock.

    On a file system without locks every process gets it.
    """

    copy_instead = "It belongs to its process."

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if no other FileLock has it; returns whether it is taken. Creates the folder.

        Raises OSError if the file cannot be created.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in NO_LOCKS:
                os.close(descriptor)
                if problem.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                    return False
                raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back, if it is taken."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Wait for the lock and hold it during the `with` block; raises TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while not self.acquire():
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "another program is using it")
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            self.release()
