"""The main process's side of the helper process: starting it, giving it tasks, and working without it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from time import perf_counter
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import Network
from nncore.system.blas_threads import ONE_THREAD_ENVIRONMENT, can_limit_blas_threads
from nncore.system.copying import NotCopyable
from nncore.training.parallel import helper_main
from nncore.training.parallel.batch_part import ExampleBuffers, PartSpec
from nncore.training.parallel.helper_main import GRADIENTS, OPTIMIZER_STEP
from nncore.training.parallel.shared_memory import SharedArrays, SharedNumber, Word, create_memory, shared_size
from nncore.training.parallel.spin_wait import SPIN_SECONDS, memory_barrier, wait_for

HELPER_PROGRAM = f"import sys; sys.path[:] = sys.argv[1:]; from {helper_main.__name__} import main; main()"
"""For a new interpreter. multiprocessing would first run the user's script again, which may train when imported."""

NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""A flag for Windows, which would otherwise open a console window for the helper process."""

HELPER_POLL_INTERVAL = 0.02
"""How often to check, while waiting for a task, that the helper process is still running."""

STEP_TIMEOUT = 5.0
"""Seconds after which a helper that has not finished its part of a step is killed: the system must have stopped it."""

LATE_AFTER_SECONDS = 0.001
"""Seconds of waiting for a step after which the helper counts as late; on a free core the wait is 0.0001 s."""

MIN_REST_SECONDS = 0.005
"""The shortest time for which a late helper gets no task.

Another program uses its core, and waiting for the helper costs more than it gains. The rest doubles each time that the
helper is late, and gets a little shorter after each step in time.
"""

MAX_REST_SECONDS = 1.0
"""The longest time for which a late helper gets no task."""


def helper_command() -> list[str]:
    """The command that starts a helper process; empty if this program has none.

    A program that is packed into one folder or file has no Python interpreter. It can be a helper itself if its main
    module has the constant `HELPER_ARGUMENT` and calls `helper_main.main` when this is its only argument.
    """
    if getattr(sys, "frozen", False):
        argument = getattr(sys.modules["__main__"], "HELPER_ARGUMENT", None)
        return [sys.executable, argument] if argument else []
    is_interpreter = "python" in os.path.basename(sys.executable or "").lower()
    return [sys.executable, "-c", HELPER_PROGRAM, *sys.path] if is_interpreter else []


def can_start_helper() -> bool:
    """Whether a helper process can be started that computes the same bits.

    If this process cannot be limited to one BLAS thread, several threads calculate its matrix products, and the bits
    differ.
    """
    return bool(helper_command()) and can_limit_blas_threads()


class HelperProcess(NotCopyable):
    """A second process that trains `network`, whose parameters are moved into memory that both processes share.

    `is_free` is True when the process has started and has no task. `begin_gradients` then gives it the second half of a
    batch, and `gradients` waits for the result. `begin_step` and `end_step` share a step of the optimizer, which must
    work on `shared.memory`. The process needs some tenths of a second to start; if the start fails, it is never free.
    Raises OSError if there is no memory to share.
    """

    copy_instead = "It owns a process and shared memory."

    def __init__(self, network: Network, spec: PartSpec) -> None:
        self._spec = spec
        memory, self._name, self._files = create_memory(shared_size(spec))
        self.shared = SharedArrays(memory, spec)
        network.move_to(self.shared.values, self.shared.gradients[0])
        self._parameters = network.parameters
        self._examples = ExampleBuffers(self.shared.inputs, self.shared.targets)
        self.process: subprocess.Popen[bytes] | None = None
        self._closed, self._was_awake = False, False
        self._tasks_given = self.shared.words[Word.TASKS_GIVEN] = 1  # the process's start counts as its first task
        self._rest = MIN_REST_SECONDS
        self._resting_until = 0.0
        self._last_seen = 0.0
        self._is_random = spec.config.augmentation is not None or any(
            layer.uses_randomness for layer in spec.network.layers
        )

    def start(self) -> None:
        """Start the process without waiting for it; if it cannot be started, the run continues without a helper."""
        if self._closed:
            return
        environment = {**os.environ, **ONE_THREAD_ENVIRONMENT}
        try:
            self.process = subprocess.Popen(
                helper_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=self._files,
                start_new_session=True,  # Ctrl+C in the terminal is for the main process
                creationflags=NO_WINDOW,
                env=environment,
            )
            assert self.process.stdin is not None
            pickle.dump((self._name, self._spec), self.process.stdin)
            self.process.stdin.flush()
        except OSError:
            self.close()

    def close(self) -> None:
        """End the process at once. The parameters stay in the shared memory, which the network continues to use."""
        process, self.process, self._closed = self.process, None, True
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):  # closing writes the rest of the buffer, which no process reads now
                cast(IO[bytes], process.stdin).close()
        for file in self._files:
            os.close(file)
        self._files = ()

    @property
    def is_free(self) -> bool:
        """Whether the process waits for a task and was not late recently."""
        return (
            self.process is not None
            and self.shared.words[Word.TASKS_DONE] == self._tasks_given
            and perf_counter() >= self._resting_until
        )

    def begin_gradients(
        self, data: Dataset, rows: NDArray[np.intp], fraction: float, generators: tuple[np.random.Generator, ...]
    ) -> None:
        """Let the helper compute the gradient of `fraction` times the mean loss of the examples `rows` of `data`.

        generators: the random generators for augmentation and dropout; the helper continues from their states.
        """
        shared = self.shared
        self._was_awake = perf_counter() - self._last_seen < SPIN_SECONDS
        self._examples.gather(data, rows)
        shared.state[:] = self._parameters.state
        shared.words[Word.ROWS], shared.numbers[SharedNumber.FRACTION] = len(rows), fraction
        if self._is_random:
            shared.write_random_states(generators)
        self._start_task(GRADIENTS)

    def gradients(self, seconds: float, generators: tuple[np.random.Generator, ...]) -> tuple[float, int] | None:
        """The loss and the number of correct answers; None if they are not ready within `seconds`.

        `generators` are set to the states in which the helper's generators ended. The gradients are in
        `shared.gradients[1]`, the layers' state in `shared.state`. If this returns None, the caller computes the half
        itself, and the helper is free again when it has finished.
        """
        shared = self.shared
        if not self._wait(seconds):
            # A helper that was asleep when it got the task is late for that reason, and not because its core is busy.
            if self._was_awake:
                self._start_rest()
            return None
        if self._is_random:
            shared.read_random_states(generators)
        return shared.numbers[SharedNumber.LOSS], shared.words[Word.CORRECT]

    def begin_step(self, step: int, learning_rate: float, is_summed: bool) -> None:
        """Let the helper take the step with this number, for the values from `shared.cut` on.

        is_summed: whether the gradients of the first half are already the sum of both.
        """
        words = self.shared.words
        words[Word.STEP], words[Word.IS_SUMMED] = step, is_summed
        self.shared.numbers[SharedNumber.LEARNING_RATE] = learning_rate
        self._start_task(OPTIMIZER_STEP)

    def end_step(self, step: int) -> bool:
        """Wait for the end of the step; False if the helper ended: the values after the cut are then unchanged."""
        shared, start_time = self.shared, perf_counter()
        if not self._wait(STEP_TIMEOUT):
            self.close()
            if shared.words[Word.TASKS_DONE] < self._tasks_given:
                if shared.words[Word.SAVED_STEP] == step:  # otherwise it had not started the step
                    self._parameters.trainable[shared.cut :] = shared.saved[0]
                    shared.memory[:, shared.cut :] = shared.saved[1:]
                return False
        self._last_seen = perf_counter()
        if self._last_seen - start_time > LATE_AFTER_SECONDS:
            self._start_rest()
        else:
            self._rest = max(MIN_REST_SECONDS, 0.99 * self._rest)
        return True

    def _wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for the task; returns whether it is done. Closes a process that has ended."""
        end = perf_counter() + seconds
        while not wait_for(self.shared.words, Word.TASKS_DONE, self._tasks_given, min(seconds, HELPER_POLL_INTERVAL)):
            if self.process is None or self.process.poll() is not None:
                self.close()
                return self.shared.words[Word.TASKS_DONE] == self._tasks_given
            seconds = end - perf_counter()
            if seconds <= 0:
                return False
        return True

    def _start_rest(self) -> None:
        self._resting_until = perf_counter() + self._rest
        self._rest = min(2 * self._rest, MAX_REST_SECONDS)

    def _start_task(self, task: int) -> None:
        self.shared.words[Word.TASK] = task
        memory_barrier()
        self._tasks_given += 1
        self.shared.words[Word.TASKS_GIVEN] = self._tasks_given
