"""The steps of a training, folded so that the window hears of them at a pace it can follow. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from math import nan
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.training.events import EpochDone, StepDone
from nncore.training.history import Row

SECONDS_BETWEEN_EVENTS = 0.05


@dataclass(frozen=True)
class StepsDone:
    """Several steps, and the epochs that ended with them, folded into one event.

    steps, losses, accuracies: (n,) one for each step; n is 0 where only an epoch ended. An accuracy is NaN where there
    are no classes. epoch, learning_rate: of the last step. epochs: those that ended meanwhile. samples: examples seen
    in these steps. samples_per_second: by the wall clock, pauses and validation left out.
    """

    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    epoch: int
    samples: int
    samples_per_second: float
    learning_rate: float
    epochs: tuple[EpochDone, ...] = ()


@dataclass(frozen=True, eq=False)
class EarlierPart:
    """What a run that goes on did before.

    curve: (3, n) step, loss and accuracy. epochs: a row each. rates: (step, learning rate) of the first step and of
    each from which another one was used, the next one among them.
    """

    curve: NDArray[np.float32]
    epochs: tuple[Row, ...]
    rates: tuple[tuple[int, float], ...] = ()


class StepFolder:
    """Gathers steps and ends of epochs until SECONDS_BETWEEN_EVENTS have passed since the last were given out."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._steps: list[StepDone] = []
        self._epochs: list[EpochDone] = []
        self._last_step: StepDone | None = None
        self._last_given = self._seconds_began = clock()
        self._seconds = 0.0

    def add(self, event: StepDone | EpochDone) -> StepsDone | None:
        """Take one event in; gives all that were gathered if it is time."""
        now = self._clock()
        if isinstance(event, StepDone):
            self._steps.append(event)
            self._last_step = event
            self._seconds += now - self._seconds_began
        else:
            self._epochs.append(event)
        self._seconds_began = now  # what came before an epoch's end was validation, and is no training speed
        return self.flush() if now - self._last_given >= SECONDS_BETWEEN_EVENTS else None

    def flush(self) -> StepsDone | None:
        """All that were gathered, or None if there is nothing."""
        self._last_given = self._clock()
        if not self._steps and not self._epochs:
            return None
        steps, epochs, seconds = self._steps, self._epochs, self._seconds
        self._steps, self._epochs, self._seconds = [], [], 0.0
        samples = sum(step.samples for step in steps)
        return StepsDone(
            np.array([step.step for step in steps], np.int64),
            np.array([step.loss for step in steps], np.float64),
            np.array([nan if step.accuracy is None else step.accuracy for step in steps], np.float64),
            self._last_step.epoch if self._last_step else 0,
            samples,
            samples / max(seconds, 1e-9),
            self._last_step.learning_rate if self._last_step else 0.0,
            tuple(epochs),
        )

    def restart_clock(self) -> None:
        """Count seconds from now on: a pause is over."""
        self._seconds_began = self._clock()


class RunState(Enum):
    """Where the one run of a session is.

    STARTING: it was asked for, and has not said a word yet. STOPPING: it was told to end, and has not yet.
    """

    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
