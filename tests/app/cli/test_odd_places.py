"""A training needs no log: without its folder it goes on. File names may be any bytes, in any locale."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.main import main
from app.storage import run_recorder, writing_pace
from app.storage.paths import runs_folder
from nncore.experiments.run_log.log import RunLog
from nncore.files.model_file import load_model
from nncore.training.events import EpochDone

pytestmark = pytest.mark.skipif(os.name == "nt", reason="file names of Windows are not bytes")

TRAIN = ("train", "--recipe", "sine", "--epochs", "6", "--out")
NOT_UTF_8 = os.fsdecode(b"h\xff")


@pytest.mark.parametrize("home", ["x" * 300, "file/home", "\udcff" * 300])
def test_a_training_without_a_usable_home_reports_it_once_and_saves_its_model(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path / home))
    assert main([*TRAIN, str(tmp_path / "m.npz")]) == 0
    assert load_model(tmp_path / "m.npz").card.epochs == 6
    assert capsys.readouterr().err.count("is not logged") == 1
    assert main(["runs"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "cannot be opened" in sentence


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOENT, errno.ENOSPC])
def test_a_log_that_fails_during_the_training_is_reported_once_and_the_model_is_saved(
    number: int, user_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the second epoch on, every call of the system for the folder of the runs fails, as on a lost share."""
    monkeypatch.setattr(writing_pace, "MAX_WRITE_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(run_recorder, "RETRY_INTERVAL_SECONDS", 0.0)
    record = run_recorder.RunRecorder.record

    def fail(name: str) -> None:
        real = getattr(os, name)

        def call(path: object, *arguments: object, **named: object) -> object:
            if str(runs_folder()) in str(path):
                raise OSError(number, os.strerror(number), str(path))
            return real(path, *arguments, **named)

        monkeypatch.setattr(os, name, call)

    def lose_folder(recorder: run_recorder.RunRecorder, event: object, training: object) -> None:
        if isinstance(event, EpochDone) and event.epoch == 2 and recorder._log is not None:
            recorder._close_log()
            for name in ("stat", "lstat", "open", "mkdir", "unlink", "rename", "replace", "scandir", "listdir"):
                fail(name)
            monkeypatch.setattr(sqlite3, "connect", lambda *a, **b: (_ for _ in ()).throw(OSError(number, "gone")))
        record(recorder, event, training)  # type: ignore[arg-type]

    monkeypatch.setattr(run_recorder.RunRecorder, "record", lose_folder)
    assert main([*TRAIN, str(tmp_path / "m.npz")]) == 0
    monkeypatch.undo()
    assert load_model(tmp_path / "m.npz").card.epochs == 6
    printed = capsys.readouterr().err
    assert printed.count("is not logged") == 1
    assert printed.count(" cannot be continued") <= 1


def run_in_ascii(home: Path, *arguments: str) -> str:
    """Run a command as in a locale without UTF-8; returns what it printed."""
    environment = {
        **os.environ, "DIGITLAB_HOME": str(home), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
    }  # fmt: skip
    ended = subprocess.run([sys.executable, "-m", "app", *arguments], env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode("ascii")


@pytest.mark.slow
def test_names_that_are_not_utf_8_work_in_every_command(tmp_path: Path) -> None:
    home = tmp_path / NOT_UTF_8
    for name, shown in ((os.fsdecode(b"m\xff"), "m\ufffd"), ("mü", "mü")):
        run_in_ascii(home, *TRAIN, str(tmp_path / f"{name}.npz"))
        assert load_model(tmp_path / f"{name}.npz").card.epochs == 6
        newest = json.loads(run_in_ascii(home, "runs", "--json").splitlines()[0])
        assert newest["name"] == shown
        run_in_ascii(home, "runs", "export", str(newest["id"]), "--out", str(tmp_path / f"{name}.html"))
        assert (tmp_path / f"{name}.html").exists()
    run_in_ascii(home, "sweep", "--recipe", "sine", "--epochs", "1", "--seed", "1", "2", "--name", NOT_UTF_8)
    with RunLog(home / "runs" / "runs.sqlite") as log:
        assert {run.settings.name for run in log.runs()} == {"m\ufffd", "mü", "h\ufffd: seed 1", "h\ufffd: seed 2"}


def test_two_trainings_never_write_the_same_checkpoint(
    user_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    checkpoint, same = tmp_path / "run.npz", tmp_path / "folder" / ".." / "run.npz"
    command = [sys.executable, "-m", "app", "train", "--recipe", "sine", "--epochs", "10000", "--json"]
    with subprocess.Popen([*command, "--checkpoint", str(checkpoint)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert main(["train", "--recipe", "sine", "--epochs", "1", "--checkpoint", str(same)]) == 2
        assert "another training is writing this checkpoint" in capsys.readouterr().err
        process.kill()
    assert main(["train", "--recipe", "sine", "--epochs", "1", "--checkpoint", str(same)]) == 0
