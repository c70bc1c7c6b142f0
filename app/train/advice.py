"""What the Train tab says about how a run went. No Qt in here."""

from __future__ import annotations

from app.train.run_clock import in_minutes
from nncore.events import Finished


def verdict(finished: Finished) -> str:
    """How a run ended, in one sentence."""
    epochs = f"{finished.epochs:,} epoch{'' if finished.epochs == 1 else 's'}"
    if finished.stopped and not finished.step:
        return "Stopped before the first step; nothing was learnt."
    if finished.stopped:
        return f"Stopped at step {finished.step:,}, after {epochs}; what it has learnt stays."
    if finished.test is None or finished.test.accuracy is None:
        return f"Finished {epochs} in {in_minutes(finished.seconds)}."
    return (
        f"Finished: {finished.test.accuracy:.2%} of the {finished.test.count:,} test images read correctly, "
        f"after {epochs} in {in_minutes(finished.seconds)}."
    ).replace("%", " %")
