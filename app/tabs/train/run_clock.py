"""Progress, speed and remaining time of a run. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from app.session.run_events import StepsDone
from nncore.reporting.number_text import counted_text, duration_text, percent_text
from nncore.training.events import EpochDone, Finished, Started

SPEED_TIME_CONSTANT = 2.0
"""Time constant of the moving average of the speed, in seconds."""


@dataclass(frozen=True)
class ShownProgress:
    """The progress of a run.

    Attributes:
        epoch: the current one, from 1.
        fraction: finished part of all steps, 0 to 1.
        samples_per_second and seconds_left: None while unknown.
    """

    epoch: int
    epochs: int
    fraction: float
    samples_per_second: float | None = None
    seconds_left: float | None = None


class RunClock:
    """Estimates the remaining time from the remaining steps and the recent speed; pauses are not counted."""

    def __init__(self, started: Started) -> None:
        self._started = started
        self._epoch = 1 + started.samples_done // started.samples_per_epoch
        self._steps = round(started.steps_per_epoch * started.samples_done / started.samples_per_epoch)
        self._samples = self._seconds = 0.0
        self._validation_seconds, self._validated = 0.0, self._epoch - 1

    def add_steps(self, done: StepsDone) -> None:
        """Record finished steps, at least one."""
        if done.samples_per_second > 0:
            seconds = done.samples / done.samples_per_second
            decay = exp(-seconds / SPEED_TIME_CONSTANT)
            # Samples and seconds decay alike, so that their quotient weights each interval by its length.
            self._samples = decay * self._samples + done.samples
            self._seconds = decay * self._seconds + seconds
        self._epoch, self._steps = done.epoch, int(done.steps[-1])

    def add_epoch(self, done: EpochDone) -> None:
        """Record a finished epoch and its validation."""
        self._validated = done.epoch
        self._steps = done.step
        # An epoch's time without its training steps is the time of the validation; rounding may make it negative.
        self._validation_seconds = max(0.0, done.seconds - self._started.samples_per_epoch / done.samples_per_second)

    @property
    def steps_per_epoch(self) -> int:
        """The number of steps per epoch."""
        return self._started.steps_per_epoch

    @property
    def progress(self) -> ShownProgress:
        """The current progress."""
        all_steps = self._started.epochs * self._started.steps_per_epoch
        fraction = min(1.0, self._steps / all_steps)
        if not self._seconds:
            return ShownProgress(self._epoch, self._started.epochs, fraction)
        speed = self._samples / self._seconds
        samples_left = (1 - fraction) * self._started.epochs * self._started.samples_per_epoch
        validations_left = self._started.epochs - self._validated
        seconds_left = samples_left / speed + validations_left * self._validation_seconds
        return ShownProgress(self._epoch, self._started.epochs, fraction, speed, seconds_left)


def end_message(finished: Finished) -> str:
    """The end of a run as one sentence."""
    epochs = counted_text(finished.epochs, "epoch")
    if finished.stopped and not finished.step:
        return "Stopped before the first step; the network is unchanged."
    if finished.stopped:
        return f"Stopped at step {finished.step:,}, after {epochs}; the trained network stays."
    if finished.test is None or finished.test.accuracy is None:
        return f"Finished {epochs} in {duration_text(finished.seconds)}."
    return (
        f"Finished: {percent_text(finished.test.accuracy)} of the {finished.test.count:,} test images read correctly, "
        f"after {epochs} in {duration_text(finished.seconds)}."
    )
