"""Ctrl+C and the signals that end a process call a function instead of interrupting."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pytest

from app.background.interrupt import END_SIGNALS, on_end_signal


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    """Ctrl+C raises KeyboardInterrupt, even if the parent process of the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_ctrl_c_calls_the_function_and_the_second_interrupts() -> None:
    calls: list[str] = []
    with on_end_signal(lambda: calls.append("called")):
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert calls == ["called"]


def test_each_ctrl_c_calls_the_function_without_only_first() -> None:
    calls: list[str] = []
    with on_end_signal(lambda: calls.append("called"), only_first=False):
        press()
        press()
    assert calls == ["called", "called"]


def test_after_the_block_ctrl_c_interrupts_again() -> None:
    with on_end_signal(lambda: None, only_first=False):
        press()
    with pytest.raises(KeyboardInterrupt):
        press()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", END_SIGNALS[1:])
def test_the_signals_that_end_a_process_call_the_function_once(number: signal.Signals) -> None:
    calls: list[str] = []
    before = signal.signal(number, lambda *_: calls.append("before"))
    try:
        with on_end_signal(lambda: calls.append("called")):
            signal.raise_signal(number)
            signal.raise_signal(number)
        signal.raise_signal(number)
        assert calls == ["called", "before", "before"]
        signal.signal(number, signal.SIG_IGN)
        with on_end_signal(lambda: calls.append("not under nohup")):
            signal.raise_signal(number)
        assert calls[3:] == []
    finally:
        signal.signal(number, before)
