"""Ctrl+C in the terminal: calls a function instead of raising KeyboardInterrupt. Imports no Qt."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_ctrl_c(callback: Callable[[], None], *, only_first: bool = True) -> Iterator[None]:
    """Call `callback` on the main thread when Ctrl+C is pressed, until the `with` block ends.

    only_first: a second Ctrl+C has the effect that it had before, usually a KeyboardInterrupt.
    """

    def handler(*_: object) -> None:
        if only_first:
            signal.signal(signal.SIGINT, before)
        callback()

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
