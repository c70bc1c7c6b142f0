"""Reading that takes long is shown, can be cancelled, and delivers only the newest request."""

from __future__ import annotations

import threading
from itertools import count

import pytest
from pytestqt.qtbot import QtBot

from app.background.file_loader import FileLoader
from app.background.task_queue import TaskQueue
from nncore.errors import DataError
from nncore.system.reading_budget import ReadingCancelled, report_progress


class Reading:
    """A loader of a large file: reports more and more progress until it is cancelled or released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.was_cancelled = False

    def __call__(self) -> str:
        try:
            for done in count():
                report_progress(min(0.5, done / 100))
                if self.released.wait(0.001):
                    return "content"
        except ReadingCancelled:
            self.was_cancelled = True
            raise
        raise AssertionError


@pytest.fixture
def loader(qtbot: QtBot) -> FileLoader:
    return FileLoader(TaskQueue())


def test_reading_that_takes_long_is_shown_with_its_progress(qtbot: QtBot, loader: FileLoader) -> None:
    work = Reading()
    results, errors, shown, fractions = list[str](), list[str](), list[str](), list[float]()
    loader.reading.connect(shown.append)
    loader.progressed.connect(fractions.append)
    loader.read("model", "big.npz", work, results.append, errors.append)
    qtbot.waitUntil(lambda: shown[-1:] == ["big.npz"])
    qtbot.waitUntil(lambda: fractions[-1:] == [0.5])
    assert fractions == sorted(fractions)
    work.released.set()
    qtbot.waitUntil(lambda: results == ["content"])
    qtbot.waitUntil(lambda: shown[-1] == "")
    assert errors == []


def test_cancelled_reading_delivers_nothing(qtbot: QtBot, loader: FileLoader) -> None:
    work = Reading()
    results, errors, shown = list[str](), list[str](), list[str]()
    loader.reading.connect(shown.append)
    loader.read("model", "big.npz", work, results.append, errors.append)
    qtbot.waitUntil(lambda: shown[-1:] == ["big.npz"])
    loader.cancel()
    assert shown[-1] == ""
    qtbot.waitUntil(lambda: not loader._tasks.is_busy)
    assert work.was_cancelled
    assert results == errors == []


def test_a_new_request_ends_the_reading_of_the_same_kind(qtbot: QtBot, loader: FileLoader) -> None:
    first, results, errors = Reading(), list[str](), list[str]()
    loader.read("model", "big.npz", first, results.append, errors.append)
    loader.read("model", "small.npz", lambda: "small", results.append, errors.append)
    qtbot.waitUntil(lambda: results == ["small"])
    assert first.was_cancelled
    assert errors == []


def test_what_has_no_name_is_never_shown_and_an_error_is_delivered(qtbot: QtBot, loader: FileLoader) -> None:
    shown, errors = list[str](), list[str]()
    loader.reading.connect(shown.append)

    def work() -> None:
        began.set()
        ended.wait()
        raise DataError("a.npz: it is damaged.")

    began, ended = threading.Event(), threading.Event()
    loader.read("model", "", work, lambda _: None, errors.append)
    qtbot.waitUntil(began.is_set)
    qtbot.waitUntil(lambda: loader._slow.isActive())
    loader._slow.timeout.emit()
    ended.set()
    qtbot.waitUntil(lambda: errors == ["a.npz: it is damaged."])
    assert set(shown) == {""}
