"""The helper process of a run: computes the second half of each batch, and updates the second part of the parameters.

Its whole state between two tasks is in the shared memory. So if the helper is late or has ended, the main process can
do any task itself, with the same bits.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from math import inf

import numpy as np

from nncore.model.layers.parameters import Parameters
from nncore.model.network import Network
from nncore.system.copying import NotCopyable
from nncore.system.crash_trace import trace_helper_crashes
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import BatchPart, PartSpec
from nncore.training.parallel.shared_memory import SharedArrays, SharedNumber, Word, open_memory, shared_size
from nncore.training.parallel.spin_wait import memory_barrier, wait_for

GRADIENTS = 0
"""The task to compute the gradients of the second half of a batch."""

OPTIMIZER_STEP = 1
"""The task to take the step of the optimizer for the second part of the values."""


class Worker(NotCopyable):
    """Does the tasks of the helper process."""

    copy_instead = "It belongs to its process and its shared memory."

    def __init__(self, shared: SharedArrays, spec: PartSpec) -> None:
        self.shared, self.spec = shared, spec
        shapes, state_shapes = spec.network.parameter_shapes, spec.network.state_shapes
        parameters = Parameters(shapes, state_shapes, spec.dtype, shared.values, shared.gradients[0])
        self._part = BatchPart(Network(spec.network, parameters=parameters.replica(shared.gradients[1])), spec)
        # Gradients are added up in another array: if this process ends in the middle, both halves' gradients remain.
        self._sum = np.empty_like(shared.gradients[0])
        stepped = Parameters(shapes, state_shapes, spec.dtype, shared.values, self._sum)
        self._optimizer = OPTIMIZERS[spec.config.optimizer](stepped, spec.config.weight_decay, shared.memory)
        self._generators = np.random.default_rng(), np.random.default_rng()

    def run(self) -> None:
        """Do one task after the other until the process is ended."""
        words = self.shared.words
        tasks = {GRADIENTS: self._gradients, OPTIMIZER_STEP: self._step}
        np.seterr(over="ignore", invalid="ignore", divide="ignore")  # the main process detects a diverged loss
        done = words[Word.TASKS_DONE] = 1  # the start of the process counts as the first task
        while True:
            wait_for(words, Word.TASKS_GIVEN, done + 1, inf)
            done += 1
            task = words[Word.TASK]
            tasks[task]()
            memory_barrier()
            words[Word.TASKS_DONE] = done
            if task == OPTIMIZER_STEP:
                self._save(self._optimizer.steps + 1)

    def _gradients(self) -> None:
        """Compute the second half's gradients; random generators and layers' state continue from the shared memory."""
        shared, words, count = self.shared, self.shared.words, self.shared.words[Word.ROWS]
        length = words[Word.RANDOM_STATES_LENGTH]
        if length:
            shared.read_random_states(self._generators)
        state = self._part.network.parameters.state
        state[:] = shared.state
        shared.numbers[SharedNumber.LOSS], words[Word.CORRECT] = self._part.gradients_of(
            (shared.inputs[:count], shared.targets[:count]), shared.numbers[SharedNumber.FRACTION], *self._generators
        )
        shared.state[:] = state
        if length:
            shared.write_random_states(self._generators)

    def _step(self) -> None:
        """Take the optimizer's step for the values after the cut."""
        shared, words, helper_part = self.shared, self.shared.words, slice(self.shared.cut, None)
        step = words[Word.STEP]
        if words[Word.SAVED_STEP] != step:
            self._save(step)
        own, other = shared.gradients[:, helper_part]
        if words[Word.IS_SUMMED]:
            self._sum[helper_part] = own
        else:
            np.add(own, other, out=self._sum[helper_part])
        self._optimizer.steps = step - 1
        self._optimizer.step(shared.numbers[SharedNumber.LEARNING_RATE], slice(shared.blocks, None))

    def _save(self, step: int) -> None:
        """Copy the numbers that `step` will change, so that the main process can undo a step that was not finished.

        This is done after a step is reported as done, while the main process does not wait for the helper.
        """
        shared, helper_part = self.shared, slice(self.shared.cut, None)
        shared.words[Word.SAVED_STEP] = 0  # no step: the copy is not valid while it is being made
        memory_barrier()
        shared.saved[0] = self._part.network.parameters.trainable[helper_part]
        shared.saved[1:] = shared.memory[:, helper_part]
        memory_barrier()
        shared.words[Word.SAVED_STEP] = step


def main() -> None:
    """Do the tasks of the process that writes to the standard input, until it ends or closes that input."""
    trace_helper_crashes()
    name, spec = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_input, daemon=True).start()
    Worker(SharedArrays(open_memory(name, shared_size(spec)), spec), spec).run()


def _end_with_input() -> None:
    """End this process when the standard input is closed, which the system does if the main process dies."""
    sys.stdin.buffer.read()
    os._exit(0)
