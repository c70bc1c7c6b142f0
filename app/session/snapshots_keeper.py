"""Keeps the snapshots of a run on the disk while it trains, so that a killed run keeps them.

Each snapshot has a file in a folder beside the checkpoint of the run. At the end of the run one file replaces the
folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.storage.paths import SNAPSHOTS_SUFFIX, last_snapshots_path, runs_folder, snapshots_folder
from app.storage.run_recorder import lock_file
from app.storage.writing_pace import SNAPSHOTS_FRACTION, WritingPace
from nncore.errors import ModelFileError
from nncore.evaluation.snapshots import Snapshot, Snapshots, TrainingPoint
from nncore.files.snapshots_file import StoredSnapshots, load_snapshots, save_snapshots
from nncore.system.file_lock import FileLock


class SnapshotsKeeper:
    """Saves the snapshots of one run; used on the training thread.

    An error is reported once, and the run continues without saving its snapshots. Those of very short epochs are
    written together; see `app.storage.writing_pace`.
    """

    def __init__(self, checkpoint_path: Path, planned_epochs: int, report_error: Callable[[str], None]) -> None:
        """checkpoint_path: the file of the run's checkpoint. report_error: called with one sentence."""
        self._folder, self._planned_epochs = snapshots_folder(checkpoint_path), planned_epochs
        self._report_error = report_error
        self._saved: set[TrainingPoint] = set()
        # The ends of epochs do not wait for the early steps: a checkpoint is written with each of them.
        self._pace, self._pace_within_epochs = WritingPace(SNAPSHOTS_FRACTION), WritingPace(SNAPSHOTS_FRACTION)
        self._has_failed = False

    def restore(self, snapshots: Snapshots, last: TrainingPoint) -> Snapshots:
        """Return the snapshots of the killed run up to the point `last`; `snapshots` if none are of its network."""
        found = _kept_in(self._folder)
        if found is None or found.snapshots.spec != snapshots.spec:
            return snapshots
        kept = found.snapshots.up_to(last, snapshots.run)
        self._saved = set(kept.points)
        return kept

    def save(self, snapshots: Snapshots, *, within_epoch: bool = False) -> None:
        """Save the snapshots that are not on the disk yet, unless it is too early; delete those that are not kept.

        within_epoch: whether the last one is of an early step, so that a run killed in its first epoch keeps these.
        """
        pace = self._pace_within_epochs if within_epoch else self._pace
        if self._has_failed or not pace.is_due:
            return
        with pace.working():
            self._write(snapshots)

    def _write(self, snapshots: Snapshots) -> None:
        kept = set(snapshots.points)
        try:
            for each in snapshots.all:
                if each.point not in self._saved:
                    one = Snapshots.from_snapshots(snapshots.spec, (each,), snapshots.run)
                    save_snapshots(one, self._planned_epochs, self._file(each.point))
            for point in self._saved - kept:
                self._file(point).unlink(missing_ok=True)
        except (ModelFileError, OSError) as problem:
            self._has_failed = True
            self._report_error(f"If this run is killed, its steps and epochs cannot be selected again: {problem}")
            return
        self._saved = kept

    def remove(self) -> None:
        """Delete the saved snapshots, which are not needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, point: TrainingPoint) -> Path:
        return self._folder / (f"{point.epoch}.npz" if point.ends_epoch else f"step {point.step}.npz")


def load_last_snapshots() -> StoredSnapshots | None:
    """The snapshots of the last run; None if there are none.

    The last run is the last one that ended, or one that was killed later. Raises ModelFileError for a damaged file,
    which is renamed.
    """
    path = last_snapshots_path()
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


def _last_killed(ended: float) -> StoredSnapshots | None:
    """The snapshots of the run that was killed last, if that was after the time `ended`."""
    with suppress(OSError):
        changed = {folder: folder.stat().st_mtime for folder in runs_folder().glob(f"*{SNAPSHOTS_SUFFIX}")}
        for folder in sorted(changed, key=lambda each: -changed[each]):
            if changed[folder] > ended and not _is_training(folder):
                kept = _kept_in(folder)
                if kept is not None and len(kept.snapshots.all) > 1:
                    return kept
    return None


def _is_training(folder: Path) -> bool:
    """Whether a process trains the run of this folder of snapshots."""
    lock = FileLock(lock_file(folder))
    is_free = lock.acquire()
    lock.release()
    return not is_free


def _kept_in(folder: Path) -> StoredSnapshots | None:
    """The snapshots in a folder, without damaged files; None if there are none."""
    found: list[StoredSnapshots] = []
    for path in folder.glob("*.npz"):
        with suppress(ModelFileError):
            found.append(load_snapshots(path))
    if not found:
        return None
    found.sort(key=lambda each: _order(each.snapshots.points[-1]))
    last, planned_epochs = found[-1]
    kept: list[Snapshot] = []
    for one, _ in found:
        if one.spec == last.spec and (not kept or one.points[-1].is_after(kept[-1].point)):
            kept.append(one.all[-1])
    return StoredSnapshots(Snapshots.from_snapshots(last.spec, tuple(kept), last.run), planned_epochs)


def _order(point: TrainingPoint) -> tuple[int, bool, int]:
    return point.epoch, point.ends_epoch, point.step or 0
