"""A log can be opened for every state of its file, and no file is overwritten."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from app.storage.run_log_file import open_log, rename_damaged, with_log
from nncore.experiments.run_log.connection import file_identity
from nncore.experiments.run_log.log import VERSION, DamagedRunLogError, RunLog, RunLogError, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST")
RUBBISH = b"this is no database at all, whatever it is called" * 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def make_newer(path: Path) -> bytes:
    RunLog(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    return path.read_bytes()


def test_an_intact_log_is_opened_without_a_message(path: Path) -> None:
    messages: list[str] = []
    with open_log(path, messages.append) as log:
        log.begin(SETTINGS)
    with open_log(path, messages.append) as log:
        assert len(log.runs()) == 1
    assert messages == []


def test_each_damaged_log_gets_its_own_new_name(path: Path) -> None:
    messages: list[str] = []
    for count in (1, 2):
        path.write_bytes(RUBBISH)
        with open_log(path, messages.append) as log:
            assert log.runs() == []
        kept = sorted(path.parent.glob("runs damaged *.sqlite"))
        assert [each.read_bytes() for each in kept] == [RUBBISH] * count
        assert kept[-1].name in messages[-1]


def test_a_second_log_beside_a_newer_log_is_created_and_found_again(path: Path) -> None:
    before, messages = make_newer(path), list[str]()
    for count in (0, 1):
        with open_log(path, messages.append) as log:
            assert len(log.runs()) == count
            log.begin(SETTINGS)
    assert path.read_bytes() == before
    assert len(messages) == 2
    assert "newer" in messages[0]


def test_a_damaged_log_beside_a_newer_log_is_renamed_too(path: Path) -> None:
    before, messages = make_newer(path), list[str]()
    beside = path.with_name(f"runs of version {VERSION}.sqlite")
    beside.write_bytes(RUBBISH)
    with open_log(path, messages.append) as log:
        log.begin(SETTINGS)
    assert path.read_bytes() == before
    assert [each.read_bytes() for each in path.parent.glob("* damaged *")] == [RUBBISH]


def test_a_log_that_cannot_be_created_gives_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunLogError, match="cannot be opened"):
        open_log(tmp_path / "file" / "runs.sqlite", lambda sentence: None)


def test_a_folder_in_place_of_the_log_is_renamed(path: Path) -> None:
    path.mkdir()
    (path / "of the user").touch()
    messages: list[str] = []
    with open_log(path, messages.append) as log:
        log.begin(SETTINGS)
    assert "folder" in messages[0]
    assert [each.name for each in path.parent.glob("runs damaged */*")] == ["of the user"]


def test_a_log_whose_damage_is_found_while_reading_is_renamed(path: Path) -> None:
    with RunLog(path) as log:
        for _ in range(200):
            log.begin(SETTINGS)
    sound = path.read_bytes()
    spoilt = sound[: 3 * 4096] + RUBBISH[:4096] * 4 + sound[7 * 4096 :]
    path.write_bytes(spoilt)
    RunLog(path).close()
    messages: list[str] = []
    assert with_log(path, messages.append, RunLog.runs) == []
    assert len(messages) == 1
    assert [each.read_bytes() for each in path.parent.glob("runs damaged *.sqlite")] == [spoilt]
    assert with_log(path, messages.append, lambda log: log.begin(SETTINGS)) == 1
    assert len(messages) == 1


def test_a_log_that_another_process_has_replaced_is_not_renamed(path: Path) -> None:
    path.write_bytes(RUBBISH)
    damaged, messages = file_identity(path), list[str]()
    open_log(path, messages.append).close()  # what the other process does
    with open_log(path, messages.append) as log:
        log.begin(SETTINGS)
    rename_damaged(path, damaged, DamagedRunLogError("damaged"), messages.append)
    with open_log(path, messages.append) as log:
        assert len(log.runs()) == 1
    assert len(messages) == 1
    assert len(list(path.parent.glob("runs damaged *.sqlite"))) == 1


PROCESS = """
import sys
from pathlib import Path
from app.storage.run_log_file import with_log
from tests.app.storage.test_run_log_file import SETTINGS
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    with_log(Path(sys.argv[1]), print, lambda log: log.begin(SETTINGS))
"""


@pytest.mark.slow
def test_processes_that_find_the_same_damage_keep_all_their_runs(path: Path) -> None:
    command = [sys.executable, "-c", PROCESS, str(path)]
    for _ in range(2):
        path.write_bytes(RUBBISH)
        with ExitStack() as stack:
            processes = [stack.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, text=True)) for _ in range(3)]
            for process in processes:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            for process in processes:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            messages = [line for process in processes for line in process.communicate()[0].splitlines()]
        assert [process.returncode for process in processes] == [0, 0, 0]
        assert len(messages) == 1, messages
        with RunLog(path) as log:
            assert len(log.runs()) == 15
        (kept,) = path.parent.glob("runs damaged *.sqlite")
        assert kept.read_bytes() == RUBBISH
        kept.unlink()
        path.unlink()
