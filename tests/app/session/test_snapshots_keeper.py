"""The steps and epochs of a run that was killed can be selected at the next start, and after the run is continued."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState
from app.session.session import Session
from app.session.snapshots_keeper import SnapshotsKeeper, load_last_snapshots
from app.storage import writing_pace
from app.storage.paths import SNAPSHOTS_SUFFIX, last_snapshots_path, run_log_path, runs_folder, snapshots_folder
from app.storage.run_recorder import lock_file
from app.storage.writing_pace import WritingPace
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.run_log.log import LoggedRun, RunLog
from nncore.files.checkpoint_file import load_checkpoint
from nncore.model.network import Network, NetworkSpec
from nncore.system.file_lock import FileLock
from tests.app.session.samples import LONG, SPEC, epochs_of, events_of, is_idle
from tests.nncore.example_data import small_mnist

CHECKPOINT = "run.checkpoint"


def snapshots(count: int, spec: NetworkSpec = SPEC) -> Snapshots:
    """Step 0, step 1 and epochs 1 to `count`, of 2 steps each, of a network that is not trained."""
    made = Snapshots(spec)
    for epoch in range(count + 1):
        made.add(TrainingPoint(epoch, 2 * epoch), Network(spec, seed=epoch))
        if epoch == 0:
            made.add(TrainingPoint(1, 1, ends_epoch=False), Network(spec, seed=99))
    return made


def keeper(name: str = CHECKPOINT) -> SnapshotsKeeper:
    return SnapshotsKeeper(runs_folder() / name, 9, pytest.fail)


def labels(snapshots: Snapshots) -> list[str]:
    return [point.label for point in snapshots.points]


def assert_same(one: Snapshots, other: Snapshots) -> None:
    assert one.points == other.points
    for point in one.points:
        np.testing.assert_array_equal(one.values(point), other.values(point))


@pytest.fixture
def killed(user_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> LoggedRun:
    """A run of some epochs whose files are as a killed process leaves them."""
    session = Session()
    session.use_data(small_mnist())
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 3)
    session.pause()
    qtbot.waitUntil(lambda: session.snapshots is not None and session.snapshots.points[-1].epoch > 3)
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


def test_a_killed_run_offers_its_epochs_at_the_next_start_and_continues_from_them(
    killed: LoggedRun, session: Session, qtbot: QtBot
) -> None:
    checkpoint = runs_folder() / killed.checkpoint_name
    done = load_checkpoint(checkpoint).counters.step
    with qtbot.waitSignal(session.snapshots_created) as emitted:
        session.open_last_snapshots()
    offered: Snapshots = emitted.args[0]
    assert labels(offered)[:6] == ["step 0", "step 1", "step 3", "step 10", "step 30", "epoch 1"]
    assert emitted.args[1] == LONG.epochs
    with qtbot.waitSignal(session.snapshots_created) as emitted:
        session.continue_interrupted(killed, checkpoint)
    events = events_of(session)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 1)
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    kept: Snapshots = emitted.args[0]
    before = [point for point in offered.points if (point.step or 0) <= done]
    assert set(before) <= set(kept.points)
    assert (kept.points[-1].step or 0) > done
    for point in before:
        np.testing.assert_array_equal(kept.values(point), offered.values(point))
    assert not snapshots_folder(checkpoint).exists()
    after = load_last_snapshots()
    assert after is not None
    assert_same(after[0], kept)


def test_a_run_killed_in_its_first_epoch_offers_its_early_steps_at_the_next_start(
    user_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: Session, qtbot: QtBot
) -> None:
    monkeypatch.setattr(writing_pace, "MAX_WRITE_INTERVAL_SECONDS", 0.0)
    session.start_training(SPEC, LONG, paused=True)
    qtbot.waitUntil(lambda: session.run_state is RunState.PAUSED)
    session.step()
    session.step()
    qtbot.waitUntil(lambda: session.snapshots is not None and len(session.snapshots.points) == 3)
    qtbot.waitUntil(lambda: len(list(runs_folder().glob(f"*{SNAPSHOTS_SUFFIX}/*.npz"))) == 3)
    shutil.copytree(user_files, tmp_path / "after the kill", ignore=shutil.ignore_patterns("*.lock"))
    trained = session.snapshots
    monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path / "after the kill"))
    found = load_last_snapshots()
    monkeypatch.setenv("DIGITLAB_HOME", str(user_files))
    assert found is not None
    assert trained is not None
    assert labels(found[0]) == ["step 0", "step 1", "step 3"]
    assert_same(found[0], trained)


@pytest.mark.usefixtures("user_files")
def test_only_snapshots_that_are_kept_stay_on_the_disk() -> None:
    first, second = snapshots(4), Snapshots.from_snapshots(SPEC, snapshots(6).all[::2])
    one = keeper()
    one.save(first)
    one._pace = WritingPace(1.0)
    one.save(second)
    found = load_last_snapshots()
    assert found is not None
    assert found[1] == 9
    assert_same(found[0], second)


@pytest.mark.usefixtures("user_files")
def test_snapshots_after_the_checkpoint_and_of_another_network_are_left_out() -> None:
    keeper().save(snapshots(4))
    last = TrainingPoint(2, 4)
    assert labels(keeper().restore(Snapshots(SPEC), last)) == ["step 0", "step 1", "epoch 1", "epoch 2"]
    assert labels(keeper().restore(Snapshots(SPEC), TrainingPoint(1, 1, ends_epoch=False))) == ["step 0", "step 1"]
    other = Snapshots(NetworkSpec.dense((784, 8, 10)))
    assert keeper().restore(other, last) is other
    none = Snapshots(SPEC)
    assert keeper("another.checkpoint").restore(none, last) is none


@pytest.mark.usefixtures("user_files")
def test_epochs_that_an_earlier_version_has_kept_are_restored_and_replaced() -> None:
    old = Snapshots(SPEC)
    for epoch in range(3):
        old.add(TrainingPoint(epoch), Network(SPEC, seed=epoch))
    keeper().save(old)
    again = keeper()
    restored = again.restore(Snapshots(SPEC), TrainingPoint(2, 80))
    assert_same(restored, old)
    restored.add(TrainingPoint(3, 120), Network(SPEC, seed=3))
    again.save(restored)
    found = load_last_snapshots()
    assert found is not None
    assert_same(found[0], restored)


@pytest.mark.usefixtures("user_files")
def test_a_damaged_snapshot_is_left_out() -> None:
    keeper().save(snapshots(3))
    (snapshots_folder(runs_folder() / CHECKPOINT) / "2.npz").write_bytes(b"damaged")
    (snapshots_folder(runs_folder() / CHECKPOINT) / "step 1.npz").write_bytes(b"")
    assert labels(keeper().restore(Snapshots(SPEC), TrainingPoint(3, 6))) == ["step 0", "epoch 1", "epoch 3"]


@pytest.mark.usefixtures("user_files")
def test_the_last_run_is_the_one_that_ended_or_was_killed_last() -> None:
    keeper("older.checkpoint").save(snapshots(2))
    keeper("newer.checkpoint").save(snapshots(3))
    older, newer = (snapshots_folder(runs_folder() / f"{name}.checkpoint") for name in ("older", "newer"))
    os.utime(older, (1000, 1000))
    found = load_last_snapshots()
    assert found is not None
    assert labels(found[0])[-1] == "epoch 3"
    lock = FileLock(lock_file(newer))  # another window trains it
    assert lock.acquire()
    found = load_last_snapshots()
    assert found is not None
    assert labels(found[0])[-1] == "epoch 2"
    lock.release()
    last_snapshots_path().write_bytes((newer / "1.npz").read_bytes())
    os.utime(newer, (2000, 2000))
    found = load_last_snapshots()
    assert found is not None
    assert labels(found[0]) == ["epoch 1"]


@pytest.mark.usefixtures("user_files")
def test_snapshots_that_cannot_be_saved_are_reported_once() -> None:
    runs_folder().mkdir(parents=True)
    snapshots_folder(runs_folder() / CHECKPOINT).touch()  # a file where the folder should be
    sentences: list[str] = []
    one = SnapshotsKeeper(runs_folder() / CHECKPOINT, 9, sentences.append)
    one.save(snapshots(1))
    one.save(snapshots(2))
    (sentence,) = sentences
    assert sentence.startswith("If this run is killed, its steps and epochs cannot be selected again: ")
