"""Tasks run in order on a thread, can be cancelled, and deliver on the thread of the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from app.background.task_queue import TaskQueue, is_cancelled
from nncore.errors import DataError


@pytest.fixture
def queue() -> Iterator[TaskQueue]:
    queue = TaskQueue()
    yield queue
    assert queue.finish(240_000)


def test_tasks_run_in_order_on_a_thread_and_deliver_on_the_windows_thread(queue: TaskQueue, qtbot: QtBot) -> None:
    done: list[tuple[int, bool]] = []
    delivered: list[tuple[int, bool]] = []
    here = threading.current_thread()

    def work(number: int) -> int:
        done.append((number, threading.current_thread() is here))
        return number

    def use(number: int) -> None:
        delivered.append((number, threading.current_thread() is here))

    for number in range(5):
        queue.add("count", partial(work, number), use, pytest.fail)
    assert queue.is_busy
    qtbot.waitUntil(lambda: not queue.is_busy)
    assert done == [(number, False) for number in range(5)]
    assert delivered == [(number, True) for number in range(5)]


def test_a_failed_task_delivers_its_error_and_the_next_task_runs(queue: TaskQueue, qtbot: QtBot) -> None:
    def fail() -> None:
        raise DataError("It is damaged.")

    messages: list[object] = []
    queue.add("read", fail, pytest.fail, messages.append)
    queue.add("read", lambda: "read", messages.append, pytest.fail)
    qtbot.waitUntil(lambda: len(messages) == 2)
    assert messages == ["It is damaged.", "read"]


def test_latest_only_drops_waiting_tasks_of_the_same_kind(queue: TaskQueue) -> None:
    gate, done = threading.Event(), list[str]()
    queue.add("gate", gate.wait, lambda _: None, pytest.fail)
    for name in "abc":
        queue.add("save", partial(done.append, name), lambda _: None, pytest.fail, latest_only=True)
        queue.add("other", partial(done.append, name.upper()), lambda _: None, pytest.fail)
    gate.set()
    assert queue.finish(240_000)
    assert done == ["A", "B", "c", "C"]


def test_cancel_drops_waiting_tasks_and_interrupts_the_running_one(queue: TaskQueue) -> None:
    begun, done = threading.Event(), list[str]()

    def until_cancelled() -> None:
        begun.set()
        while not is_cancelled():
            pass

    queue.add("import", until_cancelled, lambda _: done.append("stopped"), pytest.fail)
    queue.add("import", lambda: done.append("never"), lambda _: None, pytest.fail)
    queue.add("save", lambda: done.append("saved"), lambda _: None, pytest.fail)
    assert begun.wait(60)
    queue.cancel("look")
    assert not queue.finish(50)
    queue.cancel("import")
    assert queue.finish(240_000)
    assert done == ["stopped", "saved"]


def test_finish_runs_all_remaining_tasks_and_the_tasks_that_they_add(queue: TaskQueue) -> None:
    done: list[str] = []

    def save_too(_: object) -> None:
        queue.add("save", lambda: done.append("saved"), lambda _: None, pytest.fail)

    queue.add("read", lambda: done.append("read"), save_too, pytest.fail)
    assert queue.finish(240_000)
    assert done == ["read", "saved"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_discarded_task_delivers_nothing_and_the_next_one_waits_for_its_end(queue: TaskQueue, fails: bool) -> None:
    begun, done = threading.Event(), list[str]()

    def until_cancelled() -> str:
        begun.set()
        while not is_cancelled():
            pass
        done.append("ended")
        if fails:
            raise DataError("It is damaged.")
        return "late"

    queue.add("read", until_cancelled, pytest.fail, pytest.fail)
    assert begun.wait(60)
    assert queue.has("read")
    queue.discard("read")
    assert queue.is_busy
    assert not queue.has("read")
    queue.add("read", lambda: done.append("read"), lambda _: done.append("used"), pytest.fail)
    assert queue.finish(240_000)
    assert done == ["ended", "read", "used"]


def test_a_queued_result_is_not_delivered_after_discard(queue: TaskQueue) -> None:
    done = threading.Event()
    queue.add("read", done.set, pytest.fail, pytest.fail)
    assert done.wait(60)
    queue.discard("read")
    assert queue.finish(240_000)
