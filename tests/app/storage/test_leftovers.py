"""What killed processes have left is deleted at a later start, and nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.storage import leftovers
from app.storage.leftovers import remove_leftovers
from app.storage.model_library import ModelLibrary
from app.storage.paths import epochs_folder, models_folder, own_ink_path, run_log_path, runs_folder, user_folder
from app.storage.run_process import process_description
from app.storage.run_recorder import lock_file
from nncore.experiments.run_log.log import VERSION, RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import ABANDONED_SECONDS
from nncore.system.file_lock import FileLock
from nncore.training import TrainingConfig
from tests.app.storage.kept_models import keep_model

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), "MNIST")
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
        assert [log.run(run).checkpoint for run in (alive, *interrupted)] == [
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
    kept, recent, abandoned = (make(epochs_folder(checkpoint(name)) / "1.npz", 0) for name in "abc")
    make(checkpoint("a"), 1.0)
    for path in (kept, abandoned):
        os.utime(path.parent, (1000, 1000))
    remove_leftovers()
    assert [path.exists() for path in (kept, recent, abandoned)] == [True, True, False]


def kept() -> list[Path]:
    return sorted(models_folder().glob("*.npz"))


def test_old_models_are_thinned_out_but_not_those_with_a_pin_a_name_or_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "MAX_UNNAMED_MODELS", 2)
    old = [keep_model(number, days_ago=31) for number in range(8)]
    mine, young = keep_model(name="mine.npz", days_ago=99), keep_model(8)
    library = ModelLibrary(pytest.fail)
    library.set_label(old[0], pinned=True)
    library.set_label(old[1], name="good")
    library.set_label(old[2], note="a note")
    with RunLog(run_log_path()) as log:
        for path, name in ((old[3], "renamed"), (old[4], "784-16-10")):
            run = log.begin(replace(SETTINGS, name=name))
            log.update(run, model=str(path))
    remove_leftovers()
    assert kept() == sorted([*old[:4], old[7], young, mine])
    assert sorted(found.name for found in library.deleted_folder.iterdir()) == [path.name for path in old[4:7]]
    remove_leftovers()
    assert len(kept()) == 7
    library.restore([(path, library.deleted_folder / path.name) for path in old[4:7]])
    remove_leftovers()
    assert len(kept()) == 10, "a restored model stays for another thirty days"


def test_models_of_the_last_thirty_days_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "MAX_UNNAMED_MODELS", 2)
    models = [keep_model(number, days_ago=29) for number in range(5)]
    remove_leftovers()
    assert kept() == models


@pytest.mark.parametrize("name", ["labels.json", "labels damaged 2026-01-01 00.00.00.json"])
def test_nothing_is_thinned_out_while_names_may_be_lost(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(leftovers, "MAX_UNNAMED_MODELS", 1)
    models = [keep_model(number, days_ago=31) for number in range(3)]
    (models_folder() / name).write_text("damaged")
    remove_leftovers()
    assert kept() == models
    assert (models_folder() / name).exists()


def test_a_deleted_model_is_kept_for_thirty_days() -> None:
    library = ModelLibrary(pytest.fail)
    (_, old), (_, young) = library.delete([keep_model(1), keep_model(2)])
    make(old, 31 * 24 * 3600)
    remove_leftovers()
    assert (old.exists(), young.exists()) == (False, True)
