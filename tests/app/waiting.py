"""Waiting until a value no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pytestqt.qtbot import QtBot

Value = TypeVar("Value")


def at_rest(qtbot: QtBot, read: Callable[[], Value], milliseconds: int = 300) -> Value:
    """The value of `read` once it has not changed for `milliseconds`; times out if it never stops changing."""
    last = read()
    while True:
        qtbot.wait(milliseconds)
        if read() == last:
            return last
        last = read()
