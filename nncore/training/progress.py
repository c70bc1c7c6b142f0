"""The progress of a run: its counters, and when it ends."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from math import ceil, inf
from typing import Annotated

from nncore.training.config import TrainingConfig
from nncore.training.events import EndReason
from nncore.training.settings import MAX_INTEGER, Count, NotNegative, NumberRange


@dataclass
class Counters:
    """The counters of a run, which a checkpoint keeps; when a file is read, its values are checked against these types.

    Attributes:
        examples: in the training set.
        step: steps taken.
        epoch: the current or last epoch; 0 before the first.
        epochs_done: the epochs that ended without divergence.
        seconds: the time of these epochs, without pauses.
        highest_loss: a higher loss has diverged.
        best_loss: the lowest validation loss, that of the epoch best_epoch; infinity and 0 before the first validation.
        epoch_is_open: whether an epoch has begun and is not counted as done.
        steps_in_epoch, samples_in_epoch, epoch_seconds: of the current epoch; they stay until the next one begins.
        summed_loss: of the current epoch, over its examples.
        right: the number of correct answers in the current epoch; None for a regression.
    """

    examples: Annotated[int, NumberRange(1, MAX_INTEGER)]
    step: Count = 0
    epoch: Count = 0
    epochs_done: Count = 0
    seconds: NotNegative = 0.0
    highest_loss: NotNegative = 0.0
    best_loss: float = inf
    best_epoch: Count = 0
    epoch_is_open: bool = False
    steps_in_epoch: Count = 0
    samples_in_epoch: Count = 0
    epoch_seconds: NotNegative = 0.0
    summed_loss: float = 0.0
    right: Count | None = 0

    def copy(self) -> Counters:
        """The counters of this moment, which do not change with the run."""
        return Counters(**{name: getattr(self, name) for name in COUNTER_NAMES})


COUNTER_NAMES = tuple(each.name for each in fields(Counters))


@dataclass
class Progress(Counters):
    """The counters of a run in progress, what follows from them, and when the run ends."""

    config: TrainingConfig = field(kw_only=True)
    batch_size: int = field(init=False)
    steps_per_epoch: int = field(init=False)
    max_steps: float = field(init=False)

    def __post_init__(self) -> None:
        self.batch_size = min(self.config.batch_size or self.examples, self.examples)
        self.steps_per_epoch = ceil(self.examples / self.batch_size)
        self.max_steps = min(self.config.epochs * self.steps_per_epoch, self.config.steps or inf)

    @classmethod
    def continued(cls, counters: Counters, config: TrainingConfig) -> Progress:
        """The progress of a run with the settings `config` that continues from `counters`."""
        return cls(**asdict(counters), config=config)

    def begin_epoch(self) -> None:
        """Start to count the next epoch."""
        self.epoch += 1
        self.epoch_is_open = True
        self.steps_in_epoch = self.samples_in_epoch = 0
        self.epoch_seconds = self.summed_loss = 0.0
        self.right = 0

    def count_step(self, loss: float, correct: int | None, samples: int, seconds: float) -> None:
        """Count a step on `samples` examples, with their mean loss and the number of correct answers."""
        self.step += 1
        self.steps_in_epoch += 1
        self.samples_in_epoch += samples
        # Weighted by its examples: the last batch of an epoch may be smaller than the others.
        self.summed_loss += loss * samples
        self.right = None if correct is None or self.right is None else self.right + correct
        self.epoch_seconds += seconds

    def close_epoch(self, seconds: float) -> None:
        """Count the epoch as done: its weights were evaluated, which took `seconds`, and have not diverged."""
        self.epoch_is_open = False
        self.epochs_done = self.epoch
        self.epoch_seconds += seconds
        self.seconds += self.epoch_seconds

    def record_if_best(self, validation_loss: float) -> bool:
        """Whether this epoch's validation loss is the lowest so far; stores it if it is."""
        if validation_loss >= self.best_loss:
            return False
        self.best_loss, self.best_epoch = validation_loss, self.epoch
        return True

    @property
    def fraction_done(self) -> float:
        """The fraction of the run that is done, by steps or by time: 0 at its first step, 1 at its end."""
        fraction = self.step / self.max_steps
        if self.config.seconds is not None:  # the limit that will be reached first ends the run, so it decides
            fraction = max(fraction, self._elapsed / self.config.seconds)
        return fraction if fraction < 1.0 else 1.0

    @property
    def ends_epoch(self) -> bool:
        """Whether the next step is the last of its epoch; a limit in seconds cannot be foreseen."""
        last = self.config.steps is not None and self.step + 1 == self.config.steps
        return last or self.steps_in_epoch + 1 == self.steps_per_epoch

    @property
    def is_at_limit(self) -> bool:
        """Whether a limit of steps or seconds is reached."""
        by_steps = self.config.steps is not None and self.step >= self.config.steps
        return by_steps or (self.config.seconds is not None and self._elapsed >= self.config.seconds)

    @property
    def end_reason(self) -> EndReason | None:
        """Why the run is over; None if it is not over, or if an epoch is in progress."""
        if self.epoch_is_open:
            return None
        if self.config.patience is not None and self.epochs_done - self.best_epoch >= self.config.patience:
            return "patience"
        if self.is_at_limit:
            return "steps" if self.config.steps is not None and self.step >= self.config.steps else "seconds"
        return "epochs" if self.epoch >= self.config.epochs else None

    @property
    def _elapsed(self) -> float:
        return self.seconds + (self.epoch_seconds if self.epoch_is_open else 0.0)

    @property
    def epoch_loss(self) -> float:
        """Mean loss of the epoch's examples, each measured before the step of its batch."""
        return self.summed_loss / self.samples_in_epoch

    @property
    def epoch_accuracy(self) -> float | None:
        """Fraction of correct answers, 0 to 1, measured at the same time; None if the data has no classes."""
        return None if self.right is None else self.right / self.samples_in_epoch

    @property
    def samples_per_second(self) -> float:
        """The speed of the epoch's steps; valid until `close_epoch`, which adds the time of the evaluation."""
        return self.samples_in_epoch / max(self.epoch_seconds, 1e-9)
