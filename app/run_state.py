"""Where a run is."""

from __future__ import annotations

from enum import Enum, auto


class RunState(Enum):
    """Where the one run of a session is.

    STARTING: it was asked for, and has not said a word yet. STOPPING: it was told to end, and has not yet.
    """

    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
