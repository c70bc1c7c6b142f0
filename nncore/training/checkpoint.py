"""All that a run needs to go on later as if it had never stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import NetworkSpec
from nncore.training.config import MOST_EPOCHS, TrainingConfig
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
        self,
        learning_rate: float | None = None,
        steps: int | None = None,
        epochs: int | None = None,
        seconds: float | None = None,
    ) -> Checkpoint:
        """The same run, to go on with another rate, for so many steps, epochs or seconds more.

        The first of these limits to be reached ends it; None for all three leaves those that it had. A schedule runs
        over the whole of it, so that it stands where the longer run would now be. Patience that is used up
        begins anew. Raises SettingError naming what is out of range.
        """
        config = replace(
            self.config,
            learning_rate=self.config.learning_rate if learning_rate is None else learning_rate,
            steps=steps,
            epochs=self.config.epochs if epochs is None else epochs,
            seconds=seconds,
        )  # which refuses what cannot be
        config = replace(config, learning_rate=self.config.learning_rate)  # what it began with
        if (steps, epochs, seconds) == (None, None, None):
            config = replace(config, steps=self.config.steps, seconds=self.config.seconds)
        else:
            config = self._with_limits(config, epochs)
        return replace(
            self, config=config, learning_rate=self.learning_rate if learning_rate is None else learning_rate
        )

    def _with_limits(self, more: TrainingConfig, epochs: int | None) -> TrainingConfig:
        """The limits of `more`, counted from the beginning of the run instead of from now."""
        done = Progress(self.config, **self.counters)
        if epochs is None:
            epochs = ceil((more.steps or 0) / done.steps_per_epoch) + 1 if more.steps else MOST_EPOCHS - done.epoch
        patience, waited = more.patience, done.epochs_done - done.best_epoch
        if patience is not None and waited >= patience:
            patience += waited
        return replace(
            more,
            epochs=min(max(done.epochs_done + epochs, done.epoch), MOST_EPOCHS),
            steps=None if more.steps is None else done.step + more.steps,
            seconds=None if more.seconds is None else done.seconds + more.seconds,
            patience=patience,
        )


def check_of(data: Dataset) -> int:
    """A check sum of the first examples of a set, with their targets."""
    some = slice(0, EXAMPLES_CHECKED)
    return crc32(data.inputs(some).tobytes(), crc32(data.targets(some).tobytes()))
