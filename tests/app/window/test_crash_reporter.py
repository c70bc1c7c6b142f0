from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from app.window.crash_reporter import CrashReporter, start_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield start_log(tmp_path / "logs")
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


@pytest.fixture
def reporter(log: Path, qtbot: QtBot, qapp: QApplication) -> CrashReporter:
    return CrashReporter(log, qapp)


def message_boxes() -> list[QMessageBox]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]


def report(reporter: CrashReporter, problem: Exception) -> None:
    try:
        raise problem
    except Exception as caught:
        reporter.report(type(caught), caught, caught.__traceback__)


def test_an_uncaught_exception_is_logged_and_shown_once(reporter: CrashReporter, log: Path, qtbot: QtBot) -> None:
    report(reporter, RuntimeError("first"))
    report(reporter, RuntimeError("second"))
    qtbot.waitUntil(lambda: len(message_boxes()) == 1)
    box = message_boxes()[0]
    assert "RuntimeError: first" in box.informativeText()
    assert str(log) in box.informativeText()
    written = log.read_text()
    assert "RuntimeError: first" in written
    assert "RuntimeError: second" in written
    assert Path(__file__).name in written
    box.accept()
    qtbot.waitUntil(lambda: message_boxes() == [])
    report(reporter, RuntimeError("third"))
    qtbot.waitUntil(lambda: len(message_boxes()) == 1)
    message_boxes()[0].accept()


def test_an_exception_on_another_thread_is_shown_on_the_windows_thread(
    reporter: CrashReporter, log: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(QThread):
        def run(self) -> None:
            report(reporter, ValueError("from a thread"))

    thread = Failing()
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: len(message_boxes()) == 1)
    assert "from a thread" in message_boxes()[0].informativeText()
    message_boxes()[0].accept()


def test_an_exception_with_html_is_shown_literally(reporter: CrashReporter, qtbot: QtBot) -> None:
    report(reporter, ValueError("<b>bold</b> & <img src=x>"))
    qtbot.waitUntil(lambda: len(message_boxes()) == 1)
    box = message_boxes()[0]
    assert "<b>bold</b> & <img src=x>" in box.informativeText()
    shown = [label for label in box.findChildren(QLabel) if "bold" in label.text()]
    assert [label.textFormat() for label in shown] == [Qt.TextFormat.PlainText]
    box.accept()


def test_install_sets_the_exception_hook(reporter: CrashReporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    reporter.install()
    assert sys.excepthook == reporter.report


def test_the_app_starts_even_if_the_log_cannot_be_written(log: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    start_log(tmp_path / "a file" / "logs")
    assert isinstance(logging.getLogger().handlers[0], logging.StreamHandler)
