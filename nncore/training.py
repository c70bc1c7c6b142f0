"""The training loop, as an iterator of events.

    for event in train(network, data, config):
        ...

Whoever iterates is in charge: not asking for the next event is a pause, closing the iterator is a stop.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isfinite, log
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.augment import Augmentation
from nncore.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.losses import SoftmaxCrossEntropy
from nncore.metrics import Evaluation, evaluate
from nncore.network import Network
from nncore.optimizers import OPTIMIZERS
from nncore.schedules import SCHEDULES

ROWS_AT_ONCE = 4096
"""A larger batch is worked through in parts of this many rows: memory stays bounded, and a stop is heard."""

DIVERGED_FACTOR = 100.0
"""A batch whose loss is this many times the first one's (or of guessing, if that is more) has diverged."""


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    optimizer: "sgd", "momentum" or "adam". learning_rate: above 0, finite. batch_size: examples a step, 1 or more;
    None takes all of them (full batch), and more than there are means the same. epochs: passes over the data,
    1 or more. seed: 0 or more; the same seed gives the same bits on the same machine with the same number of BLAS
    threads. schedule: "constant" or "cosine". augmentation: random distortions of the training images, or None.

    Raises SettingError naming the field.
    """

    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_size: int | None = 128
    epochs: int = 5
    seed: int = 0
    schedule: str = "constant"
    augmentation: Augmentation | None = None

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise SettingError(
                "optimizer", f"Optimiser {self.optimizer!r} is unknown: choose one of {', '.join(OPTIMIZERS)}."
            )
        check_learning_rate(self.learning_rate)
        if self.batch_size is not None and self.batch_size < 1:
            raise SettingError("batch_size", f"A batch of {self.batch_size} is none: it is 1 or more.")
        if self.epochs < 1:
            raise SettingError("epochs", f"{self.epochs} epochs are none: it is 1 or more.")
        if self.seed < 0:
            raise SettingError("seed", f"Seed {self.seed} is negative: it is 0 or more.")
        if self.schedule not in SCHEDULES:
            raise SettingError(
                "schedule", f"Schedule {self.schedule!r} is unknown: choose one of {', '.join(SCHEDULES)}."
            )


def check_learning_rate(rate: float) -> None:
    """Raise SettingError unless `rate` is above 0 and finite."""
    if not (isfinite(rate) and rate > 0):
        raise SettingError(
            "learning_rate", f"Learning rate {rate:g} cannot train: it is above 0 and finite, often 0.001."
        )


class RandomStreams(NamedTuple):
    """Independent random numbers for each purpose, so that switching one off leaves the others as they were."""

    initialization: np.random.Generator
    split: np.random.Generator
    shuffling: np.random.Generator
    augmentation: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> RandomStreams:
        """All streams of a run, from its one seed."""
        return cls(*map(np.random.default_rng, np.random.SeedSequence(seed).spawn(len(cls._fields))))


@dataclass(frozen=True)
class Started:
    """The run is about to take its first step.

    Validation figures are the untrained network's; None without a validation set.
    """

    epochs: int
    steps_per_epoch: int
    samples_per_epoch: int
    validation_loss: float | None
    validation_accuracy: float | None


@dataclass(frozen=True)
class StepDone:
    """One step was taken. loss (nats) and accuracy (0 to 1) are those of its batch, before the step.

    step counts from 1 through the run, epoch from 1; samples is the size of the batch.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    samples: int


@dataclass(frozen=True)
class EpochDone:
    """All training examples were seen once more.

    Training figures are means over the epoch's batches, each before its step; validation figures are taken now.
    parameters: a copy of the flat vector. seconds: spent in this epoch, pauses left out.
    """

    epoch: int
    step: int
    training_loss: float
    training_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    samples_per_second: float
    seconds: float
    parameters: NDArray[np.floating]


@dataclass(frozen=True)
class Diverged:
    """The loss left all bounds and the run is over; the network has its weights of the last whole epoch again.

    parameters: a copy of those. epochs: whole epochs done.
    """

    epoch: int
    step: int
    loss: float
    learning_rate: float
    epochs: int
    parameters: NDArray[np.floating]

    @property
    def message(self) -> str:
        """What happened and what to try, in one sentence."""
        became = f"rose to {self.loss:.3g}" if isfinite(self.loss) else "is no longer a number"
        return (
            f"Training diverged in epoch {self.epoch}, step {self.step}: the loss {became}. "
            f"Learning rate {self.learning_rate:g} is too high here; try {self.learning_rate / 10:g}."
        )


@dataclass(frozen=True)
class Finished:
    """The run is over. Test figures are None without a test set, or if the run was stopped.

    epochs: whole epochs done. seconds: pauses left out. parameters: a copy of the flat vector.
    """

    epochs: int
    step: int
    seconds: float
    stopped: bool
    test: Evaluation | None
    parameters: NDArray[np.floating]


TrainingEvent = Started | StepDone | EpochDone | Diverged | Finished


class TrainingControl:
    """The levers of a run, safe to pull from another thread; each acts before the next mini-batch.

    The run itself reads `learning_rate` and `stopped`; whoever iterates it calls `wait_for_turn` after each step,
    which is what makes pause and single step work.
    """

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate
        self._turn = threading.Condition()
        self._paused = False
        self._steps_allowed = 0
        self._stopped = False

    @property
    def learning_rate(self) -> float:
        """The rate to train with from the next step on; setting it raises SettingError unless above 0 and finite."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        check_learning_rate(rate)
        self._learning_rate = rate

    @property
    def paused(self) -> bool:
        """Whether the run waits, or will after the present step."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether the run is to end."""
        return self._stopped

    def pause(self) -> None:
        """Wait after the present mini-batch."""
        with self._turn:
            self._paused = True

    def resume(self) -> None:
        """Go on."""
        with self._turn:
            self._paused = False
            self._steps_allowed = 0
            self._turn.notify_all()

    def step(self) -> None:
        """Take one mini-batch, then wait again."""
        with self._turn:
            self._paused = True
            self._steps_allowed += 1
            self._turn.notify_all()

    def stop(self) -> None:
        """End the run, paused or not."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()

    def wait_for_turn(self) -> None:
        """Block while paused, until resume, step or stop."""
        with self._turn:
            self._turn.wait_for(lambda: self._stopped or not self._paused or self._steps_allowed > 0)
            self._steps_allowed = max(0, self._steps_allowed - 1)


def train(
    network: Network, data: Splits, config: TrainingConfig, control: TrainingControl | None = None
) -> Iterator[TrainingEvent]:
    """Train `network` in place, from the parameters it has; yields Started first, Diverged or Finished last.

    `control` may change the learning rate or stop the run from another thread.
    Raises SettingError if the data does not fit the network.
    """
    check_fit(network, data.training)
    control = control or TrainingControl(config.learning_rate)
    run = _Run(network, data, config, control)
    yield run.started()
    for epoch in range(1, config.epochs + 1):
        run.begin_epoch(epoch)
        for rows in run.batches():
            step = run.step(rows)
            if step is None:
                yield run.finished()
                return
            if run.diverged(step):
                yield run.undo_epoch(step)
                return
            yield step
        done = run.end_epoch()
        if done is not None:
            yield done
        if control.stopped:
            break
    yield run.finished()


def hold_out_validation(data: Splits, share: float, seed: int) -> Splits:
    """Move a random `share` (0 to below 1) of the training images to the validation set, as the seed decides.

    A data set that has a validation set already, or a share of 0, is given back as it is.
    """
    if share == 0 or data.validation is not None or len(data.training) < 2:
        return data
    training, validation = data.training.split(share, RandomStreams.of(seed).split)
    return Splits(training, validation, data.test)


def check_fit(network: Network, dataset: Dataset) -> None:
    """Raise SettingError unless `dataset` has images and classes that `network` takes."""
    if not len(dataset):
        raise SettingError("data", f"{dataset.source}: there is no image to work with.")
    pixels = dataset.images[0].size
    if pixels != network.spec.shapes[0][0]:
        raise SettingError(
            "layers", f"The images have {pixels} pixels, the first width is {network.spec.shapes[0][0]}."
        )
    if len(dataset.class_names) != network.spec.classes:
        raise SettingError(
            "layers", f"The data has {len(dataset.class_names)} classes, the last width is {network.spec.classes}."
        )


class _Run:
    """What a training keeps between its events: workspaces sized once, sums of the epoch, the clock."""

    def __init__(self, network: Network, data: Splits, config: TrainingConfig, control: TrainingControl) -> None:
        self.network, self.data, self.config, self.control = network, data, config, control
        n = len(data.training)
        self.batch_size = min(config.batch_size or n, n)
        self.steps_per_epoch = ceil(n / self.batch_size)
        self.rows_at_once = min(self.batch_size, ROWS_AT_ONCE)
        values = network.parameters.values
        self.optimizer = OPTIMIZERS[config.optimizer](values)
        self.schedule = SCHEDULES[config.schedule]
        self.loss = SoftmaxCrossEntropy()
        self.loss.allocate(self.rows_at_once, network.spec.classes, values.dtype)
        self.network.allocate(self.rows_at_once)
        self.inputs = np.empty((self.rows_at_once, network.spec.shapes[0][0]), values.dtype)
        self.summed_gradients = np.empty_like(values) if self.batch_size > self.rows_at_once else None
        self.good_values = values.copy()
        streams = RandomStreams.of(config.seed)
        self.shuffling, self.randomness = streams.shuffling, streams.augmentation
        self.step_number = self.epoch = self.epochs_done = 0
        self.worst_loss = 0.0
        self.seconds = 0.0

    def started(self) -> Started:
        """The first event: how long the run will be, and what the untrained network can do."""
        judged = self._validate()
        return Started(
            self.config.epochs,
            self.steps_per_epoch,
            len(self.data.training),
            judged.loss if judged else None,
            judged.accuracy if judged else None,
        )

    def begin_epoch(self, epoch: int) -> None:
        """Reset the sums of the epoch."""
        self.epoch = epoch
        self.epoch_loss = self.epoch_right = 0.0
        self.epoch_seconds = 0.0

    def batches(self) -> Iterator[NDArray[np.intp]]:
        """The rows of each batch of one epoch, in a fresh random order."""
        order = self.shuffling.permutation(len(self.data.training))
        for start in range(0, len(order), self.batch_size):
            yield order[start : start + self.batch_size]

    def step(self, rows: NDArray[np.intp]) -> StepDone | None:
        """One step of the optimiser on the examples `rows`; None if the run is to stop instead."""
        began = perf_counter()
        if self.control.stopped:
            return None
        parameters = self.network.parameters
        loss = right = 0.0
        if len(rows) <= self.rows_at_once:
            loss, right = self._gradients_of(rows)
        else:
            assert self.summed_gradients is not None
            self.summed_gradients[:] = 0
            for start in range(0, len(rows), self.rows_at_once):
                if self.control.stopped:
                    return None
                part = rows[start : start + self.rows_at_once]
                share = len(part) / len(rows)
                part_loss, part_right = self._gradients_of(part)
                loss, right = loss + share * part_loss, right + part_right
                parameters.gradients *= share
                self.summed_gradients += parameters.gradients
            parameters.gradients[:] = self.summed_gradients
        progress = self.step_number / (self.config.epochs * self.steps_per_epoch)
        rate = self.control.learning_rate * self.schedule(progress)
        self.optimizer.step(parameters.values, parameters.gradients, rate)
        self.step_number += 1
        self.epoch_loss += loss * len(rows)
        self.epoch_right += right
        self.epoch_seconds += perf_counter() - began
        return StepDone(self.step_number, self.epoch, loss, right / len(rows), rate, len(rows))

    def _gradients_of(self, rows: NDArray[np.intp]) -> tuple[float, float]:
        """Set the gradients of the mean loss of `rows`; gives that loss and how many were answered correctly."""
        X = self.data.training.inputs(rows, out=self.inputs[: len(rows)])
        if self.config.augmentation is not None:
            X = self.config.augmentation.apply(X, self.network.spec.input_shape, self.randomness)
        labels = self.data.training.labels[rows]
        logits = self.network.forward(X)
        right = float(np.count_nonzero(logits.argmax(axis=1) == labels))
        loss = self.loss.forward(logits, labels)
        self.network.backward(self.loss.backward())
        return loss, right

    def diverged(self, step: StepDone) -> bool:
        """Whether the loss has left all bounds, or the last step of an epoch the weights."""
        if self.step_number == 1:
            self.worst_loss = DIVERGED_FACTOR * max(step.loss, log(self.network.spec.classes))
        if not (isfinite(step.loss) and step.loss <= self.worst_loss):
            return True
        ends_epoch = self.step_number == self.epoch * self.steps_per_epoch
        return ends_epoch and not np.isfinite(self.network.parameters.values).all()

    def undo_epoch(self, step: StepDone) -> Diverged:
        """Bring back the weights from before the epoch that diverged."""
        self.network.parameters.values[:] = self.good_values
        values = self.good_values.copy()
        return Diverged(step.epoch, step.step, step.loss, step.learning_rate, self.epochs_done, values)

    def end_epoch(self) -> EpochDone | None:
        """Judge the network; None if the run was stopped while it was being judged."""
        began = perf_counter()
        judged = self._validate()
        if self.control.stopped and judged is None and self.data.validation is not None:
            return None
        n = len(self.data.training)
        samples_per_second = n / self.epoch_seconds
        self.good_values[:] = self.network.parameters.values
        self.epochs_done = self.epoch
        self.epoch_seconds += perf_counter() - began
        self.seconds += self.epoch_seconds
        return EpochDone(
            self.epoch,
            self.step_number,
            self.epoch_loss / n,
            self.epoch_right / n,
            judged.loss if judged else None,
            judged.accuracy if judged else None,
            samples_per_second,
            self.epoch_seconds,
            self.good_values.copy(),
        )

    def finished(self) -> Finished:
        """The last event; the test set is judged unless the run was stopped."""
        test = None
        if self.data.test is not None and not self.control.stopped:
            test = evaluate(self.network, self.data.test, lambda: self.control.stopped)
        values = self.network.parameters.values.copy()
        return Finished(self.epochs_done, self.step_number, self.seconds, self.control.stopped, test, values)

    def _validate(self) -> Evaluation | None:
        if self.data.validation is None:
            return None
        return evaluate(self.network, self.data.validation, lambda: self.control.stopped)
