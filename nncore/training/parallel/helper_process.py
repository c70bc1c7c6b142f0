"""The first process's side of the second one: starting it, giving it tasks, doing without it."""

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
from nncore.system.blas_threads import ONE_THREAD_ENVIRONMENT, can_have_one_blas_thread
from nncore.system.copying import NotCopied
from nncore.training.parallel.batch_part import Examples, PartSpec
from nncore.training.parallel.helper_main import GRADIENTS, OPTIMIZER_STEP
from nncore.training.parallel.shared_memory import (
    ADDED_UP,
    DONE,
    GIVEN,
    LOSS,
    RATE,
    RIGHT,
    ROWS,
    SAVED,
    SHARE,
    STEP,
    TASK,
    SharedRoom,
    new_memory,
    read_chance,
    room_for,
    write_chance,
)
from nncore.training.parallel.spin_wait import SPINNING, order_memory, wait_for

PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from nncore.training.parallel.helper_main import main; main()"
"""For a fresh interpreter. multiprocessing would first run the user's script once more, which may train on import."""

NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Windows would open a console for it."""

SECONDS_BETWEEN_LOOKS = 0.02
"""While a task is waited for, this often it is asked whether the process is still there."""

LONGEST_STEP = 5.0
"""Seconds after which a process that does not finish its part of a step is ended: somebody has stopped it."""


LATE = 0.001
"""Seconds for which a step is waited for before the process counts as late; with a core of its own it takes 0.0001."""

SHORTEST_REST, LONGEST_REST = 0.005, 1.0
"""Seconds for which a process that was late is not asked: another program wants its core, and waiting for it would cost
more than it gains. Each time twice as long, after each step in time a little shorter."""


def can_start() -> bool:
    """Whether there may be a second process that computes the same bits.

    A program that was packed into one file, or that embeds Python, has no interpreter to start. And if this process
    cannot have one BLAS thread, several threads calculate its matrix products, with other bits.
    """
    has_interpreter = "python" in os.path.basename(sys.executable or "").lower() and not getattr(sys, "frozen", False)
    return has_interpreter and can_have_one_blas_thread()


class SecondProcess(NotCopied):
    """A process that shares `network`, whose parameters it moves into shared memory; raises OSError if there is none.

    It is `free` when it has come up and has nothing to do. Then `begin_gradients` gives it the second half of a batch
    and `gradients` waits for it; `begin_step` and `end_step` share a step of the optimiser, which must work on
    `room.memory`. It comes up between `start` and `close`, some tenths of a second later, or never.
    """

    copy_instead = "It owns a process and shared memory."

    def __init__(self, network: Network, spec: PartSpec) -> None:
        self._spec = spec
        memory, self._name, self._files = new_memory(room_for(spec))
        self.room = SharedRoom(memory, spec)
        network.move_to(self.room.values, self.room.gradients[0])
        self._parameters = network.parameters
        self._examples = Examples(self.room.inputs, self.room.targets)
        self._process: subprocess.Popen[bytes] | None = None
        self._closed, self._was_awake = False, False
        self._given = self.room.words[GIVEN] = 1  # the first task is to be ready
        self._rest, self._resting_until, self._last_seen = SHORTEST_REST, 0.0, 0.0
        self._needs_chance = spec.config.augmentation is not None or any(
            layer.uses_randomness for layer in spec.network.layers
        )

    def start(self) -> None:
        """Start it, once; nothing waits for it, and nothing is said if it cannot be."""
        if self._closed:
            return
        environment = {**os.environ, **ONE_THREAD_ENVIRONMENT}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=self._files,
                start_new_session=True,  # Ctrl+C in the terminal is for the first process
                creationflags=NO_WINDOW,
                env=environment,
            )
            assert self._process.stdin is not None
            pickle.dump((self._name, self._spec), self._process.stdin)
            self._process.stdin.flush()
        except OSError:
            self.close()

    def close(self) -> None:
        """End it at once; nothing of it stays behind, and the parameters where they are."""
        process, self._process, self._closed = self._process, None, True
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):  # what it had not read yet
                cast(IO[bytes], process.stdin).close()
        for file in self._files:
            os.close(file)
        self._files = ()

    @property
    def free(self) -> bool:
        """Whether it waits for a task, and may be expected to do it in time."""
        return (
            self._process is not None and self.room.words[DONE] == self._given and perf_counter() >= self._resting_until
        )

    def begin_gradients(
        self, data: Dataset, rows: NDArray[np.intp], share: float, chance: tuple[np.random.Generator, ...]
    ) -> None:
        """Let it find the gradient of `share` times the mean loss of these examples of `data`, with this chance."""
        room = self.room
        self._was_awake = perf_counter() - self._last_seen < SPINNING
        self._examples.gather(data, rows)
        room.state[:] = self._parameters.state
        room.words[ROWS], room.numbers[SHARE] = len(rows), share
        if self._needs_chance:
            write_chance(room, chance)
        self._give(GRADIENTS)

    def gradients(self, seconds: float, chance: tuple[np.random.Generator, ...]) -> tuple[float, int] | None:
        """The loss and the right answers, and `chance` moved on; None if it has not found them after so many seconds.

        Then it is not free until it has, and whoever asked finds them alone. The gradients are in `room.gradients[1]`,
        what layers count in `room.state`.
        """
        room = self.room
        if not self._waits(seconds):
            if self._was_awake:
                self._was_late()
            return None
        if self._needs_chance:
            read_chance(room, chance)
        return room.numbers[LOSS], room.words[RIGHT]

    def begin_step(self, step: int, learning_rate: float, added_up: bool) -> None:
        """Let it take the step with this number with what lies behind `room.cut`.

        added_up: whether the gradients of the first half are those of both.
        """
        words = self.room.words
        words[STEP], self.room.numbers[RATE], words[ADDED_UP] = step, learning_rate, added_up
        self._give(OPTIMIZER_STEP)

    def end_step(self, step: int) -> bool:
        """Wait until it has; False if it ended on the way: then all behind the cut is as before the step."""
        room, began = self.room, perf_counter()
        if not self._waits(LONGEST_STEP):
            self.close()
            if room.words[DONE] < self._given:
                if room.words[SAVED] == step:  # else it had not begun
                    self._parameters.trainable[room.cut :] = room.saved[0]
                    room.memory[:, room.cut :] = room.saved[1:]
                return False
        self._last_seen = perf_counter()
        if self._last_seen - began > LATE:
            self._was_late()
        else:
            self._rest = max(SHORTEST_REST, 0.99 * self._rest)
        return True

    def _waits(self, seconds: float) -> bool:
        """Wait until the task is done, for so long at most; whether it is. A process that has ended is closed."""
        end = perf_counter() + seconds
        while not wait_for(self.room.words, DONE, self._given, min(seconds, SECONDS_BETWEEN_LOOKS)):
            if self._process is None or self._process.poll() is not None:
                self.close()
                return self.room.words[DONE] == self._given
            seconds = end - perf_counter()
            if seconds <= 0:
                return False
        return True

    def _was_late(self) -> None:
        self._resting_until = perf_counter() + self._rest
        self._rest = min(2 * self._rest, LONGEST_REST)

    def _give(self, task: int) -> None:
        self.room.words[TASK] = task
        order_memory()
        self._given += 1
        self.room.words[GIVEN] = self._given
