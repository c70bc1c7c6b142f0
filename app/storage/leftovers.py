"""Deletes what killed processes have left in the user's folder and in the temporary folder. Imports no Qt.

- An unfinished new file of an atomic write, after it has not changed for ten minutes.
- The folder of a sweep, after ten minutes, if no process uses it.
- The checkpoint of an interrupted run, if MAX_INTERRUPTED other runs were interrupted later.
- A checkpoint that no run in the log names, after thirty days. It may belong to a log that was renamed.
- The lock and the snapshots of a checkpoint that no longer exists.

At the same time `app/storage/models/old_models.py` deletes old models.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from app.storage.models.old_models import delete_models_for_good, delete_old_models
from app.storage.paths import (
    SNAPSHOTS_SUFFIX,
    handwriting_tests_folder,
    models_folder,
    own_ink_path,
    run_log_path,
    runs_folder,
    snapshots_folder,
    user_folder,
)
from app.storage.run_process import is_alive
from app.storage.run_recorder import lock_file
from nncore.errors import ModelFileError
from nncore.experiments.run_log.log import RunLog, RunLogError
from nncore.system.atomic_write import ABANDONED_SECONDS, is_unchanged, is_unfinished
from nncore.system.file_lock import FileLock
from nncore.system.temporary_folder import remove_abandoned_folders

MAX_INTERRUPTED = 20
"""Maximum number of interrupted runs whose checkpoints are kept."""

UNKNOWN_SECONDS = 30 * 24 * 3600.0
"""Age at which a checkpoint that no run names is deleted."""


def remove_leftovers() -> None:
    """Delete the leftovers at the start of the program. Errors are ignored: the next start tries again."""
    folders = (
        user_folder(), models_folder(), runs_folder(), own_ink_path().parent, handwriting_tests_folder(),
        user_folder() / "open",
    )  # fmt: skip
    tasks: tuple[Callable[[], None], ...] = (
        *(partial(_delete_unfinished, folder) for folder in folders),
        _delete_old_checkpoints,
        _delete_unused_locks_and_snapshots,
        delete_old_models,
        delete_models_for_good,
        remove_abandoned_folders,
    )
    for task in tasks:
        with suppress(OSError, RunLogError, ModelFileError):
            task()


def _delete_unfinished(folder: Path) -> None:
    for path in folder.glob(".*"):
        if is_unfinished(path) and is_unchanged(path, ABANDONED_SECONDS):
            path.unlink()


def _delete_old_checkpoints() -> None:
    path = run_log_path()
    if not os.path.isfile(path):
        return
    with RunLog(path) as log:
        known = log.checkpoints()
        unfinished = [run for run in (*log.unfinished(), *log.runs(deleted=True)) if run.state == "running"]
        interrupted = [run for run in unfinished if run.checkpoint_name and not is_alive(run.process)]
        for run in sorted(interrupted, key=lambda run: -run.id)[MAX_INTERRUPTED:]:
            if _delete_checkpoint(path.parent / run.checkpoint_name):
                log.forget_checkpoint(run.id)
    if [found for found in path.parent.glob("*.sqlite") if found != path and " damaged " not in found.name]:
        return  # the log of a newer Digit Lab, whose checkpoints are not known here
    for found in path.parent.glob("*.checkpoint"):
        if found.name not in known and is_unchanged(found, UNKNOWN_SECONDS):
            _delete_checkpoint(found)


def _delete_checkpoint(path: Path) -> bool:
    """Delete a checkpoint and its lock, unless a process uses it; returns whether it was deleted."""
    lock = FileLock(lock_file(path))
    if not lock.acquire():
        return False
    try:
        path.unlink(missing_ok=True)
        shutil.rmtree(snapshots_folder(path), ignore_errors=True)
    finally:
        lock.release()
    lock.path.unlink(missing_ok=True)
    return True


def _delete_unused_locks_and_snapshots() -> None:
    for path in (*runs_folder().glob("*.lock"), *runs_folder().glob(f"*{SNAPSHOTS_SUFFIX}")):
        checkpoint = path.with_suffix(".checkpoint")
        if not checkpoint.exists() and is_unchanged(path, ABANDONED_SECONDS):
            _delete_checkpoint(checkpoint)
