"""An unexpected error is shown once, with what was kept and what can be copied."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PySide6
import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.background.task_queue import ShownError
from app.window.process.crash_reporter import CrashDialog, CrashReporter
from nncore import __version__


@pytest.fixture
def reporter(tmp_path: Path, qapp: QApplication) -> Iterator[CrashReporter]:
    reporter = CrashReporter(qapp)
    reporter.log = tmp_path / "digitlab.log"
    yield reporter
    for dialog in dialogs():
        dialog.accept()


def dialogs() -> list[CrashDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, CrashDialog) and w.isVisible()]


def dialog_of(qtbot: QtBot) -> CrashDialog:
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    return dialogs()[0]


def texts(dialog: CrashDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def report(reporter: CrashReporter, fail: Callable[[], object]) -> None:
    try:
        fail()
    except Exception as caught:
        reporter.report(type(caught), caught, caught.__traceback__)


def first() -> None:
    raise RuntimeError("first")


def second() -> None:
    raise RuntimeError("second")


def test_an_error_says_what_happened_and_what_was_kept(reporter: CrashReporter, qtbot: QtBot) -> None:
    report(reporter, first)
    shown = texts(dialog_of(qtbot))
    assert "An unexpected error occurred. Digit Lab continues." in shown
    assert "RuntimeError: first" in shown
    assert "Saved models, drawings and runs are unchanged." in shown
    assert str(reporter.log) in shown


def test_the_button_copies_versions_platform_and_traceback(reporter: CrashReporter, qtbot: QtBot) -> None:
    report(reporter, first)
    report(reporter, second)
    dialog = dialog_of(qtbot)
    qtbot.waitUntil(lambda: "Then 1 other error occurred." in dialog.problem.text())
    dialog.copy_button.click()
    copied = QApplication.clipboard().text()
    for part in (f"Digit Lab {__version__}", PySide6.__version__, np.__version__, "offscreen", Path(__file__).name):
        assert part in copied
    assert copied.count("Traceback") == 2
    assert "RuntimeError: first" in copied
    assert "RuntimeError: second" in copied
    assert dialog.isVisible()


def test_a_repeated_error_is_shown_once_and_counted_in_the_log(
    reporter: CrashReporter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(150):
        report(reporter, lambda n=number: [][n])  # type: ignore[misc]
    dialog = dialog_of(qtbot)
    assert "other" not in dialog.problem.text()
    dialog.accept()
    report(reporter, second)
    qtbot.waitUntil(lambda: dialogs() != [])
    assert "RuntimeError: second" in dialog_of(qtbot).problem.text()
    dialog_of(qtbot).accept()
    assert [record.getMessage() for record in caplog.records] == [
        "uncaught exception",
        "uncaught exception (10 times): IndexError: list index out of range",
        "uncaught exception (100 times): IndexError: list index out of range",
        "uncaught exception",
    ]


def test_the_same_function_that_fails_for_another_caller_is_another_error(
    reporter: CrashReporter, qtbot: QtBot
) -> None:
    report(reporter, lambda: first())
    report(reporter, lambda: first())
    report(reporter, lambda: first())
    dialog = dialog_of(qtbot)
    qtbot.waitUntil(lambda: "Then 2 other errors occurred." in dialog.problem.text())


def test_the_log_has_the_traceback(reporter: CrashReporter, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    report(reporter, first)
    dialog_of(qtbot).accept()
    (record,) = caplog.records
    assert record.levelno == logging.CRITICAL
    assert Path(__file__).name in caplog.text
    assert "RuntimeError: first" in caplog.text


def test_an_exception_on_another_thread_is_shown_on_the_windows_thread(reporter: CrashReporter, qtbot: QtBot) -> None:
    class Failing(QThread):
        def run(self) -> None:
            report(reporter, first)

    thread = Failing()
    with qtbot.waitSignal(thread.finished):
        thread.start()
    assert "first" in dialog_of(qtbot).problem.text()


def test_an_exception_with_html_is_shown_literally(reporter: CrashReporter, qtbot: QtBot) -> None:
    def fail() -> None:
        raise ValueError("<b>bold</b> & <img src=x>" + "x" * 10_000)

    report(reporter, fail)
    shown = dialog_of(qtbot).problem
    assert "<b>bold</b> & <img src=x>" in shown.text()
    assert shown.textFormat() == shown.textFormat().PlainText
    assert len(shown.text()) < 1000


def test_an_error_while_a_dialog_is_open_outlives_this_dialog(reporter: CrashReporter, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    other = QDialog(window)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is other)
    report(reporter, first)
    assert dialog_of(qtbot).parentWidget() is window
    with qtbot.waitSignal(other.destroyed):
        other.deleteLater()
    assert "first" in dialog_of(qtbot).problem.text()


def test_after_a_message_was_deleted_with_its_window_the_next_error_is_shown(
    reporter: CrashReporter, qtbot: QtBot
) -> None:
    report(reporter, first)
    delete(dialog_of(qtbot))
    report(reporter, second)
    assert "second" in dialog_of(qtbot).problem.text()


def test_the_dialog_reports_that_there_is_no_log_file(reporter: CrashReporter, qtbot: QtBot) -> None:
    reporter.log = None
    report(reporter, first)
    assert "The log could not be written." in texts(dialog_of(qtbot))


def test_install_sets_the_exception_hook(reporter: CrashReporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    reporter.install()
    assert sys.excepthook == reporter.report


def test_an_error_that_is_shown_elsewhere_is_logged_and_not_shown_again(
    reporter: CrashReporter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def shown_elsewhere() -> None:
        try:
            first()
        except RuntimeError as problem:
            raise ShownError from problem

    report(reporter, shown_elsewhere)
    report(reporter, second)
    assert dialog_of(qtbot).problem.text() == "RuntimeError: second"
    assert "RuntimeError: first" in caplog.text
    assert [record.getMessage() for record in caplog.records] == ["uncaught exception"] * 2
