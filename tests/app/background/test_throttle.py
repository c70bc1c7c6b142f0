"""Requests within an interval are combined, and the last one is never lost."""

from __future__ import annotations

from itertools import pairwise
from time import monotonic

from pytestqt.qtbot import QtBot

from app.background.throttle import MAX_INTERVAL_MILLISECONDS, THROTTLE_MILLISECONDS, Throttle


def test_requests_within_an_interval_are_combined(qtbot: QtBot) -> None:
    throttle, answers = Throttle(30), []
    throttle.due.connect(lambda: answers.append(monotonic()))
    for _ in range(100):
        throttle.request()
    qtbot.waitUntil(lambda: not throttle.has_pending_request)
    assert len(answers) == 1


def test_the_last_request_is_always_emitted(qtbot: QtBot) -> None:
    state, seen = [0], []
    throttle = Throttle(5000)
    throttle.due.connect(lambda: seen.append(state[0]))
    for number in range(1, 41):
        state[0] = number
        throttle.request()
        qtbot.waitUntil(lambda: bool(seen))
    assert throttle.has_pending_request
    throttle.flush()
    assert not throttle.has_pending_request
    assert seen[-1] == 40
    assert len(seen) == 2  # the first request without delay, then all others combined


def test_two_signals_are_at_least_an_interval_apart(qtbot: QtBot) -> None:
    throttle = Throttle(20)
    answers: list[float] = []

    def answer() -> None:
        answers.append(monotonic())
        if len(answers) < 4:
            throttle.request()

    throttle.due.connect(answer)
    throttle.request()
    qtbot.waitUntil(lambda: len(answers) == 4)
    assert min(after - before for before, after in pairwise(answers)) >= 0.018


def test_the_first_request_is_emitted_without_delay(qtbot: QtBot) -> None:
    throttle = Throttle(600_000)
    with qtbot.waitSignal(throttle.due):
        throttle.request()


def test_flush_emits_a_pending_request_immediately(qtbot: QtBot) -> None:
    throttle = Throttle(5000)
    answers: list[float] = []
    throttle.due.connect(lambda: answers.append(monotonic()))
    throttle.flush()
    assert answers == []
    throttle.request()
    throttle.flush()
    assert len(answers) == 1
    assert not throttle.has_pending_request


def test_work_that_takes_long_is_done_less_often() -> None:
    throttle = Throttle()
    throttle.allow_for(0.02)
    assert throttle.interval == 60  # a third of the time
    throttle.allow_for(0.001)
    assert throttle.interval == THROTTLE_MILLISECONDS
    throttle.allow_for(5.0)
    assert throttle.interval == MAX_INTERVAL_MILLISECONDS
