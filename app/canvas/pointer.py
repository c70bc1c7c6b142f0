"""Which of mouse, pen, finger and keys draws: one at a time."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import monotonic

SILENT_SECONDS = 1.0
"""A pen or mouse that draws is heard of many times a second; one silent for so long has lost its release."""


class Pointer(Enum):
    """What draws."""

    MOUSE = "mouse"
    PEN = "pen"
    FINGER = "finger"
    KEYS = "keys"


class PointerInCharge:
    """Remembers which pointer draws; while it does, the others are ignored.

    Its release may never come: a pen leaves the tablet's reach, a pop-up takes the touch. So it loses its place to
    another that presses once it has been silent for SILENT_SECONDS, and to its own next press at once.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._pointer: Pointer | None = None
        self._heard = 0.0

    @property
    def pointer(self) -> Pointer | None:
        """The one that draws; None if none does."""
        return self._pointer

    def may_begin(self, pointer: Pointer) -> bool:
        """Whether a press of `pointer` begins a stroke."""
        return self._pointer in (None, pointer) or self._clock() - self._heard >= SILENT_SECONDS

    def begin(self, pointer: Pointer) -> None:
        """From now on `pointer` draws."""
        self._pointer = pointer
        self._heard = self._clock()

    def hear(self, pointer: Pointer) -> bool:
        """Note that `pointer` has moved; gives whether it is the one that draws."""
        if pointer is self._pointer:
            self._heard = self._clock()
        return pointer is self._pointer

    def end(self) -> None:
        """No pointer draws."""
        self._pointer = None
