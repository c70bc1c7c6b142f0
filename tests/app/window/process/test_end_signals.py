"""A signal that ends the process closes the window as the user would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import main
from app.window.process.end_signals import EndSignals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="on Windows a process cannot send itself Ctrl+C")


def test_each_signal_wakes_an_idle_event_loop(qtbot: QtBot) -> None:
    end_signals = EndSignals()
    try:
        for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            press = threading.Timer(0.05, os.kill, (os.getpid(), number))
            with qtbot.waitSignal(end_signals.received):
                press.start()
            press.join()
    finally:
        end_signals.release()


def test_after_release_ctrl_c_has_its_previous_effect(qtbot: QtBot) -> None:
    def former(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGINT, former)
    try:
        end_signals = EndSignals()
        signal.raise_signal(signal.SIGINT)
        assert end_signals.was_received
        end_signals.release()
        with pytest.raises(TimeoutError):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_closes_the_window_without_a_traceback(name: str) -> None:
    probe = "import os, signal, sys, app.window.main_window as window\nfrom PySide6.QtCore import QTimer\n"
    probe += "shown = window.MainWindow.showEvent\n"
    probe += "def show(self, event):\n"
    probe += "    shown(self, event)\n"
    probe += f"    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.{name}))\n"
    probe += "window.MainWindow.showEvent = show\n"
    probe += "sys.argv = ['main.py']\nimport main\nsys.exit(main.run())"
    process = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=Path(main.__file__).parent,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert process.returncode == 130, process
    assert "Traceback" not in process.stderr
