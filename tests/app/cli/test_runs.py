"""`runs` lists, shows, exports, deletes and restores logged runs."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import argument_parser
from app.cli.runs import run
from app.storage.paths import run_log_path, runs_folder
from app.storage.run_process import process_description
from nncore.errors import DigitLabError, SettingError
from nncore.experiments.run_log.log import RunLog, RunLogError, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.history import EpochFigures

CURVE = np.array([[1, 2, 3], [2.0, 1.0, 0.5], [0.1, 0.5, 0.8]], np.float32)


def run_command(*arguments: str) -> int:
    command = ("runs", *arguments)
    return run(argument_parser(command).parse_args(command))


@pytest.fixture
def log(user_files: Path) -> RunLog:
    """A log with two runs: the first finished, the second interrupted."""
    with RunLog(run_log_path()) as log:
        for name, rate in (("first", 0.1), ("second", 0.2)):
            config = TrainingConfig(learning_rate=rate)
            run = log.begin(
                RunSettings(name, NetworkSpec.dense((784, 16, 10)), config, data="MNIST"), "", f"{name}.checkpoint"
            )
            rows: list[EpochFigures] = [{"epoch": 1, "training_loss": 1.0, "validation_accuracy": 0.5}]
            log.add_epochs(run, rows, CURVE, epochs=1, steps=3, best_accuracy=0.5)
        log.end(1, "finished", test_accuracy=0.75, seconds=65)
    (runs_folder() / "second.checkpoint").touch()
    return log


def test_an_empty_log_is_reported_with_advice(user_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command() == 0
    assert "No run is logged yet" in capsys.readouterr().out


def test_the_list_has_one_line_per_run_newest_first(log: RunLog, capsys: pytest.CaptureFixture[str]) -> None:
    run_command()
    head, second, first = capsys.readouterr().out.splitlines()
    assert "validation" in head
    assert "interrupted" in second
    for word in ("finished", "75.00 %", "1:05 min", "first", "784 - 16 - 10"):
        assert word in first


@pytest.mark.parametrize("arguments", [("--json",), ("--json", "show", "2"), ("show", "2", "--json")])
def test_json_has_one_object_per_line(
    log: RunLog, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    run_command(*arguments)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["id"] == 2
    assert lines[0]["state"] == "interrupted"
    assert lines[0]["checkpoint"] == str(runs_folder() / "second.checkpoint")
    assert lines[0]["settings"]["learning rate"] == "0.2"
    if "show" in arguments:
        assert lines[0]["history"][0]["training_loss"] == 1.0
    else:
        assert [line["id"] for line in lines] == [2, 1]


def test_show_prints_settings_epochs_and_the_checkpoint(log: RunLog, capsys: pytest.CaptureFixture[str]) -> None:
    run_command("show", "2")
    text = capsys.readouterr().out
    for word in ("second, interrupted", "learning rate        0.2", "second.checkpoint", "50.00 %"):
        assert word in text


def test_export_writes_tables_and_a_report(log: RunLog, tmp_path: Path) -> None:
    run_command("export", "2", "1", "--out", str(tmp_path / "all.csv"))
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["second", "first"]
    assert (tmp_path / "all epochs.csv").is_file()
    run_command("export", "1", "--out", str(tmp_path / "one.HTML"))
    assert (tmp_path / "one.HTML").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(SettingError, match=r"ends in .csv or .html"):
        run_command("export", "1", "--out", str(tmp_path / "one.pdf"))


def test_deleted_runs_can_be_restored(log: RunLog, capsys: pytest.CaptureFixture[str]) -> None:
    run_command("delete", "1")
    capsys.readouterr()
    run_command("--json")
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [2]
    run_command("restore", "1")
    capsys.readouterr()
    run_command("--json")
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_if_one_run_is_missing_or_in_progress_no_run_is_deleted(log: RunLog) -> None:
    with RunLog(run_log_path()) as again:
        going = again.begin(again.run(1).settings, process_description())
        for numbers in (["1", "99"], ["1", str(going)]):
            with pytest.raises(DigitLabError) as rejected:
                run_command("delete", *numbers)
            assert isinstance(rejected.value, RunLogError | SettingError)
        assert len(again.runs()) == 3


def test_a_number_that_no_log_can_have_is_an_error(log: RunLog) -> None:
    with pytest.raises(RunLogError):
        run_command("show", "99999999999999999999")


def test_a_damaged_run_is_reported_and_the_others_are_listed(log: RunLog, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(run_log_path())) as connection, connection:
        connection.execute("UPDATE runs SET seconds = 'x' WHERE id = 1")
    assert run_command() == 0
    printed = capsys.readouterr()
    assert "second" in printed.out
    assert "first" not in printed.out
    assert printed.err.count("run 1 cannot be read") == 1
