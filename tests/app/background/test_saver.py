"""Changes are combined and saved on a thread, and an error is reported once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from app.background.saver import Saver
from nncore.errors import DataError


class Typed(QObject):
    """A text that is saved; `problem` makes saving fail, and a text of None is not saved."""

    def __init__(self) -> None:
        super().__init__()
        self.text: str | None = "a"
        self.problem = ""
        self.saved: list[tuple[str, bool]] = []
        self.saver = Saver(self.work, self)

    def work(self) -> Callable[[], None] | None:
        return None if self.text is None else self.save

    def save(self) -> None:
        if self.problem:
            raise DataError(self.problem)
        self.saved.append((self.text or "", QThread.isMainThread()))


def test_changes_are_saved_on_a_thread_and_combined(qtbot: QtBot) -> None:
    typed = Typed()
    typed.saver.request()
    qtbot.waitUntil(lambda: not typed.saver.is_busy)
    assert typed.saved == [("a", False)]
    typed.saver.throttle.interval = 600_000
    for typed.text in ("b", "c"):
        typed.saver.request()
    assert typed.saver.is_busy
    assert typed.saver.finish()
    assert typed.saved == [("a", False), ("c", False)]


def test_what_is_not_to_be_saved_is_not(qtbot: QtBot) -> None:
    typed = Typed()
    typed.text = None
    typed.saver.request()
    assert typed.saver.finish()
    assert typed.saved == []


def test_an_error_is_reported_once_until_a_save_succeeds(qtbot: QtBot) -> None:
    typed = Typed()
    reports: list[str] = []
    typed.saver.failed.connect(reports.append)
    for problem in ("full", "full", "", "full"):
        typed.problem = problem
        typed.saver.request()
        assert typed.saver.finish()
    assert reports == ["full", "full"]
