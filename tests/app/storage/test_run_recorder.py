"""A run is recorded while it trains, even with kills, locks, damaged files, newer versions and full disks."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from app.storage import run_recorder, writing_pace
from app.storage.run_log_file import rename_damaged
from app.storage.run_process import is_alive
from app.storage.run_recorder import RunRecorder
from nncore.experiments.run_log.log import VERSION, DamagedRunLogError, LoggedRun, RunLog, RunLogError, RunSettings
from nncore.files.checkpoint_file import load_checkpoint
from nncore.files.model_file import load_model, save_model, trained_model
from nncore.training import Training, TrainingConfig
from nncore.training.events import EpochDone, Finished, StepDone, TrainingEvent
from tests.nncore.runs import few_digits, fresh_network

CONFIG = TrainingConfig(batch_size=64, epochs=4, seed=3)


@pytest.fixture(autouse=True)
def every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_pace, "MAX_WRITE_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(run_recorder, "RETRY_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "runs.sqlite"


_recorders: list[RunRecorder] = []


@pytest.fixture(autouse=True)
def closed_logs() -> Iterator[None]:
    """Close the log of each recorder after the test, including those that a test leaves open."""
    yield
    while _recorders:
        _recorders.pop().close()


class RecordedRun:
    """A run and its recorder, which a test advances event by event."""

    def __init__(self, path: Path, config: TrainingConfig = CONFIG, continued: LoggedRun | None = None) -> None:
        self.errors: list[str] = []
        if continued is None:
            self.training = Training(fresh_network(seed=config.seed), few_digits(), config)
        else:
            self.training = Training.continued(load_checkpoint(path.parent / continued.checkpoint_name), few_digits())
        settings = RunSettings("a run", self.training.network.spec, config, data="digits", recipe="quick")
        self.recorder = RunRecorder(path, settings, path.parent, self.errors.append, continued)
        _recorders.append(self.recorder)

    def __iter__(self) -> Iterator[TrainingEvent]:
        for event in self.training.events():
            self.recorder.record(event, self.training)
            yield event

    def train(self, epochs: int = 10**9) -> None:
        """Train to the end, or for some epochs; then leave the log as a killed process does."""
        for event in self:
            if isinstance(event, EpochDone) and event.epoch == epochs:
                return


def checkpoints(path: Path) -> list[str]:
    return [found.name for found in path.parent.glob("*.checkpoint")]


def test_an_ended_run_is_logged_completely_and_keeps_its_checkpoint(path: Path) -> None:
    run = RecordedRun(path)
    events = list(run)
    run.recorder.keep_model(path.parent / "model.npz")
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.test is not None
    done = [event for event in events if isinstance(event, EpochDone)]
    with RunLog(path) as log:
        (logged,) = log.runs()
        rows, curve, judged = log.epochs(logged.id), log.curve(logged.id), log.last_evaluation(logged.id)
    assert (logged.state, logged.epochs, logged.steps, logged.process) == ("finished", 4, finished.step, "")
    assert (logged.test_accuracy, logged.test_loss) == (finished.test.accuracy, finished.test.loss)
    assert (logged.best_epoch, logged.seconds) == (finished.best_epoch, finished.seconds)
    assert logged.best_accuracy == max(event.validation_accuracy or 0 for event in done)
    assert [(row["epoch"], row["step"], row["training_loss"]) for row in rows] == [
        (event.epoch, event.step, event.training_loss) for event in done
    ]
    losses = np.array([event.loss for event in events if isinstance(event, StepDone)], np.float32)
    np.testing.assert_array_equal(curve[1], losses)
    assert judged is not None
    assert judged[0] == "test"
    np.testing.assert_array_equal(judged[1], finished.test.confusion)
    assert logged.model == str(path.parent / "model.npz")
    assert checkpoints(path) == [logged.checkpoint_name]
    kept = load_checkpoint(path.parent / logged.checkpoint_name)
    assert (kept.counters.epochs_done, kept.recipe) == (4, "quick")
    assert run.errors == []


def test_during_a_run_its_process_is_alive_and_every_epoch_is_logged(path: Path) -> None:
    run = RecordedRun(path)
    for event in run:
        if isinstance(event, EpochDone):
            with RunLog(path) as log:
                (logged,) = log.runs()
                assert (logged.state, logged.epochs, logged.training_loss) == (
                    "running",
                    event.epoch,
                    event.training_loss,
                )
                assert [row["epoch"] for row in log.epochs(logged.id)] == list(range(1, event.epoch + 1))
            assert is_alive(logged.process)
            assert load_checkpoint(path.parent / logged.checkpoint_name).counters.epochs_done == event.epoch


def test_an_interrupted_run_continues_as_the_same_run_to_the_same_bits(path: Path) -> None:
    whole = RecordedRun(path.with_name("other.sqlite"))
    whole.train()
    first = RecordedRun(path)
    first.train(epochs=2)
    first.recorder.close()
    with RunLog(path) as log:
        (interrupted,) = log.runs()
    assert (interrupted.state, is_alive(interrupted.process)) == ("running", False)
    second = RecordedRun(path, continued=interrupted)
    second.train()
    with RunLog(path) as log, RunLog(whole.recorder._path) as other:
        (logged,), (expected,) = log.runs(), other.runs()
        assert (logged.id, logged.state, logged.epochs) == (interrupted.id, "finished", 4)
        assert logged.test_accuracy == expected.test_accuracy
        assert [(row["epoch"], row["training_loss"]) for row in log.epochs(logged.id)] == [
            (row["epoch"], row["training_loss"]) for row in other.epochs(expected.id)
        ]
        np.testing.assert_array_equal(log.curve(logged.id), other.curve(expected.id))
    assert logged.checkpoint_name == interrupted.checkpoint_name


def test_continuing_replaces_rows_after_the_checkpoint_and_adds_missing_rows(path: Path) -> None:
    run = RecordedRun(path)
    run.train(epochs=3)
    run.recorder.close()
    with RunLog(path) as log:
        (interrupted,) = log.runs()
        log.add_epochs(interrupted.id, [{"epoch": 4, "training_loss": 99.0}], log.curve(interrupted.id), epochs=4)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM epochs WHERE epoch = 2")
    second = RecordedRun(path, continued=interrupted)
    second.train()
    with RunLog(path) as log:
        rows = log.epochs(interrupted.id)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows[-1]["training_loss"] != 99.0


def test_a_diverged_or_stopped_run_has_that_state(path: Path) -> None:
    RecordedRun(path, TrainingConfig(optimizer="sgd", learning_rate=1e6, batch_size=64, epochs=3)).train()
    stopped = RecordedRun(path)
    for event in stopped:
        if isinstance(event, EpochDone):
            stopped.training.control.stop()
    with RunLog(path) as log:
        assert [run.state for run in log.runs()] == ["stopped", "diverged"]
        assert checkpoints(path) == [log.runs()[0].checkpoint_name]


def test_only_the_newest_ended_runs_keep_their_checkpoints(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_recorder, "MAX_CHECKPOINTS", 2)
    for seed in range(3):
        RecordedRun(path, TrainingConfig(batch_size=64, epochs=1, seed=seed)).train()
    with RunLog(path) as log:
        newest = log.runs()[:2]
        assert log.run(1).checkpoint_name == ""
    assert sorted(checkpoints(path)) == sorted(run.checkpoint_name for run in newest)


def test_changes_of_the_learning_rate_are_logged(path: Path) -> None:
    run = RecordedRun(path)
    for event in run:
        if isinstance(event, EpochDone):
            run.training.control.learning_rate = 0.01 / event.epoch
    with RunLog(path) as log:
        (logged,) = log.runs()
    steps = logged.steps // 4
    assert logged.settings.rates == tuple((1 + epoch * steps, 0.01 / epoch) for epoch in (1, 2, 3))


def test_a_locked_log_is_reported_once_and_missing_rows_are_written_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncore.experiments.run_log.connection.LOCK_TIMEOUT", 0.05)
    RunLog(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    run = RecordedRun(path)
    for event in run:
        if isinstance(event, EpochDone) and event.epoch == 3:
            assert run.recorder.number is None
            other.execute("ROLLBACK")
    other.close()
    with RunLog(path) as log:
        (logged,) = log.runs()
        assert [row["epoch"] for row in log.epochs(logged.id)] == [1, 2, 3, 4]
        assert log.curve(logged.id).shape[1] == logged.steps
    assert logged.state == "finished"
    (error,) = run.errors
    assert "continues" in error
    assert "another program is writing" in error


def test_the_checkpoint_is_written_even_if_the_log_becomes_locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncore.experiments.run_log.connection.LOCK_TIMEOUT", 0.05)
    run = RecordedRun(path)
    for event in run:
        if isinstance(event, EpochDone) and event.epoch == 1:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        if isinstance(event, EpochDone) and event.epoch == 3:
            break
    other.execute("ROLLBACK")
    other.close()
    run.recorder.close()
    with RunLog(path) as log:
        (interrupted,) = log.runs()
    assert interrupted.epochs == 1
    again = RecordedRun(path, continued=interrupted)
    assert again.training.history.epochs == 3
    again.train()
    with RunLog(path) as log:
        assert [row["epoch"] for row in log.epochs(interrupted.id)] == [1, 2, 3, 4]


@pytest.mark.parametrize("moment", ["before", "halfway"])
def test_a_damaged_log_is_renamed_and_a_new_log_has_the_complete_run(path: Path, moment: str) -> None:
    rubbish = b"this is no database at all, whatever it is called" * 1000
    path.parent.mkdir()
    if moment == "before":
        path.write_bytes(rubbish)
    run = RecordedRun(path)
    for event in run:
        if moment == "halfway" and isinstance(event, EpochDone) and event.epoch == 2:
            run.recorder._close_log()
            path.write_bytes(rubbish)
    (aside,) = path.parent.glob("runs damaged *.sqlite")
    assert aside.read_bytes() == rubbish
    with RunLog(path) as log:
        (logged,) = log.runs()
        assert (logged.state, logged.epochs) == ("finished", 4)
        assert [row["epoch"] for row in log.epochs(logged.id)] == [1, 2, 3, 4]
    (error,) = run.errors
    assert aside.name in error


def test_a_run_continues_in_the_new_log_after_another_process_has_renamed_the_damaged_one(path: Path) -> None:
    run, started = RecordedRun(path), False
    for event in run:
        if isinstance(event, EpochDone) and event.epoch == 2:
            with RunLog(path) as log:
                file = log.file
            rename_damaged(path, file, DamagedRunLogError("damaged"), lambda sentence: None)
            started = True
    assert started
    with RunLog(path) as log:
        (logged,) = log.runs()
        assert (logged.state, logged.epochs) == ("finished", 4)
        assert [row["epoch"] for row in log.epochs(logged.id)] == [1, 2, 3, 4]
    assert run.errors == []


def test_a_newer_log_stays_unchanged_and_a_second_log_is_used(path: Path) -> None:
    RunLog(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    for count in (1, 2):
        run = RecordedRun(path)
        run.train()
        (error,) = run.errors
        assert "newer" in error
        assert path.read_bytes() == before
        with RunLog(path.with_name(f"runs of version {VERSION}.sqlite")) as log:
            assert [each.state for each in log.runs()] == ["finished"] * count


def test_a_full_disk_is_reported_and_the_run_and_old_files_stay_intact(path: Path) -> None:
    earlier = RecordedRun(path)
    earlier.train()
    run = RecordedRun(path)
    for event in run:
        if isinstance(event, EpochDone) and event.epoch == 1:
            log = run.recorder._log
            assert log is not None
            pages = log._connection.execute("PRAGMA page_count").fetchone()[0]
            log._connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then reports a full disk
            with suppress(sqlite3.OperationalError):  # fills the existing pages
                while True:
                    log._connection.execute("UPDATE runs SET note = note || ? WHERE id = 1", ("x" * 50,))
    assert isinstance(event, Finished)
    assert ["the disk is full" in sentence for sentence in run.errors] == [True]
    with RunLog(path) as log:
        assert [each.state for each in log.runs()] == ["finished", "finished"]
        assert [len(log.epochs(number)) for number in (1, 2)] == [4, 4]


def test_a_checkpoint_that_cannot_be_written_is_reported_once_and_the_run_is_logged(path: Path) -> None:
    run = RecordedRun(path)
    run.recorder.checkpoint_path.mkdir(parents=True)  # a folder has the path of the checkpoint
    (run.recorder.checkpoint_path / "kept").touch()
    events = list(run)
    assert isinstance(events[-1], Finished)
    first, second, third = run.errors
    assert "cannot be continued" in first
    assert "cannot be trained further" in second
    assert "could not be deleted" in third
    assert (run.recorder.checkpoint_path / "kept").exists()
    with RunLog(path) as log:
        assert log.runs()[0].state == "finished"


def test_an_unusable_folder_is_reported_once_and_the_run_continues(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, where the folder should be")
    run = RecordedRun(tmp_path / "runs" / "runs.sqlite")
    events = list(run)
    run.recorder.close()
    assert isinstance(events[-1], Finished)
    assert len(run.errors) == 1
    assert (tmp_path / "runs").read_text() == "a file, where the folder should be"


def test_two_processes_never_continue_the_same_run(path: Path) -> None:
    first = RecordedRun(path)
    first.train(epochs=1)
    first.recorder.close()
    with RunLog(path) as log:
        (interrupted,) = log.runs()
    one, two = (RecordedRun(path, continued=interrupted) for _ in range(2))
    with one.recorder:
        with pytest.raises(RunLogError, match="already being trained"), two.recorder:
            pass
        one.train(epochs=2)
    with two.recorder:
        two.train()
    with RunLog(path) as log:
        assert [run.state for run in log.runs()] == ["finished"]


def test_the_lock_of_a_run_is_deleted_with_its_checkpoint(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_recorder, "MAX_CHECKPOINTS", 1)
    for seed in range(2):
        run = RecordedRun(path, TrainingConfig(batch_size=64, epochs=1, seed=seed))
        with run.recorder:
            run.train()
    diverged = RecordedRun(path, TrainingConfig(optimizer="sgd", learning_rate=1e6, batch_size=64, epochs=3))
    with diverged.recorder:
        diverged.train()
    (kept,) = checkpoints(path)
    assert [found.name for found in path.parent.glob("*.lock")] == [kept.replace(".checkpoint", ".lock")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_the_system_frees_the_lock_of_a_killed_process(path: Path) -> None:
    command = [sys.executable, "-c", TRAINED.replace("for event in run:", "with run.recorder:\n  for event in run:")]
    with subprocess.Popen([*command, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with RunLog(path) as log:
            (interrupted,) = log.runs()
        run = RecordedRun(path, continued=interrupted)
        with pytest.raises(RunLogError, match="already being trained"), run.recorder:
            pass
        process.send_signal(signal.SIGKILL)
    with run.recorder:
        assert run.recorder.number == interrupted.id


TRAINED = """
import sys
from pathlib import Path
from tests.app.storage import test_run_recorder as here
here.writing_pace.MAX_WRITE_INTERVAL_SECONDS = 0.0
path = Path(sys.argv[1])
with here.RunLog(path) as log:
    interrupted = next((run for run in log.runs() if run.state == "running"), None)
if interrupted is not None and not (path.parent / interrupted.checkpoint_name).exists():
    interrupted = None
run = here.RecordedRun(path, here.TrainingConfig(batch_size=64, epochs=100_000, seed=3), interrupted)
for event in run:
    if isinstance(event, here.EpochDone):
        print(event.epoch, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_killed_at_any_moment_loses_at_most_one_epoch_and_continues(path: Path) -> None:
    kill_and_check(path, rounds=4, seed=1)


def kill_and_check(path: Path, rounds: int, seed: int) -> None:
    """Kill a training several times, continue it each time, and check the log and the checkpoint."""
    rng = random.Random(seed)
    earlier = RecordedRun(path)
    earlier.train()
    model = path.parent / "model.npz"
    save_model(trained_model(earlier.training, None, name="kept"), model)
    with RunLog(path) as log:
        before = (log.run(1), log.epochs(1), log.curve(1).tobytes(), model.read_bytes())
    reached = 0
    for _ in range(rounds):
        command = [sys.executable, "-c", TRAINED, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            finished_epochs = [int(process.stdout.readline())]
            assert finished_epochs[0] == reached + 1  # it continues after the last saved epoch
            sleep(rng.random() * 0.2)
            process.send_signal(signal.SIGKILL)
            lines = process.stdout.read().splitlines(keepends=True)
            finished_epochs += [int(line) for line in lines if line.endswith("\n")]
        with RunLog(path) as log:
            (interrupted,) = (run for run in log.runs() if run.state == "running")
            rows = log.epochs(interrupted.id)
            assert (log.run(1), log.epochs(1), log.curve(1).tobytes(), model.read_bytes()) == before
        assert not is_alive(interrupted.process)
        assert interrupted.epochs >= finished_epochs[-1]  # only the unfinished epoch is lost
        assert [row["epoch"] for row in rows][-1] == interrupted.epochs
        reached = load_checkpoint(path.parent / interrupted.checkpoint_name).counters.epochs_done
        assert interrupted.epochs - 1 <= reached <= interrupted.epochs
        assert reached >= finished_epochs[-1]
    assert load_model(model).spec == earlier.training.network.spec
