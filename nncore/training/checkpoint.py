"""Everything that a run needs to continue later as if it had never stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Annotated, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import NetworkSpec
from nncore.training.config import MOST_EPOCHS, TrainingConfig
from nncore.training.progress import Progress
from nncore.training.settings import LARGEST_WHOLE_NUMBER, Count, Positive, Range

EXAMPLES_CHECKED = 100


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run between two of its steps.

    arrays: the parameters ("values"), those of the last sound epoch ("good_values"), those of the best one
    ("best_values", if it is kept), and the optimiser's memory ("optimizer_memory"). counters: of Progress.
    random_states: of the run's generators now; shuffled_from: of the one that shuffles, at the beginning of the epoch.
    learning_rate, rates_used: of the TrainingControl. history: one {figure: value} an epoch. data_check: a
    check sum of the first examples, to recognise the data. recipe: its name, or ""; validation_share: of the examples
    that `hold_out_validation` took: whoever saves the run fills both in. A file's fields are checked by these types.
    """

    spec: NetworkSpec
    config: TrainingConfig
    arrays: dict[str, NDArray[np.floating]]
    counters: dict[str, Any]
    optimizer_steps: Count
    random_states: list[dict[str, Any]]
    shuffled_from: dict[str, Any]
    learning_rate: Positive
    rates_used: tuple[tuple[Annotated[int, Range(1, LARGEST_WHOLE_NUMBER)], Positive], ...]
    history: tuple[dict[str, float | None], ...]
    data_check: Annotated[int, Range(0, 2**32 - 1)]
    recipe: str = ""
    validation_share: Annotated[float, Range(0, 1, below=True)] = 0.0

    def extended(
        self,
        learning_rate: float | None = None,
        steps: int | None = None,
        epochs: int | None = None,
        seconds: float | None = None,
    ) -> Checkpoint:
        """The same run, to continue with another rate, for so many steps, epochs or seconds more.

        The first limit that is reached ends it; None for all three keeps the limits that it had. A schedule runs over
        the whole run, so that its rate is that of the longer run at this step. Patience that is used up begins
        again. Raises SettingError naming what is out of range.
        """
        config = replace(
            self.config,
            learning_rate=self.config.learning_rate if learning_rate is None else learning_rate,
            steps=steps,
            epochs=self.config.epochs if epochs is None else epochs,
            seconds=seconds,
        )  # raises SettingError
        config = replace(config, learning_rate=self.config.learning_rate)  # the rate at its first step
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
