"""A damaged row of the run log costs only that row; a damaged file is renamed; nothing ends in a traceback."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from app.storage.run_store import RunStore
from app.storage.run_tables import epochs_table, runs_table
from app.tabs.runs.run_columns import RUN_COLUMNS
from app.tabs.train.charts.earlier_runs import earlier_runs_of
from nncore.experiments.run_log.descriptions import differing_settings
from nncore.experiments.run_log.html_report import report_on
from nncore.experiments.run_log.log import RunLog, RunLogError, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.history import EpochFigures

SETTINGS = RunSettings("sound", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST", rates=((5, 0.5),))
ROWS: list[EpochFigures] = [
    {"epoch": epoch, "step": 4.0 * epoch, "training_loss": 0.5, "training_accuracy": 0.8, "validation_loss": None,
     "validation_accuracy": 0.7, "seconds": 1.0}
    for epoch in (1, 2, 3)
]  # fmt: skip

BAD_VALUES: tuple[object, ...] = (
    None, "", "x", "x" * 40_000, b"\xff\xfe", b"\x00" * 50, -1, 2**63 - 1, -(2**63), 0.5, 2.0, 1e308, float("inf"), "[",
    "{}", "[]", "null", "NaN", "1e999", "1" * 6000, "[" * 100_000, '{"layers": {"a": []}}', '{"layers": []}',
    '{"learning_rate": 1e999}', "[[1e999, 1]]", '[[1, "x"]]', "[[1, 1e999]]", "[1, 2]", '{"on": 1, "confusion": [[1]]}',
    '{"on": "test", "confusion": [[1, 2], [3]]}', '{"on": "test", "confusion": [[1e30]]}',
    '{"on": "test", "confusion": []}', '{"on": "test", "confusion": [[-1]]}', '{"epoch": 2, "training_loss": "x"}',
    '{"epoch": 2, "training_loss": 1' + "0" * 400 + "}", '{"epoch": [2]}', '{"epoch": true}', '{"epoch": 7}',
    '{"epoch": 2, "validation_accuracy": 1e300}', '"text"', "../../outside.checkpoint", "/outside.checkpoint",
    "9" * 5000 + " 1.0 here", "-5 1.0 here", "1" + "0" * 30 + " 2.0 here",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "runs.sqlite"


def add_run(log: RunLog) -> int:
    number = log.begin(SETTINGS, checkpoint_name="a.checkpoint")
    log.add_epochs(number, ROWS, np.arange(12, dtype=np.float32).reshape(3, 4), epochs=3, steps=12, training_loss=0.5)
    log.set_confusion(number, "test", np.eye(10, dtype=np.int64))
    return number


def read_everything(store: RunStore) -> list[int]:
    """Use the log as the window, the curves, the reports and the tables do; returns the runs that were listed."""
    stored = store.runs()
    for each in stored:
        for column in RUN_COLUMNS:
            column.key(each, column.text(each))
    store.newest_interrupted()
    differing_settings([each.run.settings for each in stored])
    reported = store.reported_runs([each.run.id for each in stored])
    for run in reported:
        assert report_on([run])
    assert not reported or report_on(reported)
    runs_table([each.run for each in reported])
    epochs_table([(each.run, each.epochs) for each in reported])
    for earlier in earlier_runs_of(reported):
        earlier.losses(0)
        earlier.accuracies(0)
    return [each.run.id for each in stored]


def columns_of(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as log:
        return [row[1] for row in log.execute(f"PRAGMA table_info({table})")]


def damage(path: Path, table: str, column: str, where: str, value: object) -> bool:
    """Set a column of a row to a value; False if SQLite does not accept the value there."""
    expression = "CAST(? AS TEXT)" if value == b"\xff\xfe" else "?"  # a text that is not UTF-8
    with closing(sqlite3.connect(path)) as log:
        try:
            log.execute(f"UPDATE {table} SET {column} = {expression} WHERE {where}", (value,))
        except sqlite3.IntegrityError:
            return False
        log.commit()
    return True


@pytest.mark.parametrize("column", columns_of_runs := [
    "name", "note", "recipe", "spec", "config", "data", "machine", "parent", "validation_share", "started", "heard",
    "state", "seconds", "epochs", "steps", "best_epoch", "best_accuracy", "validation_accuracy", "validation_loss",
    "training_accuracy", "training_loss", "test_accuracy", "test_loss", "model", "process", "checkpoint", "judged",
    "curve", "deleted", "rates",
])  # fmt: skip
def test_only_the_run_with_a_damaged_row_is_left_out(path: Path, column: str) -> None:
    messages: list[str] = []
    with RunLog(path) as log:
        runs = {add_run(log): value for value in BAD_VALUES}
        sound = add_run(log)
    assert set(columns_of(path, "runs")) == {"id", *columns_of_runs}
    for run, value in runs.items():
        damage(path, "runs", column, f"id = {run}", value)
    store = RunStore(path, messages.append)
    assert sound in read_everything(store)
    assert store.reported_runs([sound])[0].epochs == ROWS
    if column not in ("judged", "curve"):  # reported for each run that is read
        assert ["cannot be read" in sentence for sentence in messages] in ([], [True])
    assert not list(path.parent.glob("* damaged *"))


@pytest.mark.parametrize("column", ["run", "epoch", "figures"])
def test_only_a_damaged_epoch_is_left_out(path: Path, column: str) -> None:
    for value in BAD_VALUES:
        messages: list[str] = []
        path.unlink(missing_ok=True)
        with RunLog(path) as log:
            add_run(log)
        is_damaged = damage(path, "epochs", column, "epoch = 2", value)
        store = RunStore(path, messages.append)
        assert read_everything(store) == [1]
        rows = store.reported_runs([1])[0].epochs
        assert [row for row in rows if row["epoch"] != 2] == [ROWS[0], ROWS[2]]
        if column == "figures" and is_damaged:
            assert rows == [ROWS[0], ROWS[2]], value
            assert [sentence.split(": ")[1] for sentence in messages] == [
                "1 epoch of run 1 cannot be read; the others are complete."
            ]


@pytest.mark.parametrize(("column", "value"), [("judged", "{"), ("judged", b"\xff"), ("curve", b"123"), ("curve", 5)])
def test_a_damaged_curve_or_matrix_is_reported_and_the_run_is_listed(path: Path, column: str, value: object) -> None:
    messages: list[str] = []
    with RunLog(path) as log:
        run = add_run(log)
    assert damage(path, "runs", column, f"id = {run}", value)
    (reported,) = RunStore(path, messages.append).reported_runs([run])
    assert (reported.evaluation is None, reported.curve.shape[1]) == ((True, 4) if column == "judged" else (False, 0))
    assert len(messages) == 1


def test_a_run_with_a_damaged_row_is_reported_once(path: Path) -> None:
    messages: list[str] = []
    with RunLog(path) as log:
        bad, good = add_run(log), add_run(log)
    assert damage(path, "runs", "spec", f"id = {bad}", "{")
    store = RunStore(path, messages.append)
    for _ in range(3):
        assert [each.run.id for each in store.runs()] == [good]
    (sentence,) = messages
    assert f"run {bad} cannot be read" in sentence
    with pytest.raises(RunLogError, match=f"run {bad} cannot be read"):
        store.reported_runs([bad])


def test_a_checkpoint_in_a_damaged_log_never_names_another_file(path: Path) -> None:
    outside = path.parent.parent / "outside.checkpoint"
    with RunLog(path) as log:
        runs = [add_run(log) for _ in range(2)]
    outside.touch()
    for run, name in zip(runs, ("../outside.checkpoint", str(outside)), strict=True):
        assert damage(path, "runs", "checkpoint", f"id = {run}", name)
        assert damage(path, "runs", "state", f"id = {run}", "finished")
    with RunLog(path) as log:
        assert log.runs() == []
        assert log.forget_old_checkpoints(keep=0) == []


@pytest.mark.slow
def test_random_damages_of_the_file_never_end_in_another_error(path: Path) -> None:
    with RunLog(path) as log:
        for _ in range(4):
            add_run(log)
    sound, random_numbers = path.read_bytes(), random.Random(7)
    for number in range(120):
        for found in path.parent.iterdir():
            found.unlink()
        spoilt = bytearray(sound)
        for _ in range(random_numbers.choice((1, 1, 4))):
            place = random_numbers.randrange(len(spoilt) if number % 2 else 100)  # every second damage is in the header
            spoilt[place : place + 2] = random_numbers.randbytes(2)
        path.write_bytes(spoilt)
        messages: list[str] = []
        store = RunStore(path, messages.append)
        with suppress(RunLogError):  # a run is listed, but the damaged tree does not lead to it
            read_everything(store)
        added = store._with_log(add_run)
        assert store.reported_runs([added])[0].run.settings == SETTINGS
        renamed = [found.read_bytes() for found in path.parent.glob("* damaged *.sqlite")]
        assert all("renamed to" in messages[0] for _ in renamed)


def test_a_message_of_sqlite_that_is_not_utf_8_is_damage(path: Path) -> None:
    with RunLog(path) as log:
        add_run(log)
    spoilt = path.read_bytes().replace(b"CREATE TABLE epochs", b"CREATE TABLE \xff\xfepochs"[:19])
    path.write_bytes(spoilt)
    messages: list[str] = []
    assert RunStore(path, messages.append).runs() == []
    assert "renamed to" in messages[0]
    assert [found.read_bytes() for found in path.parent.glob("* damaged *.sqlite")] == [spoilt]


def test_what_is_written_can_be_read(path: Path) -> None:
    settings = RunSettings(
        "m\udcff" + "x" * 40_000, SETTINGS.spec, SETTINGS.config, data="data\ud800", machine="m\udcc3\udcbc"
    )
    with RunLog(path) as log:
        number = log.begin(settings)
        log.annotate(number, "note\udcff" + "y" * 40_000)
        infinite: EpochFigures = {
            "epoch": 1.0,
            "training_loss": float("inf"),
            "validation_loss": 1e200,
            "seconds": float("nan"),
        }
        log.add_epochs(number, [infinite], np.full((3, 1), np.nan, np.float32), epochs=1, training_loss=float("inf"))
        log.update(number, model="/home/\udcff/m.npz", validation_loss=float("-inf"), test_loss=float("nan"))
    messages: list[str] = []
    with RunLog(path, report_error=messages.append) as log:
        run, rows = log.run(number), log.epochs(number)
    assert (run.settings.name[:3], run.settings.data, run.note[:6]) == ("m�x", "data?", "note�y")
    assert run.settings.machine == "mü"
    assert (run.training_loss, run.validation_loss, run.test_loss, run.model) == (None, None, None, "/home/�/m.npz")
    assert rows == [{"epoch": 1.0, "training_loss": None, "validation_loss": None, "seconds": None}]
    assert messages == []
