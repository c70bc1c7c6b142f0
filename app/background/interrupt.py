"""Ctrl+C, and the signals that ask a program to end: they call a function. Imports no Qt."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

END_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl+C; the end of the user's session, or `kill`; and the end of the terminal. Windows has no SIGHUP."""


@contextmanager
def on_end_signal(callback: Callable[[], None], *, only_first: bool = True) -> Iterator[None]:
    """Call `callback` on the main thread at each of END_SIGNALS, until the `with` block ends.

    only_first: a second signal has the effect that it had before: Ctrl+C raises KeyboardInterrupt, the others end the
    process. A signal other than Ctrl+C that is ignored, as SIGHUP is under nohup, stays ignored.
    """

    def handler(*_: object) -> None:
        if only_first:
            restored.close()
        callback()

    with ExitStack() as restored:
        for number in END_SIGNALS:
            if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
                restored.callback(signal.signal, number, signal.signal(number, handler))
        yield
