"""How often work is repeated that must take only a fraction of the time. Imports no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import perf_counter


class WorkPace:
    """Says when work is due again: later if it takes long, within two limits."""

    def __init__(self, fraction: float, min_seconds: float = 0.0, max_seconds: float = inf) -> None:
        """fraction: of the time that the work may take, 0 to 1.

        min_seconds, max_seconds: the limits of the time until the work is due again; to keep the second one, the work
        may take a larger fraction.
        """
        self._fraction = fraction
        self._min_seconds = min_seconds
        self._max_seconds = max_seconds
        self._next = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether to do the work now."""
        return perf_counter() >= self._next

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do the work in this `with` block; the longer that takes, the later it is due again."""
        began = perf_counter()
        try:
            yield
        finally:
            ended = perf_counter()
            pause = max(self._min_seconds, (ended - began) / self._fraction)
            self._next = ended + min(self._max_seconds, pause)
