"""The second process of a run: works on the second half of each batch, and steps the second part of the parameters.

It knows nothing from one task to the next but what lies in the shared memory, so that the first process can do without
it at any time: what it was to do is then done by that one, to the same bits.
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
from nncore.system.copying import NotCopied
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import BatchPart, PartSpec
from nncore.training.parallel.shared_memory import (
    ADDED_UP,
    CHANCE_LENGTH,
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
    opened,
    read_chance,
    room_for,
    write_chance,
)
from nncore.training.parallel.spin_wait import order_memory, wait_for

GRADIENTS, OPTIMIZER_STEP = 0, 1
"""The tasks."""


class Worker(NotCopied):
    """What the second process does."""

    copy_instead = "It belongs to its process and its shared memory."

    def __init__(self, room: SharedRoom, spec: PartSpec) -> None:
        self.room, self.spec = room, spec
        shapes, state_shapes = spec.network.parameter_shapes, spec.network.state_shapes
        shared = Parameters(shapes, state_shapes, spec.dtype, room.values, room.gradients[0])
        self._part = BatchPart(Network(spec.network, parameters=shared.replica(room.gradients[1])), spec)
        # Gradients are added up elsewhere, so that both halves' remain, should this process end in the middle.
        self._sum = np.empty_like(room.gradients[0])
        stepped = Parameters(shapes, state_shapes, spec.dtype, room.values, self._sum)
        self._optimizer = OPTIMIZERS[spec.config.optimizer](stepped, spec.config.weight_decay, room.memory)
        self._chance = np.random.default_rng(), np.random.default_rng()

    def run(self) -> None:
        """Do one task after the other, for ever."""
        words = self.room.words
        tasks = {GRADIENTS: self._gradients, OPTIMIZER_STEP: self._step}
        np.seterr(over="ignore", invalid="ignore", divide="ignore")  # what diverges is seen by the first process
        done = words[DONE] = 1  # the first task was to be ready
        while True:
            wait_for(words, GIVEN, done + 1, inf)
            done += 1
            task = words[TASK]
            tasks[task]()
            order_memory()
            words[DONE] = done
            if task == OPTIMIZER_STEP:
                self._save(self._optimizer.steps + 1)

    def _gradients(self) -> None:
        """The second half's gradients; what chance and what layers count go on from what the first process says."""
        room, words, count = self.room, self.room.words, self.room.words[ROWS]
        length = words[CHANCE_LENGTH]
        if length:
            read_chance(room, self._chance)
        state = self._part.network.parameters.state
        state[:] = room.state
        room.numbers[LOSS], words[RIGHT] = self._part.gradients_of(
            (room.inputs[:count], room.targets[:count]), room.numbers[SHARE], *self._chance
        )
        room.state[:] = state
        if length:
            write_chance(room, self._chance)

    def _step(self) -> None:
        """The optimiser's step with what lies behind the cut."""
        room, words, behind = self.room, self.room.words, slice(self.room.cut, None)
        step = words[STEP]
        if words[SAVED] != step:
            self._save(step)
        own, other = room.gradients[:, behind]
        if words[ADDED_UP]:
            self._sum[behind] = own
        else:
            np.add(own, other, out=self._sum[behind])
        self._optimizer.steps = step - 1
        self._optimizer.step(room.numbers[RATE], slice(room.blocks, None))

    def _save(self, step: int) -> None:
        """Keep what `step` will change, in case this process ends in the middle of it; done while nothing waits."""
        room, behind = self.room, slice(self.room.cut, None)
        room.words[SAVED] = 0
        order_memory()
        room.saved[0] = self._part.network.parameters.trainable[behind]
        room.saved[1:] = room.memory[:, behind]
        order_memory()
        room.words[SAVED] = step


def main() -> None:
    """Do what the process that writes to the standard input wants, until that ends or closes it."""
    name, spec = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_input, daemon=True).start()
    Worker(SharedRoom(opened(name, room_for(spec)), spec), spec).run()


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
