"""The steps of a training, combined into fewer events, so that the window has time to show them. Imports no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile
from math import nan
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.recognition import Prediction, read_digit
from nncore.evaluation.snapshots import TrainingPoint
from nncore.model.network import Network
from nncore.training.events import EpochDone, StepDone
from nncore.training.history import EpochFigures

EVENT_INTERVAL_SECONDS = 0.05


@dataclass(frozen=True)
class StepsDone:
    """Several steps, and the epochs that ended with them, in one event.

    Attributes:
        steps, losses, accuracies, rates: (n,) one value per step; n is 0 if only an epoch ended. An accuracy is NaN if
            there are no classes. A rate is the learning rate in use, with the factor of the schedule.
        epoch, learning_rate: of the last step.
        epochs: those that ended.
        samples: number of examples in these steps.
        samples_per_second: wall-clock speed without pauses and validation.
        rate_changes: (step, learning rate) of each of these steps from which another rate was set, and of the first
            step of the run.
    """

    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    epoch: int
    samples: int
    samples_per_second: float
    learning_rate: float
    epochs: tuple[EpochDone, ...] = ()
    rates: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    rate_changes: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, eq=False)
class PreviousPart:
    """The steps and epochs of a continued run before the continuation.

    Attributes:
        curve: (3, n) step, loss and accuracy.
        epochs: one row per epoch.
        rates: (step, learning rate) of the first step and of each step at which the learning rate changed, including
            the next step.
    """

    curve: NDArray[np.float32]
    epochs: tuple[EpochFigures, ...]
    rates: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, eq=False)
class PinnedReading:
    """What the network of a run in progress reads in the pinned drawing after `steps` steps.

    prediction: None if the network cannot read drawings; `problem` then says why in a sentence.
    """

    steps: int
    prediction: Prediction | None
    problem: str = ""

    @classmethod
    def from_network(cls, network: Network, drawing: NDArray[np.uint8], steps: int = 0) -> PinnedReading:
        """Let `network` read a drawing (28, 28)."""
        try:
            return cls(steps, read_digit(network, drawing))
        except DataError as problem:
            return cls(steps, None, str(problem))


@dataclass(frozen=True, eq=False)
class LiveNetwork:
    """The network of a run in progress as it was at `point`: a copy, which the training does not change.

    Attributes:
        run: the number of the run in the log, None while it has none.
        epochs: the planned number; 0 if it is unknown.
    """

    network: Network
    point: TrainingPoint
    run: int | None = None
    epochs: int = 0

    @property
    def name(self) -> str:
        """Whose numbers these are: "784-128-10 (run 12 in training, epoch 2 of 5, step 1,234)"."""
        run = "in training" if self.run is None else f"run {self.run:,} in training"
        of = f" of {self.epochs:,}" if self.epochs else ""
        where = f"epoch {self.point.epoch:,}{of}, step {self.point.step:,}" if self.point.epoch else "untrained"
        return f"{self.network.spec.default_name} ({run}, {where})"


class StepBatcher:
    """Collects steps and epoch ends, and returns them together every EVENT_INTERVAL_SECONDS."""

    def __init__(self, clock: Callable[[], float] = perf_counter, rates_used: Sequence[tuple[int, float]] = ()) -> None:
        """rates_used: the object of the run's TrainingControl, which grows with the run."""
        self._clock, self._rates_used = clock, rates_used
        self._steps: list[StepDone] = []
        self._epochs: list[EpochDone] = []
        self._last_step: StepDone | None = None
        self._last_flush = self._interval_start = clock()
        self._seconds = 0.0

    def add(self, event: StepDone | EpochDone) -> StepsDone | None:
        """Add one event; returns all collected events when EVENT_INTERVAL_SECONDS have passed, otherwise None."""
        now = self._clock()
        if isinstance(event, StepDone):
            self._steps.append(event)
            self._last_step = event
            self._seconds += now - self._interval_start
        else:
            self._epochs.append(event)
        self._interval_start = now  # the time before an epoch's end is validation, not training
        return self.flush() if now - self._last_flush >= EVENT_INTERVAL_SECONDS else None

    def flush(self) -> StepsDone | None:
        """All collected events, or None if there are none."""
        self._last_flush = self._clock()
        if not self._steps and not self._epochs:
            return None
        steps, epochs, seconds = self._steps, self._epochs, self._seconds
        self._steps = []
        self._epochs = []
        self._seconds = 0.0
        samples = sum(step.samples for step in steps)
        return StepsDone(
            steps=np.array([step.step for step in steps], np.int64),
            losses=np.array([step.loss for step in steps], np.float64),
            accuracies=np.array([nan if step.accuracy is None else step.accuracy for step in steps], np.float64),
            epoch=self._last_step.epoch if self._last_step else 0,
            samples=samples,
            samples_per_second=samples / max(seconds, 1e-9),
            learning_rate=self._last_step.learning_rate if self._last_step else 0.0,
            epochs=tuple(epochs),
            rates=np.array([step.learning_rate for step in steps], np.float64),
            rate_changes=self._rate_changes(steps),
        )

    def _rate_changes(self, steps: list[StepDone]) -> tuple[tuple[int, float], ...]:
        """The changes of the rate that took effect at one of these steps."""
        if not steps:
            return ()
        first, last = steps[0].step, steps[-1].step
        newest = takewhile(lambda change: change[0] >= first, reversed(self._rates_used))
        return tuple(change for change in newest if change[0] <= last)[::-1]

    def restart_clock(self) -> None:
        """Measure seconds from now, after a pause."""
        self._interval_start = self._clock()


class RunState(Enum):
    """The state of a session's run.

    STARTING: requested, but without an event so far. STOPPING: asked to stop, but not ended yet.
    """

    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
