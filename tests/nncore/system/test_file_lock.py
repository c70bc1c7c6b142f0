"""A lock has one holder, and that of a killed process is free."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from nncore.system.file_lock import FileLock

HOLD = "import sys, pathlib\nfrom nncore.system.file_lock import FileLock\nlock = FileLock(pathlib.Path(sys.argv[1]))\n"
HOLD += "print(lock.acquire(), flush=True)\nsys.stdin.read()"


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "new" / "a.lock"), FileLock(tmp_path / "new" / "a.lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_waiting_ends_with_an_error(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    with first.held(0), pytest.raises(TimeoutError), second.held(0):
        pytest.fail("two processes have the lock")
    with second.held(0):
        assert not first.acquire()
    assert first.acquire()
    first.release()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock")
    command = [sys.executable, "-c", HOLD, str(lock.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert not lock.acquire()
        process.kill()
        process.wait()
        assert lock.acquire()
        lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks on every file system")
def test_without_locks_in_the_file_system_every_process_gets_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert first.acquire()
    assert second.acquire()
    first.release()
    second.release()
