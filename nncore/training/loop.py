"""The training loop, as an iterator of events.

    for event in train(network, data, config):
        ...

The caller controls the run: it pauses while the next event is not requested, and stops when the iterator is closed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from math import inf, isfinite
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.evaluation.metrics import Evaluation, evaluate
from nncore.evaluation.snapshots import TrainingPoint
from nncore.model.checks import check_fit
from nncore.model.losses import make_loss
from nncore.model.network import Network
from nncore.system.blas_threads import one_blas_thread
from nncore.system.copying import NotCopyable
from nncore.system.cores import available_cores
from nncore.system.numpy_modes import context_without_warnings
from nncore.training.checkpoint import Checkpoint, data_checksum
from nncore.training.checks import check_settings
from nncore.training.config import TrainingConfig
from nncore.training.control import TrainingControl
from nncore.training.events import Diverged, EndReason, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.training.health import HealthProbe
from nncore.training.history import EpochFigures, History
from nncore.training.optimizers import clip_gradients
from nncore.training.parallel.batch_gradients import BatchGradients
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.progress import Progress
from nncore.training.random_streams import RandomStreams
from nncore.training.schedules import SCHEDULES

DIVERGED_FACTOR = 100.0
"""A loss has diverged if it exceeds this many times the loss of the first batch (or of guessing, if that is higher)."""

EXAMPLES_EVALUATED = 1000
"""Without a validation set, the weights are evaluated on this many training examples after each epoch."""


def train(
    network: Network,
    data: Splits,
    config: TrainingConfig,
    control: TrainingControl | None = None,
    cores: int | None = None,
) -> Generator[TrainingEvent, None, None]:
    """Train `network` in place, from the parameters it has; yields Started first, Diverged or Finished last.

    `control` may change the learning rate or stop the run from another thread; closing the iterator also stops it.
    cores: how many to use, 1 or more; None for all. With more than one, a helper process computes half of each large
    batch, and the network's parameters move into memory that both processes share; the bits do not depend on this.
    Until the run ends, BLAS has one thread in the whole process (see `one_blas_thread`).
    Raises SettingError if the data does not fit the network.
    """
    return Training(network, data, config, control, cores).events()


def hold_out_validation(data: Splits, fraction: float, seed: int) -> Splits:
    """Move a random `fraction` (0 to below 1) of the training examples to the validation set; `seed` decides which.

    Returns `data` unchanged if it already has a validation set, or if it has too few examples.
    """
    if fraction == 0 or data.validation is not None or len(data.training) < 2:
        return data
    training, validation = data.training.split(fraction, RandomStreams.from_seed(seed).split)
    return Splits(training, validation, data.test) if len(validation) else data


class Training(NotCopyable):
    """A run: `events` is the loop; between two events, `checkpoint` gives everything that a resumed run needs.

    Attributes:
        history: the epochs so far.
        control: pause, stop and the learning rate. `network` is trained in place.
    """

    copy_instead = "Take a `checkpoint()` and continue it with `Training.continued`."

    def __init__(
        self,
        network: Network,
        data: Splits,
        config: TrainingConfig,
        control: TrainingControl | None = None,
        cores: int | None = None,
    ) -> None:
        for part in (data.training, data.validation, data.test):
            if part is not None:
                check_fit(network, part)
        check_settings(network.spec, data, config)
        self.network = network
        self.data = data
        self.config = config
        self.control = control or TrainingControl(config.learning_rate)
        self.history = History()
        self._progress = Progress(len(data.training), config=config)
        self._streams = RandomStreams.from_seed(config.seed)
        self._shuffled_from = self._streams.shuffling.bit_generator.state
        self._gradients = BatchGradients(
            network, data.training, config, self._streams, self._progress.batch_size,
            cores or available_cores(), lambda: self.control.is_stopped,
        )  # fmt: skip
        self._optimizer = self._gradients.optimizer
        self._schedule = SCHEDULES[config.schedule].factor
        self._loss = make_loss(config.loss, network.spec.output, 0.0)
        self._probe = HealthProbe(network)
        self._evaluation_data = data.validation or data.training.take(slice(0, EXAMPLES_EVALUATED))
        self._good_values = network.parameters.values.copy()
        self._best_values = network.parameters.values.copy() if config.keep_best else None
        self._last_values: NDArray[np.floating] | None = None

    @property
    def steps(self) -> int:
        """Steps taken so far."""
        return self._progress.step

    @property
    def helper(self) -> HelperProcess | None:
        """The process that computes half of each batch; None if all is computed in this process."""
        return self._gradients.helper

    @property
    def point(self) -> TrainingPoint:
        """The steps taken, and the epoch that has ended or is in progress; call it between two events."""
        progress = self._progress
        return TrainingPoint(progress.epoch, progress.step, not progress.epoch_is_open)

    def events(self) -> Generator[TrainingEvent, None, None]:
        """The run, event by event: Started first, Diverged or Finished last."""
        progress, without_warnings = self._progress, context_without_warnings()
        with one_blas_thread(), self._gradients:
            yield self._started()
            while (reason := self._end_reason()) is None:
                if not progress.epoch_is_open:
                    progress.begin_epoch()
                    # A run resumed within this epoch draws the same order again from this state.
                    self._shuffled_from = self._streams.shuffling.bit_generator.state
                for rows in islice(self._batches(), progress.steps_in_epoch, None):
                    if progress.is_at_limit:
                        break
                    event = without_warnings.run(self._step, rows)
                    yield event
                    if not isinstance(event, StepDone):
                        return
                epoch_event = self._end_epoch()
                yield epoch_event
                if not isinstance(epoch_event, EpochDone):
                    return
            yield self._finished(reason)

    def _started(self) -> Started:
        """The first event: how long the run will be, and the validation figures before its first step."""
        evaluation = self._evaluate_weights() if self.data.validation else None
        progress = self._progress
        return Started(
            epochs=self.config.epochs,
            steps_per_epoch=progress.steps_per_epoch,
            samples_per_epoch=progress.examples,
            validation_loss=evaluation.loss if evaluation else None,
            validation_accuracy=evaluation.accuracy if evaluation else None,
            samples_done=progress.epochs_done * progress.examples + progress.samples_in_epoch * progress.epoch_is_open,
        )

    def _batches(self) -> Iterator[NDArray[np.intp]]:
        """The rows of each batch of the current epoch; the order is drawn at random when the epoch begins."""
        return self.data.training.batches(self._progress.batch_size, self._streams.shuffling)

    def _step(self, rows: NDArray[np.intp]) -> StepDone | Diverged | Finished:
        """Take one step of the optimizer on the examples `rows`; returns the last event if it diverged or stopped."""
        progress, start_time = self._progress, perf_counter()
        # Only the last step of an epoch is measured, and not of every epoch: copying all parameters takes time.
        is_measured = progress.ends_epoch and self._probe.is_due
        figures = self._gradients.compute(rows, add_up=is_measured or self.config.clip_norm is not None)
        if figures is None:
            return self._finished("stopped")
        loss, correct = figures
        rate = self.control.rate_for_step(progress.step + 1) * self._schedule(progress.fraction_done)
        if is_measured:
            self._probe.before_step()
        if self.config.clip_norm is not None:
            clip_gradients(self.network.parameters.gradients, self.config.clip_norm)
        self._gradients.step(rate)
        if is_measured:
            self._probe.after_step()
        progress.count_step(loss, correct, len(rows), perf_counter() - start_time)
        if progress.step == 1:
            progress.highest_loss = DIVERGED_FACTOR * max(loss, self._loss_of_guessing())
        if self._has_diverged(loss):
            return self._undo_epoch(loss)
        accuracy = None if correct is None else correct / len(rows)
        return StepDone(
            step=progress.step,
            epoch=progress.epoch,
            loss=loss,
            accuracy=accuracy,
            learning_rate=rate,
            samples=len(rows),
        )

    def _end_epoch(self) -> EpochDone | Diverged | Finished:
        """Evaluate the weights after an epoch; returns the last event if they diverged or the run was stopped."""
        progress, start_time = self._progress, perf_counter()
        evaluation = self._evaluate_weights()
        if evaluation is None:
            return self._finished("stopped")
        if self._has_diverged(evaluation.loss):
            return self._undo_epoch(evaluation.loss)
        self._good_values[:] = self.network.parameters.values
        validation = evaluation if self.data.validation else None
        if validation and progress.record_if_best(validation.loss) and self._best_values is not None:
            self._best_values[:] = self.network.parameters.values
        health = self._probe.figures(self._evaluation_data) if self._probe.has_measurement else None
        samples_per_second = progress.samples_per_second
        progress.close_epoch(perf_counter() - start_time)
        done = EpochDone(
            epoch=progress.epoch,
            step=progress.step,
            training_loss=progress.epoch_loss,
            training_accuracy=progress.epoch_accuracy,
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            samples_per_second=samples_per_second,
            seconds=progress.epoch_seconds,
            confusion=evaluation.confusion,
            health=health,
        )
        self.history.append(done)
        return done

    def _loss_of_guessing(self) -> float:
        """The largest loss of an example when all logits are 0; log(classes) for cross-entropy."""
        # float64 zeros: equal logits give every class the same probability, whatever the network's weights are.
        targets = self._evaluation_data.targets(slice(0, EXAMPLES_EVALUATED))
        return float(self._loss.per_example(np.zeros((len(targets), self.network.spec.outputs)), targets).max())

    def _has_diverged(self, loss: float) -> bool:
        return not (isfinite(loss) and loss <= self._progress.highest_loss)

    def _undo_epoch(self, loss: float) -> Diverged:
        """Restore the weights of the last epoch that had not diverged."""
        self.network.parameters.values[:] = self._good_values
        progress = self._progress
        return Diverged(progress.epoch, progress.step, loss, self.control.learning_rate, progress.epochs_done)

    def _end_reason(self) -> EndReason | None:
        return "stopped" if self.control.is_stopped else self._progress.end_reason

    def _finished(self, reason: EndReason) -> Finished:
        """The last event; evaluates the test set unless the run was stopped."""
        values, progress = self.network.parameters.values, self._progress
        if not np.isfinite(values).all():  # stopped after the weights overflowed and before a loss showed it
            values[:] = self._good_values
        if self._best_values is not None and progress.best_epoch:
            self._last_values = values.copy()  # a run resumed from a checkpoint continues with these
            values[:] = self._best_values
        test = None
        if self.data.test is not None and not self.control.is_stopped:
            test = evaluate(self.network, self.data.test, cancelled=lambda: self.control.is_stopped, loss=self._loss)
        if self.control.is_stopped:
            reason = "stopped"
        return Finished(
            epochs=progress.epochs_done,
            step=progress.step,
            seconds=progress.seconds,
            reason=reason,
            test=test,
            best_epoch=progress.best_epoch or None,
        )

    def _evaluate_weights(self) -> Evaluation | None:
        """The evaluation on the validation set, or on some training examples without one; None if it was stopped."""
        return evaluate(self.network, self._evaluation_data, cancelled=lambda: self.control.is_stopped, loss=self._loss)

    def checkpoint(self) -> Checkpoint:
        """The state of the run as copies; call it between two events."""
        arrays = {
            "values": self.network.parameters.values if self._last_values is None else self._last_values,
            "good_values": self._good_values,
            "optimizer_memory": self._optimizer.memory,
        }
        if self._best_values is not None:
            arrays["best_values"] = self._best_values
        return Checkpoint(
            spec=self.network.spec,
            config=self.config,
            arrays={name: array.copy() for name, array in arrays.items()},
            counters=self._progress.copy(),
            optimizer_steps=self._optimizer.steps,
            random_states=self._streams.states(),
            shuffled_from=dict(self._shuffled_from),
            learning_rate=self.control.learning_rate,
            rates_used=tuple(self.control.rates_used),
            history=self.history.rows(),
            data_check=data_checksum(self.data.training),
        )

    @classmethod
    def after_epochs(
        cls, network: Network, data: Splits, config: TrainingConfig, history: Sequence[EpochFigures], step: int
    ) -> Training:
        """A run of which only the weights at the end of an earlier epoch are kept: those that `network` has.

        history: the rows up to this epoch, at least one; step: the steps taken by then. The optimizer's memory is
        empty, and the random numbers are those of the beginning of a run. The best epoch is this one.
        """
        run, last = cls(network, data, config), history[-1]
        progress, run.history = run._progress, History(history)
        progress.epoch = progress.epochs_done = progress.best_epoch = run.history.epochs
        progress.step, progress.seconds = step, sum(row.get("seconds") or 0.0 for row in history)
        loss = last.get("validation_loss")
        progress.best_loss = inf if loss is None else loss
        losses = (row.get("training_loss") or 0.0 for row in history)
        progress.highest_loss = DIVERGED_FACTOR * max(run._loss_of_guessing(), *losses)
        return run

    @classmethod
    def continued(
        cls, checkpoint: Checkpoint, data: Splits, control: TrainingControl | None = None, cores: int | None = None
    ) -> Training:
        """The run of `checkpoint`, ready for its next step; raises SettingError if `data` is not the run's data."""
        config, arrays = checkpoint.config, checkpoint.arrays
        progress = Progress.continued(checkpoint.counters, config)
        if (progress.examples, checkpoint.data_check) != (len(data.training), data_checksum(data.training)):
            raise SettingError(
                "data",
                f"The run can only continue with its own {progress.examples:,} training examples; got "
                f"{len(data.training):,} others from {data.training.source}.",
            )
        network = Network(checkpoint.spec, arrays["values"].dtype)
        network.parameters.values[:] = arrays["values"]
        control = control or TrainingControl(checkpoint.learning_rate)
        control.rates_used[:] = checkpoint.rates_used
        run = cls(network, data, config, control, cores)
        run._progress, run.history = progress, History(checkpoint.history)
        run._optimizer.memory[...], run._optimizer.steps = arrays["optimizer_memory"], checkpoint.optimizer_steps
        run._good_values[:] = arrays["good_values"]
        if run._best_values is not None:
            run._best_values[:] = arrays["best_values"]
        run._streams.restore(checkpoint.random_states)
        run._shuffled_from = checkpoint.shuffled_from
        if progress.epoch_is_open:  # its order of batches is drawn again, from the same random state
            run._streams.shuffling.bit_generator.state = checkpoint.shuffled_from
        return run
