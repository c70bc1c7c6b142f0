"""The folder of a sweep is deleted at its end, or at a later start if the sweep was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nncore.system.atomic_write import ABANDONED_SECONDS
from nncore.system.temporary_folder import FOLDER_LOCK_NAME, FOLDER_NAME_START, remove_abandoned_folders, sweep_folder

HELD = """
import sys
from nncore.system.temporary_folder import sweep_folder
with sweep_folder() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def make_old(path: Path) -> None:
    moment = time.time() - 2 * ABANDONED_SECONDS
    os.utime(path, (moment, moment))


def test_a_folder_is_deleted_at_the_end(temporary: Path) -> None:
    with sweep_folder() as folder:
        (folder / "data.npy").touch()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_the_folder_of_a_killed_process_is_deleted_but_not_one_in_use() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        (folder / "data.npy").touch()
        make_old(folder)
        remove_abandoned_folders()
        assert (folder / "data.npy").exists()
        process.send_signal(signal.SIGKILL)
    with sweep_folder():
        assert not folder.exists()


def test_new_folders_links_and_other_folders_are_kept(temporary: Path) -> None:
    new, other, target = temporary / f"{FOLDER_NAME_START}new", temporary / "other", temporary / "target"
    for folder in (new, other, target):
        folder.mkdir()
        (folder / FOLDER_LOCK_NAME).touch()
    make_old(other)
    make_old(target)
    (temporary / f"{FOLDER_NAME_START}link").symlink_to(target)
    without_lock = temporary / f"{FOLDER_NAME_START}without a lock"
    without_lock.mkdir()
    make_old(without_lock)
    remove_abandoned_folders()
    assert [(folder / FOLDER_LOCK_NAME).exists() for folder in (new, other, target)] == [True] * 3
    assert without_lock.exists()
