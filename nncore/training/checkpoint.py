"""The checkpoint of a run: everything that it needs to continue later with the same bits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import Annotated, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import NetworkSpec
from nncore.training.config import MAX_EPOCHS, TrainingConfig
from nncore.training.progress import Counters, Progress
from nncore.training.settings import MAX_INTEGER, STORED_NAME, Count, NumberRange, Positive

CHECKSUM_EXAMPLES = 100


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run between two of its steps.

    Attributes:
        arrays: the parameters ("values"), those of the last epoch that had not diverged ("good_values"), those of the
            best epoch ("best_values", if `keep_best` is on), and the optimizer's memory ("optimizer_memory").
        counters: a copy of the counters of its Progress.
        optimizer_steps: the steps that the optimizer has taken.
        random_states: the states of the run's generators now.
        shuffled_from: the state of the shuffling generator at the beginning of the epoch.
        learning_rate: of the next step, before the schedule's factor.
        rates_used: (step, learning rate) of the first step and of each change.
        history: the rows of its History, {figure: value}; a long run keeps only every second, fourth, ... epoch.
        data_check: a checksum of the first examples, to recognize the data.
        recipe: its name, or ""; set by the code that saves the run.
        validation_fraction: what `hold_out_validation` took, 0 to below 1; set by the code that saves the run.

    When a file is read, its fields are checked against these types.
    """

    spec: NetworkSpec
    config: TrainingConfig
    arrays: dict[str, NDArray[np.floating]]
    counters: Counters
    optimizer_steps: Count
    random_states: list[dict[str, Any]]
    shuffled_from: dict[str, Any]
    learning_rate: Positive
    rates_used: tuple[tuple[Annotated[int, NumberRange(1, MAX_INTEGER)], Positive], ...]
    history: tuple[dict[str, float | None], ...]
    data_check: Annotated[int, NumberRange(0, 2**32 - 1)]
    recipe: str = ""
    validation_fraction: Annotated[float, NumberRange(0, 1, below=True)] = field(
        default=0.0, metadata={STORED_NAME: "validation_share"}
    )

    def extended(
        self,
        learning_rate: float | None = None,
        steps: int | None = None,
        epochs: int | None = None,
        seconds: float | None = None,
    ) -> Checkpoint:
        """The same run, to be continued with a different learning rate, or for more steps, epochs or seconds.

        The first limit that is reached ends the run; if all three are None, the run keeps its old limits. A schedule
        covers the whole run, so its factor is that of the longer run at this step. If the patience had run out and a
        limit is given, the epochs without an improvement are added to the patience, so that the run does not end again
        at once. Raises SettingError that names the value that is out of range.
        """
        config = replace(
            self.config,
            learning_rate=self.config.learning_rate if learning_rate is None else learning_rate,
            steps=steps,
            epochs=self.config.epochs if epochs is None else epochs,
            seconds=seconds,
        )  # raises SettingError
        config = replace(config, learning_rate=self.config.learning_rate)  # a config holds the rate of the first step
        if (steps, epochs, seconds) == (None, None, None):
            config = replace(config, steps=self.config.steps, seconds=self.config.seconds)
        else:
            config = self._with_limits(config, epochs)
        return replace(
            self, config=config, learning_rate=self.learning_rate if learning_rate is None else learning_rate
        )

    def _with_limits(self, additional: TrainingConfig, epochs: int | None) -> TrainingConfig:
        """The config `additional`, with its limits counted from the beginning of the run instead of from now."""
        done = Progress.continued(self.counters, self.config)
        if epochs is None:
            steps = additional.steps
            epochs = ceil(steps / done.steps_per_epoch) + 1 if steps else MAX_EPOCHS - done.epoch
        patience, waited = additional.patience, done.epochs_done - done.best_epoch
        # Otherwise a run that has ended because of its patience would end again after one epoch.
        if patience is not None and waited >= patience:
            patience += waited
        return replace(
            additional,
            epochs=min(max(done.epochs_done + epochs, done.epoch), MAX_EPOCHS),
            steps=None if additional.steps is None else done.step + additional.steps,
            seconds=None if additional.seconds is None else done.seconds + additional.seconds,
            patience=patience,
        )


def data_checksum(data: Dataset) -> int:
    """A checksum of the first examples of a set, with their targets."""
    part = slice(0, CHECKSUM_EXAMPLES)
    return crc32(data.inputs(part).tobytes(), crc32(data.targets(part).tobytes()))
