"""How NumPy goes about arrays that do not lie in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


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
