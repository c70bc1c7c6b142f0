from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from app.background.interrupt import on_ctrl_c


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
    with on_ctrl_c(lambda: calls.append("called")):
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert calls == ["called"]


def test_each_ctrl_c_calls_the_function_without_only_first() -> None:
    calls: list[str] = []
    with on_ctrl_c(lambda: calls.append("called"), only_first=False):
        press()
        press()
    assert calls == ["called", "called"]


def test_after_the_block_ctrl_c_interrupts_again() -> None:
    with on_ctrl_c(lambda: None, only_first=False):
        press()
    with pytest.raises(KeyboardInterrupt):
        press()
