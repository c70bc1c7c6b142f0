"""How often the state of a run is written: after each epoch, or less often if epochs are very short."""

from __future__ import annotations

from app.background.work_pace import WorkPace

MAX_WRITE_INTERVAL_SECONDS = 0.25
"""A run that is killed loses at most one epoch, or the epochs of this time if they are shorter."""

CHECKPOINT_FRACTION = 0.1
"""The fraction of the time of a run that writing its checkpoint may take."""

LOG_FRACTION = 0.05
"""The fraction that writing its rows in the log may take."""

SNAPSHOTS_FRACTION = 0.05
"""The fraction that writing its snapshots may take."""


class WritingPace(WorkPace):
    """Says when to write: so that it takes at most a fraction of the time, or after MAX_WRITE_INTERVAL_SECONDS."""

    def __init__(self, fraction: float) -> None:
        """fraction: of the time, 0 to 1."""
        super().__init__(fraction, max_seconds=MAX_WRITE_INTERVAL_SECONDS)
