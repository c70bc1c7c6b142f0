"""The epochs of a run that was killed can be selected at the next start, and after the run is continued."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.session.epochs_keeper import EpochsKeeper, load_last_epochs
from app.session.session import Session
from app.storage.paths import epochs_folder, last_epochs_path, run_log_path, runs_folder
from app.storage.run_recorder import lock_file
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.experiments.run_log.log import LoggedRun, RunLog
from nncore.files.checkpoint_file import load_checkpoint
from nncore.model.network import Network, NetworkSpec
from nncore.system.file_lock import FileLock
from tests.app.session.test_session import LONG, SPEC, epochs_of, events_of, is_idle
from tests.nncore.example_data import small_mnist

CHECKPOINT = "run.checkpoint"


def snapshots(count: int, spec: NetworkSpec = SPEC) -> EpochSnapshots:
    """Epochs 0 to `count` of a network that is not trained."""
    made = EpochSnapshots(spec)
    for epoch in range(count + 1):
        made.add(epoch, Network(spec, seed=epoch))
    return made


def keeper(name: str = CHECKPOINT) -> EpochsKeeper:
    return EpochsKeeper(runs_folder() / name, 9, pytest.fail)


def assert_same(one: EpochSnapshots, other: EpochSnapshots) -> None:
    assert one.epochs == other.epochs
    for epoch in one.epochs:
        np.testing.assert_array_equal(one.values(epoch), other.values(epoch))


@pytest.fixture
def killed(user_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> LoggedRun:
    """A run of some epochs whose files are as a killed process leaves them."""
    session = Session()
    session.use_data(small_mnist())
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 3)
    session.pause()
    qtbot.waitUntil(lambda: session.snapshots is not None and len(session.snapshots.epochs) > 3)
    shutil.copytree(user_files, tmp_path / "after the kill", ignore=shutil.ignore_patterns("*.lock"))
    session.close()
    monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path / "after the kill"))
    with RunLog(run_log_path()) as log:
        return log.runs()[0]


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.use_data(small_mnist())
    yield session
    assert session.close()


def test_a_killed_run_offers_its_epochs_at_the_next_start_and_goes_on_with_them(
    killed: LoggedRun, session: Session, qtbot: QtBot
) -> None:
    checkpoint = runs_folder() / killed.checkpoint
    done = load_checkpoint(checkpoint).counters.epochs_done
    with qtbot.waitSignal(session.snapshots_created) as emitted:
        session.open_last_snapshots()
    offered: EpochSnapshots = emitted.args[0]
    assert offered.epochs[0] == 0
    assert len(offered.epochs) > 1
    assert emitted.args[1] == LONG.epochs
    with qtbot.waitSignal(session.snapshots_created) as emitted:
        session.continue_interrupted(killed, checkpoint)
    events = events_of(session)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 1)
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    kept: EpochSnapshots = emitted.args[0]
    assert kept.epochs[0] == 0
    assert {epoch for epoch in offered.epochs if epoch <= done} <= set(kept.epochs)
    assert kept.epochs[-1] > done
    np.testing.assert_array_equal(kept.values(1), offered.values(1))
    assert not epochs_folder(checkpoint).exists()
    after = load_last_epochs()
    assert after is not None
    assert_same(after[0], kept)


@pytest.mark.usefixtures("user_files")
def test_only_epochs_that_are_kept_stay_on_the_disk() -> None:
    first, second = snapshots(4), EpochSnapshots.of(SPEC, tuple((n, snapshots(6).values(n)) for n in (0, 2, 4, 6)))
    one = keeper()
    one.save(first)
    one._next_save = 0.0
    one.save(second)
    found = load_last_epochs()
    assert found is not None
    assert found[1] == 9
    assert_same(found[0], second)


@pytest.mark.usefixtures("user_files")
def test_epochs_after_the_checkpoint_and_of_another_network_are_left_out() -> None:
    keeper().save(snapshots(4))
    assert keeper().restore(EpochSnapshots(SPEC), 2).epochs == (0, 1, 2)
    other = EpochSnapshots(NetworkSpec.dense((784, 8, 10)))
    assert keeper().restore(other, 2) is other
    none = EpochSnapshots(SPEC)
    assert keeper("another.checkpoint").restore(none, 2) is none


@pytest.mark.usefixtures("user_files")
def test_a_damaged_epoch_is_left_out() -> None:
    keeper().save(snapshots(3))
    (epochs_folder(runs_folder() / CHECKPOINT) / "2.npz").write_bytes(b"damaged")
    assert keeper().restore(EpochSnapshots(SPEC), 3).epochs == (0, 1, 3)


@pytest.mark.usefixtures("user_files")
def test_the_last_run_is_the_one_that_ended_or_was_killed_last() -> None:
    keeper("older.checkpoint").save(snapshots(2))
    keeper("newer.checkpoint").save(snapshots(3))
    older, newer = (epochs_folder(runs_folder() / f"{name}.checkpoint") for name in ("older", "newer"))
    os.utime(older, (1000, 1000))
    found = load_last_epochs()
    assert found is not None
    assert found[0].epochs == (0, 1, 2, 3)
    lock = FileLock(lock_file(newer))  # another window trains it
    assert lock.acquire()
    found = load_last_epochs()
    assert found is not None
    assert found[0].epochs == (0, 1, 2)
    lock.release()
    last_epochs_path().write_bytes((newer / "1.npz").read_bytes())
    os.utime(newer, (2000, 2000))
    found = load_last_epochs()
    assert found is not None
    assert found[0].epochs == (1,)


@pytest.mark.usefixtures("user_files")
def test_epochs_that_cannot_be_saved_are_reported_once() -> None:
    runs_folder().mkdir(parents=True)
    epochs_folder(runs_folder() / CHECKPOINT).touch()  # a file where the folder should be
    sentences: list[str] = []
    one = EpochsKeeper(runs_folder() / CHECKPOINT, 9, sentences.append)
    one.save(snapshots(1))
    one.save(snapshots(2))
    (sentence,) = sentences
    assert sentence.startswith("If this run is killed, its epochs cannot be selected again: ")
