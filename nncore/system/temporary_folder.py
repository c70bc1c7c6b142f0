"""The temporary folder of a sweep. If its process is killed, a later process of Digit Lab deletes it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from nncore.system.atomic_write import ABANDONED_SECONDS, is_unchanged
from nncore.system.file_lock import FileLock

FOLDER_NAME_START = "digitlab-sweep-"
"""The start of the names of the folders."""

FOLDER_LOCK_NAME = "lock"
"""The file in each folder that its process locks."""


@contextmanager
def sweep_folder() -> Iterator[Path]:
    """Create a temporary folder, and delete it at the end of the `with` block."""
    remove_abandoned_folders()
    with TemporaryDirectory(prefix=FOLDER_NAME_START, ignore_cleanup_errors=True) as folder:
        lock = FileLock(Path(folder) / FOLDER_LOCK_NAME)
        with suppress(OSError):
            lock.acquire()
        try:
            yield Path(folder)
        finally:
            lock.release()


def remove_abandoned_folders() -> None:
    """Delete the folders of this user that killed processes have left. Errors are ignored.

    A folder is deleted if it has a lock that no process holds, and it has not changed for ten minutes.
    """
    for folder in Path(gettempdir()).glob(f"{FOLDER_NAME_START}*"):
        with suppress(OSError):
            status = folder.lstat()
            is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if stat.S_ISDIR(status.st_mode) and is_own and is_unchanged(folder, ABANDONED_SECONDS):
                lock = FileLock(folder / FOLDER_LOCK_NAME)
                if lock.path.exists() and lock.acquire():
                    lock.release()
                    shutil.rmtree(folder)
