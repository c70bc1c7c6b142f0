"""The gradient of a whole batch and the optimizer's step, computed by one process or by two to the same bits."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import Network, NetworkSpec
from nncore.system.copying import NotCopyable
from nncore.training.config import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import BatchPart, ExampleBuffers, PartSpec
from nncore.training.parallel.helper_process import HelperProcess, can_start_helper
from nncore.training.random_streams import PARTS_PER_PASS, RandomStreams

MAX_ROWS_PER_PART = 4096
"""The maximum number of rows of a part. A pass computes one part, or two if batches are split; a larger batch takes
several passes, which limits memory and the time until a run stops."""

MAX_WORKSPACE_VALUES = 2**24
"""The maximum number of values in the workspaces for a part; a part of a network with convolutions has fewer rows."""

MIN_ROWS_PER_HALF = 16
"""A batch is split into halves only if each half has at least this many rows."""

MIN_MULTIPLICATIONS_TO_SPLIT = 10_000_000
"""A batch is split into halves if it has at least this many multiplications by weights, and each half has enough rows.

Seconds for an epoch of 60,000 examples on two cores: whole batches, halves in one process, halves in two processes:

    784-32-10, batch 128 (3 million)                      0.15    0.18    0.13
    784-128-64-10, batch 64 (7 million)                   0.54    0.72    0.44
    784-128-64-10, batch 128 (14 million)                 0.41    0.48    0.29
    784-512-256-128-10, batch 128 (73 million)            1.80    2.24    1.32
    convolutions 24-64, dense 128, batch 128 (307 million)  13.1   12.4     6.5

In one process, halves cost up to a third more time, because it does everything twice with arrays half as long. So a
batch is split only where two processes gain more than that. A second BLAS thread gained nothing: OpenBLAS waits by
spinning, and with another program on one core this made training four to ten times slower.
"""

EXTRA_WAIT_SECONDS = 0.0002
"""Seconds by which the second half may take longer than twice the first before this process computes it itself."""


class BatchGradients(NotCopyable):
    """Computes the gradients of one batch after the other, and takes the optimizer's steps.

    A large batch is split into halves, whose gradients are added up. The split depends only on the network and the
    batch, so the bits do not depend on the number of processes. If `cores` is more than 1, a helper process computes
    the second halves whenever it is free, and updates some of the optimizer's blocks. The helper process ends at the
    end of the `with` block of this object.

    optimizer: the optimizer that `config` names.
    """

    copy_instead = "Take a checkpoint of the Training and resume that."

    def __init__(
        self,
        network: Network,
        data: Dataset,
        config: TrainingConfig,
        streams: RandomStreams,
        batch_size: int,
        cores: int,
        stopped: Callable[[], bool],
    ) -> None:
        self.network, self._data = network, data
        self._streams, self._stopped = streams, stopped
        self._split = is_split(network.spec, batch_size)
        half = -(-batch_size // 2)  # rounded up
        # A batch of fewer than two times MIN_ROWS_PER_HALF rows, the last of an epoch, is a single part.
        longest_part = max(half, min(batch_size, 2 * MIN_ROWS_PER_HALF)) if self._split else batch_size
        self._rows_per_part = rows = min(longest_part, rows_per_part(network.spec))
        self._rows_per_pass = PARTS_PER_PASS * rows if self._split else rows
        spec = PartSpec.for_run(network, data, config, rows)
        self.helper = _helper_process(network, spec) if self._split and cores > 1 else None
        self._part = BatchPart(network, spec)
        self._input_dtype = np.dtype(spec.input_dtype)
        self._examples = ExampleBuffers(
            np.empty(spec.inputs_shape, self._input_dtype), np.empty(spec.targets_shape, spec.target_dtype)
        )
        memory = self.helper.shared.memory if self.helper else None
        self.optimizer = OPTIMIZERS[config.optimizer](network.parameters, config.weight_decay, memory)
        self._first_half = np.empty_like(network.parameters.gradients) if self._split else None
        self._sum = np.empty_like(network.parameters.gradients) if batch_size > self._rows_per_pass else None
        self._gradients_to_add: NDArray[np.floating] | None = None
        self._helper_computed_half = False

    def compute(self, rows: NDArray[np.intp], add_up: bool = True) -> tuple[float, int | None] | None:
        """Set the gradients of the mean loss over the examples `rows`.

        Returns this loss and how many answers were correct (None if the data has no classes), or None if the run must
        stop. If `add_up` is False, the gradients may be those of one half until `step`, which can be faster.
        """
        if self._stopped():
            return None
        is_single = len(rows) <= self._rows_per_pass
        figures = self._compute_pass(rows, len(rows)) if is_single else self._compute_passes(rows)
        if figures is None:
            return None
        if add_up:
            self._add_up()
        return figures if self._data.class_names else (figures[0], None)

    def _compute_passes(self, rows: NDArray[np.intp]) -> tuple[float, int] | None:
        """Sum the gradients of the parts of a large batch; returns loss and correct answers, or None for a stop."""
        streams, state = self._streams.states(), self.network.parameters.state.copy()
        loss, correct = 0.0, 0
        for start in range(0, len(rows), self._rows_per_pass):
            if start and self._stopped():  # a resumed run must not see anything of this unfinished batch
                self._streams.restore(streams)
                self.network.parameters.state[:] = state
                return None
            part_loss, part_correct = self._compute_pass(rows[start : start + self._rows_per_pass], len(rows))
            loss, correct = loss + part_loss, correct + part_correct
            self._add_to_sum(first=start == 0)
        return loss, correct

    def step(self, learning_rate: float) -> None:
        """Take the optimizer's step, which overwrites the gradients."""
        helper = self.helper
        if helper is not None and self._helper_computed_half and helper.shared.blocks < len(self.optimizer.blocks):
            self._step_with(helper, learning_rate)
        else:
            self._add_up()
            self.optimizer.step(learning_rate)

    def _step_with(self, helper: HelperProcess, learning_rate: float) -> None:
        """Update the values before the cut here and the rest in the helper process; all here if the helper ended."""
        optimizer, shared, to_add = self.optimizer, helper.shared, self._gradients_to_add
        helper.begin_step(optimizer.steps + 1, learning_rate, is_summed=to_add is None)
        self._add_up(slice(shared.cut))
        optimizer.step(learning_rate, slice(shared.blocks))
        if not helper.end_step(optimizer.steps):
            # The helper ended before it updated its values: add up and step those values here.
            self._gradients_to_add = to_add
            self._add_up(slice(shared.cut, None))
            optimizer.steps -= 1
            optimizer.step(learning_rate, slice(shared.blocks, None))

    def _compute_pass(self, rows: NDArray[np.intp], count: int) -> tuple[float, int]:
        """Set the gradients of `rows`, a part of a batch of `count`; returns its part of loss and correct answers."""
        self._gradients_to_add, self._helper_computed_half = None, False
        if not self._split or len(rows) < min(2 * MIN_ROWS_PER_HALF, self._rows_per_part + 1):
            return self._compute_here(rows, count, 0)
        half = -(-len(rows) // 2)
        return self._compute_halves(rows[:half], rows[half:], count)

    def _compute_halves(self, first: NDArray[np.intp], second: NDArray[np.intp], count: int) -> tuple[float, int]:
        """Compute both halves, the second one in the helper process if the helper is free and finishes in time."""
        generators = self._streams.augmentation[1], self._streams.dropout[1]
        parameters, start_time = self.network.parameters, perf_counter()
        state = parameters.state.copy()
        helper = self.helper if self.helper is not None and self.helper.is_free else None
        if helper is not None:
            helper.begin_gradients(self._data, second, len(second) / count, generators)
        # The loss and gradients of each half are weighted by its fraction of the batch, so that both simply add up.
        loss, correct = self._compute_here(first, count, 0)
        first_state = parameters.state.copy()
        timeout = perf_counter() - start_time + EXTRA_WAIT_SECONDS
        second_result = None if helper is None else helper.gradients(timeout, generators)
        if helper is not None and second_result is not None:
            self._gradients_to_add, state = helper.shared.gradients[1], helper.shared.state
            self._helper_computed_half = True
        else:
            # The second half overwrites the gradients and needs the state from before the first half.
            assert self._first_half is not None
            self._first_half[:] = parameters.gradients
            self._gradients_to_add = self._first_half
            parameters.state[:] = state
            second_result, state = self._compute_here(second, count, 1), parameters.state
        # Both halves started from the same state of batch normalization, so the batch's state is their weighted mean.
        fraction = len(first) / (len(first) + len(second))
        parameters.state[:] = fraction * first_state + (1 - fraction) * state
        return loss + second_result[0], correct + second_result[1]

    def _compute_here(self, rows: NDArray[np.intp], count: int, half: int) -> tuple[float, int]:
        """Set the gradients of these rows in this process, with the random generators of `half`, 0 or 1."""
        generators = self._streams.augmentation[half], self._streams.dropout[half]
        in_place = self._data.example(rows.item(), self._input_dtype) if len(rows) == 1 else None
        examples = in_place or self._examples.gather(self._data, rows)
        return self._part.gradients_of(examples, len(rows) / count, *generators)

    def _add_up(self, where: slice = slice(None)) -> None:
        """Add up the gradients of both halves, if this was not done before."""
        if self._gradients_to_add is not None:
            self.network.parameters.gradients[where] += self._gradients_to_add[where]
            self._gradients_to_add = None

    def _add_to_sum(self, first: bool) -> None:
        """Add the gradients of this pass to those of the earlier passes of the same batch."""
        assert self._sum is not None
        self._add_up()
        gradients = self.network.parameters.gradients
        if not first:
            gradients += self._sum
        self._sum[:] = gradients

    def __enter__(self) -> Self:
        if self.helper is not None:
            self.helper.start()
        return self

    def __exit__(self, *problem: object) -> None:
        """End the helper process, if there is one."""
        if self.helper is not None:
            self.helper.close()


def _helper_process(network: Network, spec: PartSpec) -> HelperProcess | None:
    """A helper process; None if no process can be started."""
    try:
        return HelperProcess(network, spec) if can_start_helper() else None
    except OSError:  # no memory to share
        return None


def is_split(spec: NetworkSpec, batch_size: int) -> bool:
    """Whether batches of this size are split into halves."""
    return batch_size >= 2 * MIN_ROWS_PER_HALF and spec.multiplications * batch_size >= MIN_MULTIPLICATIONS_TO_SPLIT


def rows_per_part(spec: NetworkSpec) -> int:
    """The number of rows of a part: MAX_ROWS_PER_PART, or fewer if the workspaces would exceed MAX_WORKSPACE_VALUES."""
    return max(1, min(MAX_ROWS_PER_PART, MAX_WORKSPACE_VALUES // spec.numbers_per_row))
