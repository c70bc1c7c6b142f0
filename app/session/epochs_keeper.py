"""Keeps the network of each epoch on the disk while a run trains, so that a killed run keeps its epochs.

Each epoch has a file in a folder beside the checkpoint of the run. At the end of the run one file replaces the folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from app.storage.paths import EPOCHS_SUFFIX, epochs_folder, last_epochs_path, runs_folder
from app.storage.run_recorder import MAX_WRITING_FRACTION, lock_file
from nncore.errors import ModelFileError
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.files.snapshots_file import load_snapshots, save_snapshots
from nncore.system.file_lock import FileLock


class EpochsKeeper:
    """Saves the epochs of one run; used on the training thread.

    An error is reported once, and the run continues without saving its epochs. Writing takes at most
    MAX_WRITING_FRACTION of the time, so of very short epochs several are written together.
    """

    def __init__(self, checkpoint: Path, planned_epochs: int, report_error: Callable[[str], None]) -> None:
        """checkpoint: the file of the run's checkpoint. report_error: called with one sentence."""
        self._folder, self._planned_epochs, self._report_error = epochs_folder(checkpoint), planned_epochs, report_error
        self._saved: set[int] = set()
        self._next_save = 0.0

    def restore(self, snapshots: EpochSnapshots, epochs_done: int) -> EpochSnapshots:
        """Return the epochs of the killed run up to `epochs_done`; `snapshots` if there are none for its network."""
        found = _kept_in(self._folder)
        if found is None or found[0].spec != snapshots.spec:
            return snapshots
        kept = tuple((epoch, found[0].values(epoch)) for epoch in found[0].epochs if epoch <= epochs_done)
        self._saved = {epoch for epoch, _ in kept}
        return EpochSnapshots.of(snapshots.spec, kept)

    def save(self, snapshots: EpochSnapshots) -> None:
        """Save the epochs that are not on the disk yet, unless it is too early; delete those that are not kept."""
        started = perf_counter()
        if started < self._next_save:
            return
        epochs = set(snapshots.epochs)
        try:
            for epoch in sorted(epochs - self._saved):
                one = EpochSnapshots.of(snapshots.spec, ((epoch, snapshots.values(epoch)),))
                save_snapshots(one, self._planned_epochs, self._file(epoch))
            for epoch in self._saved - epochs:
                self._file(epoch).unlink(missing_ok=True)
        except (ModelFileError, OSError) as problem:
            self._next_save = float("inf")
            self._report_error(f"If this run is killed, its epochs cannot be selected again: {problem}")
            return
        self._saved = epochs
        ended = perf_counter()
        self._next_save = ended + (ended - started) / MAX_WRITING_FRACTION

    def remove(self) -> None:
        """Delete the saved epochs, which are not needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.npz"


def load_last_epochs() -> tuple[EpochSnapshots, int] | None:
    """The epochs of the last run and their planned number; None if there are none.

    The last run is the last one that ended, or one that was killed later. Raises ModelFileError for a damaged file,
    which is renamed.
    """
    path = last_epochs_path()
    killed = _last_killed(os.stat(path).st_mtime if os.path.exists(path) else 0.0)
    if killed is not None:
        return killed
    if not os.path.exists(path):  # or its folder may not be entered
        return None
    try:
        return load_snapshots(path)
    except ModelFileError:
        with suppress(OSError):
            path.replace(path.with_suffix(".damaged" + path.suffix))
        raise


def _last_killed(ended: float) -> tuple[EpochSnapshots, int] | None:
    """The epochs of the run that was killed last, if that was after the time `ended`."""
    with suppress(OSError):
        changed = {folder: folder.stat().st_mtime for folder in runs_folder().glob(f"*{EPOCHS_SUFFIX}")}
        for folder in sorted(changed, key=lambda each: -changed[each]):
            if changed[folder] > ended and not _is_training(folder):
                kept = _kept_in(folder)
                if kept is not None and len(kept[0].epochs) > 1:
                    return kept
    return None


def _is_training(folder: Path) -> bool:
    """Whether a process trains the run of this folder of epochs."""
    lock = FileLock(lock_file(folder))
    is_free = lock.acquire()
    lock.release()
    return not is_free


def _kept_in(folder: Path) -> tuple[EpochSnapshots, int] | None:
    """The epochs in a folder and their planned number, without damaged files; None if there are none."""
    found: list[tuple[EpochSnapshots, int]] = []
    for path in folder.glob("*.npz"):
        with suppress(ModelFileError):
            found.append(load_snapshots(path))
    if not found:
        return None
    last, planned_epochs = max(found, key=lambda each: each[0].epochs)
    same = (each for each, _ in found if each.spec == last.spec)
    kept = sorted(((each.epochs[0], each.values(each.epochs[0])) for each in same), key=lambda each: each[0])
    return EpochSnapshots.of(last.spec, tuple(kept)), planned_epochs
