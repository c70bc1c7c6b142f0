"""Who goes first when window and training both want the interpreter. No Qt in here.

Python runs one thread at a time, and one that wants its turn waits up to 5 ms for a thread that computes in Python. To
paint takes the window many turns, one after each call of Qt that gave its turn away: beside small steps, which are
mostly Python, a frame that takes 4 ms took 25. So who trains waits between two steps while the window paints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

LONGEST_WAIT = 0.05
"""Seconds that a training waits at most, whatever the window does."""


class RightOfWay:
    """Taken by the window's thread, honoured by the one that trains; made for one of each."""

    def __init__(self) -> None:
        self._free = Event()
        self._free.set()

    def take(self) -> None:
        """Let the training wait from the end of its present step on, until it is given back."""
        self._free.clear()

    def give_back(self) -> None:
        """Let the training go on."""
        self._free.set()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take it for as long as this lasts."""
        self.take()
        try:
            yield
        finally:
            self.give_back()

    def honour(self) -> None:
        """Wait while it is taken, LONGEST_WAIT at most; asked between two steps."""
        if not self._free.is_set() and not self._free.wait(LONGEST_WAIT):
            self._free.set()
