"""All that a run needs to go on later as if it had never stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nncore.dataset import Dataset
from nncore.network import NetworkSpec
from nncore.training.config import TrainingConfig
from nncore.training.progress import Progress

EXAMPLES_CHECKED = 100


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run between two of its steps.

    arrays: the parameters ("values"), those of the last sound epoch ("good_values"), those of the best one
    ("best_values", if it is to be kept), and what the optimiser remembers ("optimizer_memory"). counters: of Progress.
    random_states: of the run's generators now; shuffled_from: those at the beginning of the epoch, which decided its
    order. learning_rate, rates_used: of the TrainingControl. history: one {figure: value} an epoch. data_check: a
    check sum of the first examples, to know the data again. recipe: its name, or ""; validation_share: of the examples
    that `hold_out_validation` took, 0 to below 1: both are the run's owner's to fill in.
    """

    spec: NetworkSpec
    config: TrainingConfig
    arrays: dict[str, NDArray[np.floating]]
    counters: dict[str, Any]
    optimizer_steps: int
    random_states: list[dict[str, Any]]
    shuffled_from: dict[str, Any]
    learning_rate: float
    rates_used: tuple[tuple[int, float], ...]
    history: tuple[dict[str, float | None], ...]
    data_check: int
    recipe: str = ""
    validation_share: float = 0.0

    def extended(
        self, learning_rate: float | None = None, steps: int | None = None, epochs: int | None = None
    ) -> Checkpoint:
        """The same run, to go on with another rate, for so many steps or epochs more; None leaves what it had.

        A schedule runs over the whole of it, so that it stands where the longer run would now be. Raises SettingError
        naming what is out of range.
        """
        config = replace(
            self.config,
            learning_rate=self.config.learning_rate if learning_rate is None else learning_rate,
            steps=steps,
            epochs=self.config.epochs if epochs is None else epochs,
        )  # which refuses what cannot be
        done = Progress(self.config, **self.counters)
        most = done.epochs_done + (ceil((steps or 0) / done.steps_per_epoch) + 1 if epochs is None else epochs)
        config = replace(
            config,
            learning_rate=self.config.learning_rate,  # what it began with; the control has the present one
            steps=done.step + steps if steps is not None else self.config.steps if epochs is None else None,
            epochs=self.config.epochs if steps is None and epochs is None else max(most, done.epoch),
        )
        return replace(
            self, config=config, learning_rate=self.learning_rate if learning_rate is None else learning_rate
        )


def check_of(data: Dataset) -> int:
    """A check sum of the first examples of a set, with their targets."""
    some = slice(0, EXAMPLES_CHECKED)
    return crc32(data.inputs(some).tobytes(), crc32(data.targets(some).tobytes()))
