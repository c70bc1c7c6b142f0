"""What two processes that train one network share: its parameters, and the words they tell each other."""

from __future__ import annotations

import mmap
import os
import pickle
import secrets
import sys
import tempfile
from math import prod
from typing import cast

import numpy as np

from nncore.model.layers.parameters import Shape
from nncore.system.copying import NotCopied
from nncore.training.optimizers import BLOCK, OPTIMIZERS
from nncore.training.parallel.batch_part import PartSpec

LINE = 128
"""Bytes between the beginnings of what lies there: two lines of the processor's cache, which it fetches in pairs."""

GIVEN, DONE, TASK, ROWS, STEP, ADDED_UP, SAVED, RIGHT, CHANCE_LENGTH = range(0, 9 * LINE // 8, LINE // 8)
"""Where each of the `words` is.

GIVEN, DONE: how many tasks the second process was given, and has done. TASK: what to do. ROWS: how many examples. STEP:
the number of the optimiser's step. ADDED_UP: 1 if the first half's gradients are the sum of both already. SAVED: the
step from before which `saved` is. RIGHT: how many answers were right. CHANCE_LENGTH: the bytes of `chance` in use.
"""

SHARE, RATE, LOSS = range(3)
"""Where each of the `numbers` is: the part's share of the batch, the learning rate, the loss."""

BYTES_OF_CHANCE = 4096
"""Room for the states of two generators, a few hundred bytes each."""


class SharedRoom(NotCopied):
    """Arrays in memory that two processes share.

    values: (size,) the network's parameters. gradients: (2, trained), those of each half of a batch. memory: (vectors,
    trained), the optimiser's. state: (kept,) what layers keep count of, before and after the second half. inputs,
    targets: the second half's examples. saved: (1 + vectors, trained - cut), values and memory from before a step of
    what lies behind `cut`. words, numbers: integers and floating-point numbers. chance: the states of generators.
    cut, blocks: the first so many numbers, in so many of the optimiser's blocks, are the first process's to step.
    """

    copy_instead = "It is memory that two processes share."

    def __init__(self, buffer: mmap.mmap, spec: PartSpec) -> None:
        arrays, start = {}, 0
        for name, (shape, dtype) in _layout(spec).items():
            arrays[name] = np.ndarray(shape, dtype, buffer, start)
            start += _whole_lines(arrays[name].nbytes)
        self.values, self.gradients, self.memory = arrays["values"], arrays["gradients"], arrays["memory"]
        self.state, self.saved = arrays["state"], arrays["saved"]
        self.inputs, self.targets = arrays["inputs"], arrays["targets"]
        # A memoryview gives a number in a third of the time that an array takes.
        self.words, self.chance = arrays["words"].data, arrays["chance"].data
        self.numbers = cast("memoryview[float]", arrays["numbers"].data)
        self.cut, self.blocks = _first_part(self.gradients.shape[1])


def room_for(spec: PartSpec) -> int:
    """The bytes that a SharedRoom takes."""
    return sum(_whole_lines(prod(shape) * np.dtype(dtype).itemsize) for shape, dtype in _layout(spec).values())


def _layout(spec: PartSpec) -> dict[str, tuple[Shape, str]]:
    """Shape and type of each array."""
    trained = sum(prod(shape) for shape in spec.network.parameter_shapes.values())
    kept = sum(prod(shape) for shape in spec.network.state_shapes.values())
    vectors = OPTIMIZERS[spec.config.optimizer].vectors
    return {
        "words": ((9 * LINE // 8,), "int64"),
        "numbers": ((3,), "float64"),
        "chance": ((BYTES_OF_CHANCE,), "uint8"),
        "values": ((trained + kept,), spec.dtype),
        "gradients": ((2, trained), spec.dtype),
        "memory": ((vectors, trained), spec.dtype),
        "state": ((kept,), spec.dtype),
        "inputs": (spec.room_for_inputs, spec.input_dtype),
        "targets": (spec.room_for_targets, spec.target_dtype),
        "saved": ((1 + vectors, trained - _first_part(trained)[0]), spec.dtype),
    }


def _first_part(trained: int) -> tuple[int, int]:
    """The numbers, and the optimiser's blocks, that the first process steps: half of them, or one more."""
    blocks = (-(-trained // BLOCK) + 1) // 2
    return min(trained, blocks * BLOCK), blocks


def _whole_lines(size: int) -> int:
    return -(-size // LINE) * LINE


def write_chance(room: SharedRoom, generators: tuple[np.random.Generator, ...]) -> None:
    """Put the states of generators into the shared memory."""
    states = pickle.dumps([generator.bit_generator.state for generator in generators])
    room.chance[: len(states)] = states
    room.words[CHANCE_LENGTH] = len(states)


def read_chance(room: SharedRoom, generators: tuple[np.random.Generator, ...]) -> None:
    """Let generators go on from the states that were put there."""
    states = pickle.loads(room.chance[: room.words[CHANCE_LENGTH]])
    for generator, state in zip(generators, states, strict=True):
        generator.bit_generator.state = state


def new_memory(size: int) -> tuple[mmap.mmap, str, tuple[int, ...]]:
    """Memory that another process can open: itself, what to give `opened`, and the files that process must inherit.

    It has no name that could outlive its users: on Windows the system forgets the name with the last of them, elsewhere
    it is a file without one. Raises OSError if there is no room.
    """
    if sys.platform == "win32":
        name = f"digitlab-{os.getpid()}-{secrets.token_hex(8)}"
        return mmap.mmap(-1, size, tagname=name), name, ()
    if sys.platform == "linux":
        file = os.memfd_create("digitlab")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    os.ftruncate(file, size)
    return mmap.mmap(file, size), str(file), (file,)


def opened(name: str, size: int) -> mmap.mmap:
    """The memory that another process made with `new_memory`."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=name)
    return mmap.mmap(int(name), size)
