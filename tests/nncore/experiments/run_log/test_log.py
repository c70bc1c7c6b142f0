"""The log of runs keeps its content after crashes, with locks, damage and newer versions."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from nncore.experiments.run_log.log import VERSION, DamagedRunLogError, RunLog, RunLogError, RunSettings
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig
from nncore.training.history import MAX_ROWS
from nncore.training.step_curve import MAX_CURVE_POINTS

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(learning_rate=0.003), data="MNIST")
NO_CURVE = np.empty((3, 0), np.float32)


def row(epoch: int, loss: float = 1.0) -> dict[str, float | None]:
    return {"epoch": epoch, "training_loss": loss, "validation_loss": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "runs.sqlite"


def test_a_log_that_another_process_is_creating_is_opened_as_soon_as_it_is_there(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")  # SQLite's own timeout does not wait for this
        release = Timer(0.2, other.rollback)
        release.start()
        with RunLog(path, timeout=60) as log:
            assert log.runs() == []
        release.join()


def test_a_log_that_another_process_holds_is_an_error_after_the_timeout(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunLogError, match="another program is writing"):
            RunLog(path, timeout=0.05)


def test_a_new_run_is_read_back_by_another_connection(path: Path) -> None:
    layers = (Conv2D(4), BatchNorm(), Activation("relu"), Flatten(), Dense(10))
    config = TrainingConfig(batch_size=None, augmentation=Augmentation(shift=1.0), patience=3, seed=7)
    settings = RunSettings(
        "große Zahl",
        NetworkSpec((28, 28), layers),
        config,
        data="mine.csv",
        machine="a laptop",
        recipe="x",
        validation_fraction=0.1,
        parent=4,
        rates=((5, 0.5),),
    )
    with RunLog(path) as log:
        number = log.begin(settings)
    with RunLog(path) as log:
        (run,) = log.runs()
        assert run == log.run(number)
    assert run.settings == settings
    assert (run.id, run.state, run.epochs, run.note, run.deleted) == (number, "running", 0, "", None)


def test_epochs_curve_and_summary_are_stored_during_the_run(path: Path) -> None:
    curve = np.arange(12, dtype=np.float32).reshape(3, 4)
    with RunLog(path) as writer, RunLog(path) as reader:
        number = writer.begin(SETTINGS)
        writer.add_epochs(number, [row(1, 0.5)], curve[:, :2], epochs=1, training_loss=0.5)
        assert reader.epochs(number) == [row(1, 0.5)]
        writer.add_epochs(number, [row(2, 0.25)], curve, epochs=2, steps=938, training_loss=0.25)
        writer.end(number, "finished", seconds=3.5, test_accuracy=0.97, best_epoch=2, model="m.npz")
        run = reader.run(number)
        assert reader.epochs(number) == [row(1, 0.5), row(2, 0.25)]
        np.testing.assert_array_equal(reader.curve(number), curve)
    assert (run.state, run.epochs, run.steps, run.seconds) == ("finished", 2, 938, 3.5)
    assert (run.training_loss, run.test_accuracy, run.best_epoch, run.model) == (0.25, 0.97, 2, "m.npz")


def test_an_epoch_that_is_added_twice_is_replaced(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        log.add_epochs(number, [row(1, 2.0)], NO_CURVE)
        log.add_epochs(number, [row(1, 1.0), row(2)], NO_CURVE)
        assert log.epochs(number) == [row(1, 1.0), row(2)]


def test_a_long_history_is_thinned_and_keeps_its_last_row(path: Path) -> None:
    last = 5 * MAX_ROWS + 3
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        for first in range(1, last + 1, 500):
            log.add_epochs(number, [row(epoch) for epoch in range(first, min(first + 500, last + 1))], NO_CURVE)
        epochs = [int(each["epoch"] or 0) for each in log.epochs(number)]
    assert len(epochs) <= MAX_ROWS
    assert epochs[-1] == last
    assert epochs == sorted(epochs)
    assert np.diff(epochs).max() <= 8


def test_a_long_curve_is_thinned_and_keeps_its_ends(path: Path) -> None:
    curve = np.tile(np.arange(100_000, dtype=np.float32), (3, 1))
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        log.add_epochs(number, [row(1)], curve)
        kept = log.curve(number)
    assert kept.shape == (3, MAX_CURVE_POINTS)
    assert (kept[0, 0], kept[0, -1]) == (0, 99_999)
    assert np.diff(kept[0]).max() <= 100_000 / MAX_CURVE_POINTS + 1


def test_the_newest_run_is_listed_first_and_numbers_are_never_used_again(path: Path) -> None:
    with RunLog(path) as log:
        first, second = log.begin(SETTINGS), log.begin(SETTINGS)
        assert [run.id for run in log.runs()] == [second, first]
        log.delete([second])
        assert log.begin(SETTINGS) > second


def test_deleted_runs_are_restored_completely(path: Path) -> None:
    with RunLog(path) as log:
        kept, deleted_run = log.begin(SETTINGS), log.begin(SETTINGS)
        log.add_epochs(deleted_run, [row(1)], NO_CURVE)
        log.delete([deleted_run])
        assert [run.id for run in log.runs()] == [kept]
        assert [run.id for run in log.runs(deleted=True)] == [deleted_run]
        log.restore([deleted_run])
        assert [run.id for run in log.runs()] == [deleted_run, kept]
        assert log.epochs(deleted_run) == [row(1)]


def test_names_and_notes_can_be_any_text(path: Path) -> None:
    text = "Robert'); DROP TABLE runs;-- ✎\nsecond line"
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        log.rename(number, text)
        log.annotate(number, text)
        run = log.run(number)
    assert (run.settings.name, run.note) == (text, text)


def test_a_missing_run_is_reported(path: Path) -> None:
    with RunLog(path) as log, pytest.raises(RunLogError, match="there is no run 99"):
        log.run(99)


KILLED = """
import sys
from pathlib import Path
import numpy as np
from nncore.experiments.run_log.log import RunLog
from tests.nncore.experiments.run_log.test_log import NO_CURVE, SETTINGS, row
log = RunLog(Path(sys.argv[1]))
number = log.begin(SETTINGS)
for epoch in range(1, 100_000):
    log.add_epochs(number, [row(epoch)], np.ones((3, 50), np.float32), epochs=epoch)
    print(epoch, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_at_most_its_current_epoch(path: Path) -> None:
    with RunLog(path) as log:
        earlier = log.begin(SETTINGS)
        log.add_epochs(earlier, [row(1)], NO_CURVE)
        log.end(earlier, "finished")
    for lines in (1, 7, 40):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            printed = [int(process.stdout.readline()) for _ in range(lines)][-1]
            process.send_signal(signal.SIGKILL)
            printed = max([printed, *(int(line) for line in process.stdout.read().split())])
        with RunLog(path) as log:
            run = log.runs()[0]
            assert run.state == "running"
            assert run.epochs >= printed
            assert len(log.epochs(run.id)) == run.epochs
            assert log.run(earlier).state == "finished"


def test_a_locked_log_is_reported_and_unchanged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncore.experiments.run_log.connection.LOCK_TIMEOUT", 0.1)
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunLogError, match="another program is writing"):
            log.add_epochs(number, [row(1)], NO_CURVE)
        assert log.epochs(number) == []
        other.execute("ROLLBACK")
        other.close()
        log.add_epochs(number, [row(1)], NO_CURVE)
        assert log.epochs(number) == [row(1)]


def test_a_log_is_opened_and_read_while_another_program_writes_to_it(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with RunLog(path, timeout=0.0) as log:
            assert [run.id for run in log.runs()] == [number]


def test_a_damaged_log_is_reported_and_unchanged(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all, whatever it is called" * 100)
    before = path.read_bytes()
    with pytest.raises(RunLogError, match="damaged"):
        RunLog(path)
    assert path.read_bytes() == before


def test_a_newer_log_is_reported_and_unchanged(path: Path) -> None:
    RunLog(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(RunLogError, match="Open it with a newer Digit Lab"):
        RunLog(path)
    assert path.read_bytes() == before


def test_a_run_with_unknown_settings_is_skipped(path: Path) -> None:
    with RunLog(path) as log:
        known = log.begin(SETTINGS)
        unknown = log.begin(SETTINGS)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('UPDATE runs SET config = \'{"optimizer": "magic"}\' WHERE id = ?', (unknown,))
    connection.close()
    with RunLog(path) as log:
        assert [run.id for run in log.runs()] == [known]


def test_a_full_disk_is_reported_and_the_log_is_unchanged(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        pages = log._connection.execute("PRAGMA page_count").fetchone()[0]
        log._connection.execute(f"PRAGMA max_page_count = {pages}")  # the same error of SQLite as for a full disk
        with pytest.raises(RunLogError, match="the disk is full"):
            log.add_epochs(number, [row(epoch) for epoch in range(1, 900)], NO_CURVE)
        assert log.run(number).settings == SETTINGS
        assert log.epochs(number) == []


def test_an_interrupted_run_is_resumed_at_its_checkpoint(path: Path) -> None:
    curve = np.arange(30, dtype=np.float32).reshape(3, 10)
    with RunLog(path) as log:
        number = log.begin(SETTINGS, "1 2.0 here", "a.checkpoint", "2026-01-31T09:30:00.000")
        log.add_epochs(number, [row(1), row(2), row(3)], curve, epochs=3, steps=9)
        log.release(number)
        released = log.run(number)
        log.continue_run(number, "3 4.0 here", epochs=2, steps=6)
        run = log.run(number)
        assert [each["epoch"] for each in log.epochs(number)] == [1, 2]
        assert log.curve(number)[0].tolist() == [0, 1, 2, 3, 4, 5, 6]
        log.end(number, "finished")
        ended = log.run(number)
    assert (released.process, released.checkpoint_name, released.started) == (
        "",
        "a.checkpoint",
        "2026-01-31T09:30:00.000",
    )
    assert (run.process, run.state, run.epochs, run.steps) == ("3 4.0 here", "running", 2, 6)
    assert (ended.process, ended.checkpoint_name, ended.state) == ("", "", "finished")


def test_a_run_is_identified_by_its_number_and_start_time(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        started = log.run(number).started
        assert log.has(number, started)
        assert not log.has(number + 1, started)
        assert not log.has(number, "2026-01-31T09:30:00.000")


def test_the_last_confusion_matrix_of_a_run_is_stored(path: Path) -> None:
    confusion = np.arange(9).reshape(3, 3)
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        assert log.last_evaluation(number) is None
        log.set_confusion(number, "validation", confusion + 1)
        log.set_confusion(number, "test", confusion)
        found = log.last_evaluation(number)
    assert found is not None
    assert found[0] == "test"
    np.testing.assert_array_equal(found[1], confusion)


def test_settings_missing_in_an_older_log_have_their_defaults(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE runs SET config = json_remove(config, '$.keep_best')")
        assert log.run(number).settings == SETTINGS


def test_a_database_of_another_program_is_rejected_and_unchanged(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE addresses (name TEXT)")
    connection.close()
    with pytest.raises(DamagedRunLogError, match="a file of another program"):
        RunLog(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == ["addresses"]
    connection.close()


VERSION_1 = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', recipe TEXT NOT NULL,
    spec TEXT NOT NULL, config TEXT NOT NULL, data TEXT NOT NULL, machine TEXT NOT NULL, parent INTEGER,
    validation_share REAL NOT NULL, started TEXT NOT NULL, heard TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'running',
    seconds REAL NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,
    best_epoch INTEGER, best_accuracy REAL, validation_accuracy REAL, validation_loss REAL,
    training_accuracy REAL, training_loss REAL, test_accuracy REAL, test_loss REAL,
    model TEXT NOT NULL DEFAULT '', process TEXT NOT NULL DEFAULT '', checkpoint TEXT NOT NULL DEFAULT '',
    judged TEXT NOT NULL DEFAULT '', curve BLOB NOT NULL DEFAULT x'', deleted TEXT
);
CREATE TABLE epochs (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, epoch INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


def test_a_log_of_version_1_is_converted_with_all_its_runs(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
        connection.execute(
            "INSERT INTO runs (name, recipe, spec, config, data, machine, validation_share, started, heard, state)"
            " VALUES ('old', '', ?, ?, 'MNIST', '', 0.1, '2026-01-01', '2026-01-01', 'finished')",
            (json.dumps(SETTINGS.spec.to_json()), json.dumps(asdict(SETTINGS.config))),
        )
        connection.commit()
    for _ in range(2):
        with RunLog(path) as log:
            assert [(run.settings.name, run.settings.rates) for run in log.runs()] == [("old", ())]
            log.set_rates(1, ())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION


def test_changed_learning_rates_are_stored(path: Path) -> None:
    with RunLog(path) as log:
        number = log.begin(SETTINGS)
        log.set_rates(number, ((5, 0.5), (9, 0.25)))
        assert log.run(number).settings.rates == ((5, 0.5), (9, 0.25))


def test_only_the_newest_ended_runs_keep_their_checkpoints(path: Path) -> None:
    with RunLog(path) as log:
        ended = [log.begin(SETTINGS, checkpoint_name=f"{number}.checkpoint") for number in range(4)]
        for number, run in enumerate(ended):
            log.end(run, "finished", f"{number}.checkpoint")
        running = log.begin(SETTINGS, checkpoint_name="running.checkpoint")
        assert log.forget_old_checkpoints(keep=2) == ["1.checkpoint", "0.checkpoint"]
        assert log.forget_old_checkpoints(keep=2) == []
        kept = {run.id: run.checkpoint_name for run in log.runs()}
    assert kept == {running: "running.checkpoint", 4: "3.checkpoint", 3: "2.checkpoint", 2: "", 1: ""}
