"""What killed processes have left is deleted at a later start, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.storage import leftovers
from app.storage.leftovers import remove_leftovers
from app.storage.paths import own_ink_path, run_log_path, runs_folder, snapshots_folder, user_folder
from app.storage.run_process import process_description
from app.storage.run_recorder import lock_file
from nncore.experiments.run_log.log import VERSION, RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import ABANDONED_SECONDS
from nncore.system.file_lock import FileLock
from nncore.training import TrainingConfig

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST")
LONG_AGO = 2 * leftovers.UNKNOWN_SECONDS


def make(path: Path, seconds_ago: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    moment = time.time() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def checkpoint(name: str) -> Path:
    return runs_folder() / f"{name}.checkpoint"


def existing() -> list[str]:
    return sorted(found.name for found in runs_folder().glob("*.checkpoint"))


@pytest.mark.usefixtures("user_files")
def test_unfinished_files_are_deleted_when_no_process_can_still_write_them() -> None:
    ink = own_ink_path()
    abandoned = [
        make(folder / f".{name}.abcd_123.part", seconds)
        for folder in (user_folder(), ink.parent, runs_folder())
        for name, seconds in ((ink.name, 2 * ABANDONED_SECONDS), ("m.npz", -2 * ABANDONED_SECONDS))
    ]
    kept = [
        make(ink.parent / f".{ink.name}.abcd_124.part", 1.0),
        make(ink.parent / "of the user.part", LONG_AGO),
        make(ink.parent / ".x.part", LONG_AGO),
        make(ink, LONG_AGO),
    ]
    remove_leftovers()
    assert [path.exists() for path in abandoned] == [False] * len(abandoned)
    assert [path.exists() for path in kept] == [True] * len(kept)


@pytest.mark.usefixtures("user_files")
def test_the_newest_interrupted_runs_and_all_that_still_run_keep_their_checkpoints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leftovers, "MAX_INTERRUPTED", 2)
    with RunLog(run_log_path()) as log:
        alive = log.begin(SETTINGS, process_description(), "alive.checkpoint")
        ended = log.begin(SETTINGS, "", "ended.checkpoint")
        log.end(ended, "finished", "ended.checkpoint")
        interrupted = [log.begin(SETTINGS, "", f"{number}.checkpoint") for number in range(5)]
        log.delete([interrupted[0], interrupted[4]])
    for name in ("alive", "ended", *map(str, range(5))):
        make(checkpoint(name), LONG_AGO)
    held = FileLock(lock_file(checkpoint("1")))
    assert held.acquire()
    remove_leftovers()
    assert existing() == ["1.checkpoint", "3.checkpoint", "4.checkpoint", "alive.checkpoint", "ended.checkpoint"]
    held.release()
    remove_leftovers()
    assert existing() == ["3.checkpoint", "4.checkpoint", "alive.checkpoint", "ended.checkpoint"]
    with RunLog(run_log_path()) as log:
        assert [log.run(run).checkpoint_name for run in (alive, *interrupted)] == [
            "alive.checkpoint", "", "", "", "3.checkpoint", "4.checkpoint",
        ]  # fmt: skip


@pytest.mark.usefixtures("user_files")
def test_a_checkpoint_that_no_run_names_is_deleted_after_a_long_time() -> None:
    with RunLog(run_log_path()) as log:
        log.begin(SETTINGS, "", "known.checkpoint")
    for name, seconds in (("known", LONG_AGO), ("unknown", LONG_AGO), ("new", ABANDONED_SECONDS)):
        make(checkpoint(name), seconds)
    newer = run_log_path().with_name(f"runs of version {VERSION}.sqlite")
    newer.touch()
    remove_leftovers()
    assert existing() == ["known.checkpoint", "new.checkpoint", "unknown.checkpoint"]
    newer.unlink()
    run_log_path().with_name("runs damaged 2026-01-31.sqlite").touch()
    remove_leftovers()
    assert existing() == ["known.checkpoint", "new.checkpoint"]


@pytest.mark.usefixtures("user_files")
def test_nothing_is_deleted_while_the_log_cannot_be_read() -> None:
    make(checkpoint("unknown"), LONG_AGO)
    remove_leftovers()
    assert not run_log_path().exists()
    run_log_path().write_bytes(b"this is no database at all, whatever it is called" * 100)
    remove_leftovers()
    assert existing() == ["unknown.checkpoint"]
    assert run_log_path().exists()


@pytest.mark.usefixtures("user_files")
def test_a_lock_without_a_checkpoint_is_deleted_unless_a_process_has_it() -> None:
    held, unused = (FileLock(lock_file(checkpoint(name))) for name in ("held", "unused"))
    for lock in (held, unused):
        make(lock.path, LONG_AGO)
    make(lock_file(make(checkpoint("with a lock"), 1.0)), LONG_AGO)
    assert held.acquire()
    remove_leftovers()
    assert sorted(found.name for found in runs_folder().glob("*.lock")) == ["held.lock", "with a lock.lock"]
    held.release()


def test_an_unusable_home_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for home in ("x" * 300, "file/home"):
        (tmp_path / "file").touch()
        monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path / home))
        remove_leftovers()


@pytest.mark.usefixtures("user_files")
def test_the_epochs_of_a_run_are_deleted_when_its_checkpoint_is_gone() -> None:
    kept, recent, abandoned = (make(snapshots_folder(checkpoint(name)) / "1.npz", 0) for name in "abc")
    make(checkpoint("a"), 1.0)
    for path in (kept, abandoned):
        os.utime(path.parent, (1000, 1000))
    remove_leftovers()
    assert [path.exists() for path in (kept, recent, abandoned)] == [True, True, False]
