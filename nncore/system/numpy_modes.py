"""NumPy's modes: without warnings, and without its buffer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from functools import partial

import numpy as np


def without_warnings() -> Context:
    """Where NumPy says nothing of overflows: a network that diverges has them, and the loss shows it.

    Entering it takes a tenth of the time of np.errstate, which counts where a step has one example.
    """
    context = copy_context()
    context.run(partial(np.seterr, over="ignore", invalid="ignore", divide="ignore"))
    return context


@contextmanager
def unbuffered() -> Iterator[None]:
    """Within it, NumPy calculates on arrays of many short runs where they lie, for this thread.

    NumPy (2.4 at least) otherwise copies runs that are shorter than its buffer of 8192 numbers there and back, which
    takes two to three times as long. Only for arrays of one dtype: conversions need the buffer, and are slow in little.
    """
    size = np.setbufsize(16)  # the smallest there is
    try:
        yield
    finally:
        np.setbufsize(size)
