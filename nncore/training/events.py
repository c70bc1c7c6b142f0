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
from nncore.training.health import LayerHealth

Reason = Literal["epochs", "steps", "seconds", "patience", "stopped"]
"""Why a run ended: all epochs are done, a limit was reached, it stopped improving, or it was stopped."""


@dataclass(frozen=True)
class Started:
    """The run is about to take its first step.

    Validation figures are the untrained network's; None without a validation set. samples_done: seen already, by the
    run that this one goes on from.
    """

    epochs: int
    steps_per_epoch: int
    samples_per_epoch: int
    validation_loss: float | None
    validation_accuracy: float | None
    samples_done: int = 0


class StepDone(NamedTuple):
    """One step was taken. A tuple, as there may be a million of them: it is made in a third of a dataclass's time.

    loss (of cross-entropy: nats) and accuracy (0 to 1; None where there are no classes) are those of its batch, before
    the step. step counts from 1 through the run, epoch from 1; samples is the size of the batch.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float | None
    learning_rate: float
    samples: int


@dataclass(frozen=True, eq=False)
class EpochDone:
    """All training examples were seen once more (or as many as a limit allowed), and the weights were found sound.

    Training figures are means over the epoch's batches, each before its step; validation figures are taken now, None
    without a validation set. seconds: spent in this epoch, validation included, pauses left out.
    samples_per_second: of the steps alone. Accuracies are None where there are no classes.

    confusion: (classes, classes) counts of the examples the weights were judged on, the validation set if there is
    one; row = true class, column = answer; None where there are no classes. health: a layer each, or None if the last
    figures are only a moment old, or a limit in seconds cut the epoch short.
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
    """The loss left all bounds and the run is over; the network has its weights of the last whole epoch again.

    epochs: whole epochs done, those that the weights come from. epoch, step: where it happened.
    """

    epoch: int
    step: int
    loss: float
    learning_rate: float
    epochs: int

    @property
    def message(self) -> str:
        """What happened, in a sentence; what to try is for nncore.training.diagnosis.advice."""
        became = f"rose to {self.loss:.3g}" if isfinite(self.loss) else "is no longer a number"
        return (
            f"Training diverged in epoch {self.epoch}, step {self.step}, at a learning rate of "
            f"{self.learning_rate:g}: the loss {became}."
        )


@dataclass(frozen=True)
class Finished:
    """The run is over. test is None without a test set, or if the run was stopped.

    epochs: epochs done. step: steps taken. seconds: spent in those epochs, pauses left out. best_epoch: the one of the
    lowest validation loss, None without a validation set.
    """

    epochs: int
    step: int
    seconds: float
    reason: Reason
    test: Evaluation | None
    best_epoch: int | None = None

    @property
    def stopped(self) -> bool:
        """Whether it was told to end before its time."""
        return self.reason == "stopped"


TrainingEvent = Started | StepDone | EpochDone | Diverged | Finished
