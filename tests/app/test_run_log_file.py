"""Whatever state the log's file is in, there is a log to write to, and nothing is overwritten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.run_log_file import open_log
from nncore.network import NetworkSpec
from nncore.run_log import VERSION, RunLog, RunLogError, RunSettings
from nncore.training import TrainingConfig

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), "MNIST")
RUBBISH = b"this is no database at all, whatever it is called" * 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def make_newer(path: Path) -> bytes:
    RunLog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    return path.read_bytes()


def test_a_sound_log_is_opened_without_a_word(path: Path) -> None:
    said: list[str] = []
    with open_log(path, said.append) as log:
        log.begin(SETTINGS)
    with open_log(path, said.append) as log:
        assert len(log.runs()) == 1
    assert said == []


def test_each_damaged_log_is_kept_under_a_name_of_its_own(path: Path) -> None:
    said: list[str] = []
    for count in (1, 2):
        path.write_bytes(RUBBISH)
        with open_log(path, said.append) as log:
            assert log.runs() == []
        kept = sorted(path.parent.glob("runs damaged *.sqlite"))
        assert [each.read_bytes() for each in kept] == [RUBBISH] * count
        assert kept[-1].name in said[-1]


def test_beside_a_newer_log_one_is_kept_and_found_again(path: Path) -> None:
    before, said = make_newer(path), list[str]()
    for count in (0, 1):
        with open_log(path, said.append) as log:
            assert len(log.runs()) == count
            log.begin(SETTINGS)
    assert path.read_bytes() == before
    assert len(said) == 2
    assert "newer" in said[0]


def test_a_damaged_log_beside_a_newer_one_is_set_aside_too(path: Path) -> None:
    before, said = make_newer(path), list[str]()
    beside = path.with_name(f"runs of version {VERSION}.sqlite")
    beside.write_bytes(RUBBISH)
    with open_log(path, said.append) as log:
        log.begin(SETTINGS)
    assert path.read_bytes() == before
    assert [each.read_bytes() for each in path.parent.glob("* damaged *")] == [RUBBISH]


def test_where_there_can_be_no_log_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunLogError, match="cannot be opened"):
        open_log(tmp_path / "file" / "runs.sqlite", lambda sentence: None)
