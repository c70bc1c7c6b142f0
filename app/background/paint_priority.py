"""Painting has priority over training: the training waits between two steps while the window paints. Imports no Qt.

Python runs one thread at a time, and a thread that waits for its turn waits up to 5 ms for a thread that computes in
Python. Painting a frame needs many turns, one after each Qt call that released the interpreter lock. During small
training steps, which are mostly Python, a frame of 4 ms took 25 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

MAX_WAIT_SECONDS = 0.05
"""Maximum time that a training waits for one frame."""


class PaintPriority:
    """The window's thread claims it while it paints; the training thread waits for the release."""

    def __init__(self) -> None:
        self._free = Event()
        self._free.set()

    def claim(self) -> None:
        """Make the training wait after its current step, until `release`."""
        self._free.clear()

    def release(self) -> None:
        """Let the training continue."""
        self._free.set()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Claim the priority for the duration of a `with` block."""
        self.claim()
        try:
            yield
        finally:
            self.release()

    def wait_for_release(self) -> None:
        """Wait while the priority is claimed, at most MAX_WAIT_SECONDS; called between two training steps."""
        if not self._free.is_set() and not self._free.wait(MAX_WAIT_SECONDS):
            self._free.set()
