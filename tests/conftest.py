"""Conditions of every test: Qt without a screen, its own user folder, and no thread that still runs at the end.

No test may depend on how fast the machine is or on who started the tests. Time limits are therefore long enough for a
machine that is busy with other work; a test that passes does not wait for them.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot
from threadpoolctl import threadpool_limits

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEvent, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.widgets.tool_tips import ToolTipApplication

threadpool_limits(1, user_api="blas")  # as in the app; waiting threads would slow each other down

# A shell that starts a job in the background makes it ignore Ctrl+C, and nohup makes it ignore the end of the terminal;
# every process started from it inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGHUP", "SIGTERM"):
    if hasattr(signal, _name):  # Windows has no SIGHUP
        signal.signal(getattr(signal, _name), signal.SIG_DFL)

WAIT_MILLISECONDS = 240_000
"""The longest wait for anything; less than the 300 s that end a test."""

for _wait in (QtBot.waitExposed, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitUntil):
    assert _wait.__kwdefaults__ is not None
    _wait.__kwdefaults__["timeout"] = WAIT_MILLISECONDS

settings.register_profile(
    "digitlab",
    deadline=None,
    derandomize="CI" in os.environ,  # the same examples in every run, so that a change alone can break it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("digitlab")

_started_threads: WeakSet[QThread] = WeakSet()
_start = QThread.start


def _start_and_remember(thread: QThread, /, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
    """Start a thread and remember it. Searching all Python objects for threads after each test is far slower."""
    _started_threads.add(thread)
    _start(thread, priority)


QThread.start = _start_and_remember  # type: ignore[method-assign]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: compressed files contain the time, and all processes need the same names."""
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


def pytest_collection_finish() -> None:
    """Exclude the thousands of collected tests from garbage collections: a change of theme runs a full collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application class of the window, whichever test needs the first one."""
    return ToolTipApplication


@pytest.fixture(autouse=True)
def user_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "digitlab-home"
    monkeypatch.setenv("DIGITLAB_HOME", str(home))
    return home


@pytest.fixture(autouse=True, scope="module")
def no_window_stays_open() -> Iterator[None]:
    """Hide the windows that the tests of a module leave open: they would cover the windows of later tests."""
    yield
    if QApplication.instance() is not None:
        for widget in QApplication.topLevelWidgets():
            widget.hide()


@pytest.fixture(autouse=True)
def no_widget_left() -> Iterator[None]:
    """Delete the widgets that a test has closed: a theme visits all widgets, so later tests would be slower.

    The thread of a task may still be ending, although its result has arrived; Qt aborts the process if it is deleted.
    """
    yield
    if QApplication.instance() is not None:
        for widget in QApplication.topLevelWidgets():
            for thread in widget.findChildren(QThread):
                assert thread.wait(WAIT_MILLISECONDS), f"a thread of {type(widget).__name__} does not end"
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def released_mouse_buttons() -> Iterator[None]:
    """Release the mouse buttons that a test has left pressed: Qt shows no tool tip until then, also in later tests."""
    yield
    if QApplication.instance() is not None and (pressed := QApplication.mouseButtons()):
        widget = QWidget()
        for button in Qt.MouseButton:
            if button & pressed:
                QTest.mouseRelease(widget, button)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    running = [thread for thread in list(_started_threads) if isValid(thread) and thread.isRunning()]
    for thread in running:
        thread.requestInterruption()
        thread.wait(WAIT_MILLISECONDS)
    assert not running, f"threads still running at the end of the test: {running}"
    left = [t for t in threading.enumerate() if t not in before and not t.daemon and t.is_alive()]
    assert not left, f"threads still running at the end of the test: {left}"
