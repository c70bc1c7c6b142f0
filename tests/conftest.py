"""What every test gets: Qt without a screen, user files in a folder of their own, and no thread left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import pytest
from threadpoolctl import threadpool_limits

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QThread
from shiboken6 import isValid

threadpool_limits(1, user_api="blas")  # as the program does; threads that spin would slow each other

_started_threads: WeakSet[QThread] = WeakSet()
_start = QThread.start


def _start_and_remember(thread: QThread, /, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
    """Start a thread and remember it. Searching all Python objects for threads after each test is far slower."""
    _started_threads.add(thread)
    _start(thread, priority)


QThread.start = _start_and_remember  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def user_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "digitlab-home"
    monkeypatch.setenv("DIGITLAB_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    running = [thread for thread in list(_started_threads) if isValid(thread) and thread.isRunning()]
    for thread in running:
        thread.requestInterruption()
        thread.wait(5000)
    assert not running, f"threads still running at the end of the test: {running}"
    left = [t for t in threading.enumerate() if t not in before and not t.daemon and t.is_alive()]
    assert not left, f"threads still running at the end of the test: {left}"
