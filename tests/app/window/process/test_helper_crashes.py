"""The crash of a helper process is logged and shown once, and the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.background.crash_trace import crash_file
from app.window.process.crash_reporter import CrashDialog, CrashReporter
from app.window.process.helper_crashes import HelperCrashes

TRACE = """Fatal Python error: Segmentation fault

Current thread 0x1 (most recent call first):
  File "nncore/training/parallel/helper_main.py", line 77 in _gradients
"""


def test_the_crash_of_a_helper_is_shown_and_logged_once(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    crash_file(tmp_path).touch()
    crashes, other, traces = HelperCrashes(tmp_path), HelperCrashes(tmp_path), list[str]()
    for each in (crashes, other):  # two windows
        each.crashed.connect(traces.append)
        each.watch()
    with crash_file(tmp_path).open("a") as file:
        for line in TRACE.splitlines(keepends=True):
            file.write(line)
            file.flush()
    qtbot.waitUntil(lambda: not crashes._complete.isActive() and not other._complete.isActive() and bool(traces))
    assert traces == [TRACE.strip()]
    assert [TRACE.strip() in record.getMessage() for record in caplog.records] == [True]
    assert crash_file(tmp_path).read_bytes() == b""


def test_the_dialog_says_that_the_run_continues(qtbot: QtBot) -> None:
    reporter = CrashReporter()
    reporter.show_helper_crash(TRACE)
    (dialog,) = (each for each in qtbot_dialogs() if isinstance(each, CrashDialog))
    assert dialog.problem.text() == "Fatal Python error: Segmentation fault"
    dialog.accept()


def qtbot_dialogs() -> list[object]:
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
