"""The thread a training runs on, so that the window stays free."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from nncore.dataset import Splits
from nncore.errors import DigitLabError
from nncore.network import Network, NetworkSpec
from nncore.training import (
    RandomStreams,
    StepDone,
    TrainingConfig,
    TrainingControl,
    TrainingEvent,
    hold_out_validation,
    train,
)

SECONDS_BETWEEN_EVENTS = 0.05


@dataclass(frozen=True)
class StepsDone:
    """Several steps folded into one event, so that the window hears of at most 20 a second.

    steps, losses, accuracies: (n,) one for each step; epoch, learning_rate: of the last one. samples: examples seen in
    these steps. samples_per_second: by the wall clock, pauses left out.
    """

    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    epoch: int
    samples: int
    samples_per_second: float
    learning_rate: float


class StepFolder:
    """Gathers StepDone events until it is time to tell the window."""

    def __init__(self) -> None:
        self._steps: list[StepDone] = []
        self._began = perf_counter()

    def add(self, step: StepDone) -> StepsDone | None:
        """Take one step in; gives all that were gathered when SECONDS_BETWEEN_EVENTS have passed."""
        self._steps.append(step)
        return self.flush() if perf_counter() - self._began >= SECONDS_BETWEEN_EVENTS else None

    def flush(self) -> StepsDone | None:
        """All that were gathered, or None if there are none."""
        steps, seconds = self._steps, max(1e-9, perf_counter() - self._began)
        self._steps = []
        self.restart_clock()
        if not steps:
            return None
        samples = sum(step.samples for step in steps)
        return StepsDone(
            np.array([step.step for step in steps]),
            np.array([step.loss for step in steps]),
            np.array([step.accuracy for step in steps]),
            steps[-1].epoch,
            samples,
            samples / seconds,
            steps[-1].learning_rate,
        )

    def restart_clock(self) -> None:
        """Count the seconds from now on: a pause is over."""
        self._began = perf_counter()


class TrainingThread(QThread):
    """Builds a network of its own, trains it, and emits frozen events; the arrays in them are copies.

    `control` pauses, steps, stops and changes the learning rate, each within one mini-batch.
    """

    happened = Signal(object)
    """A StepsDone, or any of train()'s events but StepDone."""
    failed = Signal(str)
    """One sentence: why the run could not begin or go on."""

    def __init__(
        self, spec: NetworkSpec, data: Splits, config: TrainingConfig, validation_share: float, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.control = TrainingControl(config.learning_rate)
        self._spec, self._data, self._config, self._share = spec, data, config, validation_share
        self._folder = StepFolder()

    def run(self) -> None:
        """Iterate the training; Qt calls this on the new thread."""
        try:
            network = Network(self._spec)
            network.initialize(RandomStreams.of(self._config.seed).initialization)
            data = hold_out_validation(self._data, self._share, self._config.seed)
            for event in train(network, data, self._config, self.control):
                self._tell(event)
        except (DigitLabError, MemoryError) as problem:
            self.failed.emit(str(problem) or "There is not enough memory for this network and batch size.")

    def _tell(self, event: TrainingEvent) -> None:
        if not isinstance(event, StepDone):
            self._emit(self._folder.flush())
            self._emit(event)
            self._folder.restart_clock()
            return
        self._emit(self._folder.add(event))
        if self.control.paused:
            self._emit(self._folder.flush())
            self.control.wait_for_turn()
            self._folder.restart_clock()

    def _emit(self, event: object | None) -> None:
        if event is not None:
            self.happened.emit(event)
