"""The training loop, as an iterator of events.

    for event in train(network, data, config):
        ...

Whoever iterates is in charge: not asking for the next event is a pause, closing the iterator is a stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isfinite, log
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.augment import Augmentation
from nncore.control import TrainingControl, check_learning_rate
from nncore.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.losses import SoftmaxCrossEntropy
from nncore.metrics import Evaluation, evaluate
from nncore.network import Network
from nncore.optimizers import OPTIMIZERS
from nncore.schedules import SCHEDULES

ROWS_AT_ONCE = 4096
"""A larger batch is worked through in parts of this many rows: memory stays bounded, and a stop is heard."""

DIVERGED_FACTOR = 100.0
"""A loss this many times the first batch's (or that of guessing, if that is more) has diverged."""

MOST_EPOCHS = 10**9

ROWS_JUDGED = 1000
"""Without a validation set the weights are judged on this many training examples after each epoch."""


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    optimizer: "sgd", "momentum" or "adam". learning_rate: above 0, finite. batch_size: examples a step, 1 or more;
    None takes all of them (full batch), and more than there are means the same. epochs: passes over the data, 1 to
    MOST_EPOCHS. seed: 0 or more; the same seed gives the same bits on the same machine with the same number of BLAS
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
        if not 1 <= self.epochs <= MOST_EPOCHS:
            given = f"{self.epochs} epochs" if self.epochs < 1 else "So many epochs"
            raise SettingError("epochs", f"{given} cannot be trained: it is 1 to {MOST_EPOCHS:,}.")
        if self.seed < 0:
            raise SettingError("seed", f"Seed {self.seed} is negative: it is 0 or more.")
        if self.schedule not in SCHEDULES:
            raise SettingError(
                "schedule", f"Schedule {self.schedule!r} is unknown: choose one of {', '.join(SCHEDULES)}."
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


def train(
    network: Network, data: Splits, config: TrainingConfig, control: TrainingControl | None = None
) -> Iterator[TrainingEvent]:
    """Train `network` in place, from the parameters it has; yields Started first, Diverged or Finished last.

    `control` may change the learning rate or stop the run from another thread; closing the iterator stops it too.
    Raises SettingError if the data does not fit the network.
    """
    check_fit(network, data.training)
    run = _Run(network, data, config, control or TrainingControl(config.learning_rate))
    yield run.started()
    for epoch in range(1, config.epochs + 1):
        run.begin_epoch(epoch)
        for rows in run.batches():
            event = run.step(rows)
            yield event
            if not isinstance(event, StepDone):
                return
        judged = run.end_epoch()
        yield judged
        if not isinstance(judged, EpochDone):
            return
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
        self.judges = data.validation or data.training.take(slice(0, ROWS_JUDGED))
        self.step_number = self.epoch = self.epochs_done = 0
        self.highest_loss = 0.0
        self.seconds = 0.0

    def started(self) -> Started:
        """The first event: how long the run will be, and what the untrained network can do."""
        judged = self._judge() if self.data.validation else None
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

    def step(self, rows: NDArray[np.intp]) -> StepDone | Diverged | Finished:
        """One step of the optimiser on the examples `rows`; the end of the run if it diverged or is to stop."""
        began = perf_counter()
        # A network that diverges overflows: the loss shows it, and NumPy need not say it once more.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            figures = self._gradients_of_batch(rows)
            if figures is None:
                return self.finished()
            loss, right = figures
            progress = self.step_number / (self.config.epochs * self.steps_per_epoch)
            rate = self.control.rate_for_step(self.step_number + 1) * self.schedule(progress)
            self.optimizer.step(self.network.parameters.values, self.network.parameters.gradients, rate)
        if self.step_number == 0:
            self.highest_loss = DIVERGED_FACTOR * max(loss, log(self.network.spec.classes))
        self.step_number += 1
        if self._has_diverged(loss):
            return self._undo_epoch(loss)
        self.epoch_loss += loss * len(rows)
        self.epoch_right += right
        self.epoch_seconds += perf_counter() - began
        return StepDone(self.step_number, self.epoch, loss, right / len(rows), rate, len(rows))

    def _gradients_of_batch(self, rows: NDArray[np.intp]) -> tuple[float, float] | None:
        """Set the gradients of the mean loss of a batch; its loss and right answers, or None if the run is to stop.

        A batch of more than `rows_at_once` rows is the weighted mean of its parts.
        """
        loss = right = 0.0
        gradients = self.network.parameters.gradients
        if self.summed_gradients is not None:
            self.summed_gradients[:] = 0
        for start in range(0, len(rows), self.rows_at_once):
            if self.control.stopped:
                return None
            part = rows[start : start + self.rows_at_once]
            share = len(part) / len(rows)
            part_loss, part_right = self._gradients_of(part)
            loss, right = loss + share * part_loss, right + part_right
            if self.summed_gradients is not None:
                gradients *= share
                self.summed_gradients += gradients
        if self.summed_gradients is not None:
            gradients[:] = self.summed_gradients
        return loss, right

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

    def _has_diverged(self, loss: float) -> bool:
        return not (isfinite(loss) and loss <= self.highest_loss)

    def _undo_epoch(self, loss: float) -> Diverged:
        """Bring back the weights of the last epoch that was judged sound."""
        self.network.parameters.values[:] = self.good_values
        return Diverged(self.epoch, self.step_number, loss, self.control.learning_rate, self.epochs_done)

    def end_epoch(self) -> EpochDone | Diverged | Finished:
        """Judge the weights, which no step has done since the last one; the end of the run if they are unsound."""
        began = perf_counter()
        judged = self._judge()
        if judged is None:
            return self.finished()
        if self._has_diverged(judged.loss):
            return self._undo_epoch(judged.loss)
        n = len(self.data.training)
        samples_per_second = n / self.epoch_seconds
        self.good_values[:] = self.network.parameters.values
        self.epochs_done = self.epoch
        self.epoch_seconds += perf_counter() - began
        self.seconds += self.epoch_seconds
        validated = judged if self.data.validation else None
        return EpochDone(
            self.epoch,
            self.step_number,
            self.epoch_loss / n,
            self.epoch_right / n,
            validated.loss if validated else None,
            validated.accuracy if validated else None,
            samples_per_second,
            self.epoch_seconds,
        )

    def finished(self) -> Finished:
        """The last event; the test set is judged unless the run was stopped."""
        if not np.isfinite(self.network.parameters.values).all():  # stopped on its way to diverging
            self.network.parameters.values[:] = self.good_values
        test = None
        if self.data.test is not None and not self.control.stopped:
            test = evaluate(self.network, self.data.test, lambda: self.control.stopped)
        return Finished(self.epochs_done, self.step_number, self.seconds, self.control.stopped, test)

    def _judge(self) -> Evaluation | None:
        """The figures on the validation set, or on some training examples without one; None if the run is to stop."""
        with np.errstate(over="ignore", invalid="ignore"):
            return evaluate(self.network, self.judges, lambda: self.control.stopped)
