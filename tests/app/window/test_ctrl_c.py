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
from app.window.ctrl_c import CtrlC

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="on Windows a process cannot send itself Ctrl+C")


def test_each_ctrl_c_wakes_an_idle_event_loop(qtbot: QtBot) -> None:
    ctrl_c = CtrlC()
    try:
        for _ in range(2):
            press = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
            with qtbot.waitSignal(ctrl_c.pressed):
                press.start()
            press.join()
    finally:
        ctrl_c.release()


def test_after_release_ctrl_c_has_its_previous_effect(qtbot: QtBot) -> None:
    def former(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGINT, former)
    try:
        ctrl_c = CtrlC()
        signal.raise_signal(signal.SIGINT)
        assert ctrl_c.was_pressed
        ctrl_c.release()
        with pytest.raises(TimeoutError):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_closes_the_window_without_a_traceback() -> None:
    probe = "import os, signal, sys, app.window.main_window as window\nfrom PySide6.QtCore import QTimer\n"
    probe += "shown = window.MainWindow.showEvent\n"
    probe += "def show(self, event):\n"
    probe += "    shown(self, event)\n"
    probe += "    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGINT))\n"
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
