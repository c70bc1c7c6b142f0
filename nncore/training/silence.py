"""Steps without a word from NumPy."""

from __future__ import annotations

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
