"""Two modes of NumPy: without warnings, and without its conversion buffer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from functools import partial

import numpy as np


def context_without_warnings() -> Context:
    """Return a context in which NumPy does not warn about overflows; the loss shows that a network diverges.

    Entering this context takes a tenth of the time of np.errstate, which matters if a batch has one example.
    """
    context = copy_context()
    context.run(partial(np.seterr, over="ignore", invalid="ignore", divide="ignore"))
    return context


@contextmanager
def unbuffered() -> Iterator[None]:
    """Within this context, NumPy calculates in place on arrays with many short contiguous parts, in this thread.

    Otherwise NumPy (at least 2.4) copies parts that are shorter than its buffer of 8192 numbers to the buffer and back,
    which takes two to three times as long. Use it only for arrays of one dtype: conversions of the dtype need the
    buffer, and are slow with a small one.
    """
    size = np.setbufsize(16)  # the smallest size
    try:
        yield
    finally:
        np.setbufsize(size)
