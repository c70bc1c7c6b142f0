"""The events of a training, immutable and in this order.

    Started, then for each epoch its StepDone ... and EpochDone, and at the end Diverged or Finished

They hold figures but no weights; between two events the weights are in the network that is being trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.metrics import Evaluation
from nncore.reporting.number_text import decimal_text
from nncore.training.health import LayerHealth

EndReason = Literal["epochs", "steps", "seconds", "patience", "stopped"]
"""Why a run ended: all epochs are done, a limit was reached, it stopped improving, or it was stopped."""


@dataclass(frozen=True)
class Started:
    """The run is about to take its first step.

    Validation figures are from the untrained network; None without a validation set. samples_done: the examples
    that the run had seen before, if it continues from a checkpoint.
    """

    epochs: int
    steps_per_epoch: int
    samples_per_epoch: int
    validation_loss: float | None
    validation_accuracy: float | None
    samples_done: int = 0


class StepDone(NamedTuple):
    """One step was taken. It is a tuple because runs can have millions; creating a dataclass takes 3 times as long.

    loss (for cross-entropy in nats) and accuracy (0 to 1; None if the data has no classes) are those of the batch
    before the step. step: counted from 1 through the whole run. epoch: from 1. samples: the size of the batch.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float | None
    learning_rate: float
    samples: int


@dataclass(frozen=True, eq=False)
class EpochDone:
    """An epoch has ended (or a limit ended it early), and its loss has not diverged.

    Training figures are means over the epoch's batches, each measured before its step. Validation figures are measured
    at the end of the epoch; None without a validation set. seconds: the time of this epoch with its validation, without
    pauses. samples_per_second: of the steps only. Accuracies are None if the data has no classes.

    Attributes:
        confusion: (classes, classes) counts on the validation set, or on some training examples without one; row = true
            class, column = answer; None if the data has no classes.
        health: one entry per layer; None if the last figures are less than `health.MIN_SECONDS_BETWEEN_FIGURES` old, or
            if a limit in seconds ended the epoch early.
    """

    epoch: int
    step: int
    training_loss: float
    training_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    samples_per_second: float
    seconds: float
    confusion: NDArray[np.int64] | None = None
    health: tuple[LayerHealth, ...] | None = None


@dataclass(frozen=True)
class Diverged:
    """The loss diverged and the run is over; the network has the weights of the last whole epoch again.

    Attributes:
        epochs: the whole epochs done, after which the weights were stored.
        epoch, step: where the loss diverged.
    """

    epoch: int
    step: int
    loss: float
    learning_rate: float
    epochs: int

    @property
    def message(self) -> str:
        """What happened, in a sentence; `nncore.training.diagnosis.advice` suggests what to try."""
        became = f"rose to {decimal_text(self.loss)}" if isfinite(self.loss) else "is no longer a number"
        return (
            f"Training diverged in epoch {self.epoch}, step {self.step}, at a learning rate of "
            f"{decimal_text(self.learning_rate, 6)}: the loss {became}."
        )


@dataclass(frozen=True)
class Finished:
    """The run is over. test is None without a test set, or if the run was stopped.

    Attributes:
        epochs: epochs done.
        step: steps taken.
        seconds: the time of these epochs, without pauses.
        best_epoch: the epoch of the lowest validation loss, None without a validation set.
    """

    epochs: int
    step: int
    seconds: float
    reason: EndReason
    test: Evaluation | None
    best_epoch: int | None = None

    @property
    def stopped(self) -> bool:
        """Whether the run was stopped before one of its limits."""
        return self.reason == "stopped"


TrainingEvent = Started | StepDone | EpochDone | Diverged | Finished
