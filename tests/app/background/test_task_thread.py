"""A function runs on its own thread, and its result or error is emitted."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.background.task_queue import ShownError, TaskThread
from nncore.errors import DataError


def task(work: Callable[[], object], owner: QObject) -> TaskThread:
    return TaskThread(work, owner)


@pytest.fixture
def owner() -> QObject:
    return QObject()


def test_the_function_runs_on_another_thread_and_its_result_is_emitted(owner: QObject, qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []

    def work() -> str:
        threads.append(threading.current_thread())
        return "the data"

    background = task(work, owner)
    with qtbot.assertNotEmitted(background.failed), qtbot.waitSignal(background.succeeded) as signal:
        background.start()
    assert signal.args == ["the data"]
    assert threads[0] is not threading.main_thread()
    assert background.wait(240_000)


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (DataError("mine.csv: row 3 has 12 columns; expected 785."), "mine.csv: row 3 has 12 columns; expected 785."),
        (MemoryError(), "There is not enough memory for this."),
    ],
)
def test_an_expected_error_is_emitted_as_a_sentence(
    owner: QObject, qtbot: QtBot, problem: Exception, sentence: str
) -> None:
    def work() -> None:
        raise problem

    background = task(work, owner)
    with qtbot.assertNotEmitted(background.succeeded), qtbot.waitSignal(background.failed) as signal:
        background.start()
    assert signal.args == [sentence]
    assert background.wait(240_000)


@pytest.mark.parametrize("is_shown", [True, False])
def test_an_unexpected_error_reaches_the_crash_hook_which_knows_whether_it_is_shown(
    owner: QObject, qtbot: QtBot, is_shown: bool
) -> None:
    def work() -> None:
        raise ZeroDivisionError("nobody thought of this")

    background = TaskThread(work, owner, shows_errors=is_shown)
    with (
        qtbot.captureExceptions() as caught,  # it replaces sys.excepthook
        qtbot.assertNotEmitted(background.succeeded),
        qtbot.waitSignal(background.failed) as signal,
        qtbot.waitSignal(background.finished),
    ):
        background.start()
    assert signal.args == [
        "This failed because of an error in Digit Lab (ZeroDivisionError); the log file has the details."
    ]
    ((kind, problem, _),) = caught
    assert kind is (ShownError if is_shown else ZeroDivisionError)
    assert isinstance(problem.__cause__ if is_shown else problem, ZeroDivisionError)
    assert background.wait(240_000)
