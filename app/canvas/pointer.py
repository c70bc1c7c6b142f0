"""Only one of mouse, pen, finger and keyboard draws at a time."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import monotonic

SILENT_SECONDS = 1.0
"""A drawing pen or mouse sends many events per second; after so long without one, its release was lost."""


class Pointer(Enum):
    """An input device that can draw."""

    MOUSE = "mouse"
    PEN = "pen"
    FINGER = "finger"
    KEYS = "keys"


class ActivePointer:
    """Remembers which pointer draws; meanwhile the others are ignored.

    A release event may be lost, when a pen leaves the tablet or a pop-up takes the touch. So another pointer may press
    after SILENT_SECONDS without an event, and the same pointer at any time.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._pointer: Pointer | None = None
        self._last_event = 0.0

    @property
    def pointer(self) -> Pointer | None:
        """The pointer that draws; None if none does."""
        return self._pointer

    def may_press(self, pointer: Pointer) -> bool:
        """Whether a press of `pointer` begins a stroke."""
        return self._pointer in (None, pointer) or self._clock() - self._last_event >= SILENT_SECONDS

    def begin(self, pointer: Pointer) -> None:
        """Make `pointer` the one that draws."""
        self._pointer = pointer
        self._last_event = self._clock()

    def note_move(self, pointer: Pointer) -> bool:
        """Record a movement of `pointer`; return whether it is the one that draws."""
        if pointer is self._pointer:
            self._last_event = self._clock()
        return pointer is self._pointer

    def end(self) -> None:
        """No pointer draws."""
        self._pointer = None
