"""The start of the window in a process of its own: what the user learns if it fails, and of an earlier crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import main

ROOT = Path(main.__file__).parent

START = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.window.process import application
from app.window.process.crash_reporter import CrashDialog

def dialogs():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, CrashDialog) and w.isVisible()]

def fail(*arguments):
    raise RuntimeError("the cause")

"""
"""What the programs of the tests have in common."""

CLOSE_DIALOG = """
execute = CrashDialog.exec

def copy_and_close(dialog):
    def close():
        print("DIALOG", dialog.problem.text())
        dialog.copy_button.click()
        print("COPIED", QApplication.clipboard().text())
        dialog.accept()
    QTimer.singleShot(0, close)
    return execute(dialog)

CrashDialog.exec = copy_and_close
"""
"""Presses the buttons of the dialog that says why the window ends."""

CLOSE_WHEN_READY = """
from app.window.main_window import MainWindow
show = MainWindow.show

def act():
    pass

def show_and_close(window):
    show(window)
    def close():
        if window.session.model is None or window.session.data is None:
            return QTimer.singleShot(10, close)
        print("DIALOGS", [dialog.problem.text() for dialog in dialogs()], flush=True)
        act()
        window.close()
    QTimer.singleShot(0, close)

MainWindow.show = show_and_close
"""
"""Calls `act` and closes the window when it has read its files."""

WARN = "from PySide6.QtCore import qWarning\ndef act(): [qWarning('a warning of Qt') for _ in range(1)]\n"
CRASH = "import ctypes\ndef act(): ctypes.string_at(0)\n"

RUN = "\nsys.exit(application.run_window())\n"

FAILURES = {
    "no user folder": "application.user_folder = fail",
    "the log of runs": "from app.tabs.runs.run_offer import RunOffer\nRunOffer.check_log = fail",
    "the theme": "from app.style import theme\ntheme.apply_appearance = fail",
    "a module": "sys.modules['app.window.main_window'] = None",
    "after the window is shown, while a thread runs": (
        "from app.session import session\nsession.load_mnist = lambda: time.sleep(1)\n"
        "from app.window.main_window import MainWindow\nshow = MainWindow.show\n"
        "MainWindow.show = lambda window: (show(window), window.session.load_bundled_data())\n"
        "application.OpenRequests.listen = fail"
    ),
}


def run(*parts: str) -> subprocess.CompletedProcess[str]:
    program = "".join((START, *parts))
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=240)


@pytest.mark.slow
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_a_failed_start_is_shown_in_a_dialog_and_on_standard_error(failure: str) -> None:
    process = run(CLOSE_DIALOG, failure, RUN)
    assert process.returncode == 1, process
    cause = "RuntimeError: the cause" if "fail" in failure else "ModuleNotFoundError"
    assert f"digitlab: An unexpected error ended the window: {cause}" in process.stderr
    assert f"DIALOG {cause}" in process.stdout
    assert "COPIED Digit Lab" in process.stdout
    assert "Traceback" in process.stdout.partition("COPIED")[2]


@pytest.mark.slow
def test_after_a_failed_start_the_log_is_named_and_has_the_traceback(user_files: Path) -> None:
    process = run(CLOSE_DIALOG, FAILURES["the theme"], RUN)
    log = user_files / "digitlab.log"
    assert f"The details are in {log}" in process.stderr
    assert "Traceback" not in process.stderr
    assert "RuntimeError: the cause" in log.read_text()


@pytest.mark.slow
def test_a_crash_is_shown_once_at_the_next_start(user_files: Path) -> None:
    crashed = run(CLOSE_WHEN_READY, CRASH, RUN)
    assert crashed.returncode < 0
    trace = (user_files / "crash.txt").read_text()
    assert "Segmentation fault" in trace
    assert "string_at" in trace
    second = run(CLOSE_WHEN_READY, RUN)
    assert (second.returncode, second.stderr) == (0, "")
    assert "DIALOGS ['Fatal Python error: Segmentation fault']" in second.stdout
    assert "string_at" in (user_files / "digitlab.log").read_text()
    third = run(CLOSE_WHEN_READY, RUN)
    assert third.returncode == 0
    assert "DIALOGS []" in third.stdout


@pytest.mark.slow
def test_garbage_is_collected_from_the_first_paint_on_and_not_during_the_start() -> None:
    program = (
        "import gc\nfrom app.session.session import Session\n"
        "def act(): print('PAINTED', gc.isenabled())\n"
        "began = Session.__init__\n"
        "Session.__init__ = lambda *given: (print('START', gc.isenabled()), began(*given))[-1]\n"
    )
    process = run(
        CLOSE_WHEN_READY, program, "from app.cli.main import main\nstatus = main([])\n", "print('END', gc.isenabled())"
    )
    assert process.stdout.splitlines() == ["START False", "DIALOGS []", "PAINTED True", "END True"], process


@pytest.mark.slow
def test_the_start_page_is_shown_at_the_first_start_only(user_files: Path) -> None:
    list_windows = """
def act():
    print("WINDOWS", [type(w).__name__ for w in QApplication.topLevelWidgets() if w.isVisible()], flush=True)
"""
    first, second = (run(CLOSE_WHEN_READY, list_windows, RUN) for _ in range(2))
    assert "StartPage" in first.stdout
    assert "MainWindow" in second.stdout
    assert "StartPage" not in second.stdout


@pytest.mark.slow
def test_a_killed_process_is_no_crash(user_files: Path) -> None:
    killed = run(CLOSE_WHEN_READY, "import os\ndef act(): os.kill(os.getpid(), 9)\n", RUN)
    assert killed.returncode == -9
    assert "DIALOGS []" in run(CLOSE_WHEN_READY, RUN).stdout


@pytest.mark.slow
def test_what_qt_says_is_in_the_log(user_files: Path) -> None:
    process = run(CLOSE_WHEN_READY, WARN.replace("1", "150"), RUN)
    assert (process.returncode, process.stderr) == (0, "")
    lines = [line for line in (user_files / "digitlab.log").read_text().splitlines() if "a warning of Qt" in line]
    assert [line.partition("Qt, ")[2] for line in lines] == [
        "default: a warning of Qt",
        "default: a warning of Qt (10 times)",
        "default: a warning of Qt (100 times)",
    ]
    assert all("WARNING" in line for line in lines)


def test_the_message_with_which_qt_aborts_is_also_on_standard_error(
    user_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "unknown")
    process = run("sys.exit(application.run_window())")
    assert process.returncode < 0
    assert "digitlab: This application failed to start because no Qt platform plugin" in process.stderr
    assert f"The log is {user_files / 'digitlab.log'}" in process.stderr
    assert "no Qt platform plugin" in (user_files / "digitlab.log").read_text()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_log_that_can_no_longer_be_written_has_no_effect_on_the_window(user_files: Path) -> None:
    user_files.mkdir()
    (user_files / "digitlab.log").symlink_to("/dev/full")
    process = run(CLOSE_WHEN_READY, WARN, RUN)
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.slow
def test_a_home_that_cannot_be_written_is_no_obstacle(user_files: Path) -> None:
    user_files.write_text("not a folder")
    process = run(CLOSE_WHEN_READY, WARN, RUN)
    assert process.returncode == 0, process
    assert "WARNING Qt, default: a warning of Qt" in process.stderr
    crashed = run(CLOSE_WHEN_READY, CRASH, RUN)
    assert "Segmentation fault" in crashed.stderr
