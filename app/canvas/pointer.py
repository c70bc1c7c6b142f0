"""The pointer that draws: only one of mouse, pen, finger and keyboard at a time."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import monotonic

RELEASE_TIMEOUT_SECONDS = 1.0
"""After this time without an event the release event was lost: a drawing pen or mouse sends many events per second."""


class Pointer(Enum):
    """An input device that can draw."""

    MOUSE = "mouse"
    PEN = "pen"
    FINGER = "finger"
    KEYS = "keys"


class ActivePointer:
    """Remembers which pointer draws (None for no pointer); the other pointers are ignored until its release.

    A release event can get lost, when a pen leaves the tablet or a pop-up receives the touch. So another pointer may
    press after RELEASE_TIMEOUT_SECONDS without an event, and the same pointer at any time.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self.pointer: Pointer | None = None
        self._last_event = 0.0

    def may_press(self, pointer: Pointer) -> bool:
        """Whether a press of `pointer` begins a stroke."""
        return self.pointer in (None, pointer) or self._clock() - self._last_event >= RELEASE_TIMEOUT_SECONDS

    def begin(self, pointer: Pointer) -> None:
        """Make `pointer` the one that draws."""
        self.pointer = pointer
        self._last_event = self._clock()

    def record_move(self, pointer: Pointer) -> bool:
        """Record a movement of `pointer`; return whether it is the one that draws."""
        if pointer is self.pointer:
            self._last_event = self._clock()
        return pointer is self.pointer

    def end(self) -> None:
        """Set that no pointer draws."""
        self.pointer = None
