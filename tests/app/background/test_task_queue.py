from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from app.background.task_queue import Chores, is_cancelled
from nncore.errors import DataError


@pytest.fixture
def chores() -> Iterator[Chores]:
    chores = Chores()
    yield chores
    assert chores.finish(60_000)


def test_chores_are_done_in_order_on_a_thread_and_told_on_the_windows(chores: Chores, qtbot: QtBot) -> None:
    done: list[tuple[int, bool]] = []
    told: list[tuple[int, bool]] = []
    here = threading.current_thread()

    def work(number: int) -> int:
        done.append((number, threading.current_thread() is here))
        return number

    def use(number: int) -> None:
        told.append((number, threading.current_thread() is here))

    for number in range(5):
        chores.add("count", partial(work, number), use, pytest.fail)
    assert chores.is_busy
    qtbot.waitUntil(lambda: not chores.is_busy)
    assert done == [(number, False) for number in range(5)]
    assert told == [(number, True) for number in range(5)]


def test_what_a_chore_refuses_is_told_and_the_next_is_done(chores: Chores, qtbot: QtBot) -> None:
    def fail() -> None:
        raise DataError("It is damaged.")

    said: list[object] = []
    chores.add("read", fail, pytest.fail, said.append)
    chores.add("read", lambda: "read", said.append, pytest.fail)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said == ["It is damaged.", "read"]


def test_of_chores_that_only_the_latest_matters_of_those_that_wait_are_dropped(chores: Chores) -> None:
    gate, done = threading.Event(), list[str]()
    chores.add("gate", gate.wait, lambda _: None, pytest.fail)
    for name in "abc":
        chores.add("save", partial(done.append, name), lambda _: None, pytest.fail, latest_only=True)
        chores.add("other", partial(done.append, name.upper()), lambda _: None, pytest.fail)
    gate.set()
    assert chores.finish(60_000)
    assert done == ["A", "B", "c", "C"]


def test_cancelling_drops_what_waits_and_asks_what_is_done_to_stop(chores: Chores) -> None:
    begun, done = threading.Event(), list[str]()

    def until_cancelled() -> None:
        begun.set()
        while not is_cancelled():
            pass

    chores.add("import", until_cancelled, lambda _: done.append("stopped"), pytest.fail)
    chores.add("import", lambda: done.append("never"), lambda _: None, pytest.fail)
    chores.add("save", lambda: done.append("saved"), lambda _: None, pytest.fail)
    assert begun.wait(60)
    chores.cancel("look")
    assert not chores.finish(50)
    chores.cancel("import")
    assert chores.finish(60_000)
    assert done == ["stopped", "saved"]


def test_finishing_does_all_that_is_left_even_what_is_added_by_that(chores: Chores) -> None:
    done: list[str] = []

    def save_too(_: object) -> None:
        chores.add("save", lambda: done.append("saved"), lambda _: None, pytest.fail)

    chores.add("read", lambda: done.append("read"), save_too, pytest.fail)
    assert chores.finish(60_000)
    assert done == ["read", "saved"]
