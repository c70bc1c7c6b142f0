"""Waiting for events, and until a value no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QApplication
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


def deliver_events() -> None:
    """Let Qt deliver all events that wait, such as requests for a new layout, and those that they cause."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
