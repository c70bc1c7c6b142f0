"""The memory that two processes share while they train one network: its parameters, and words that pass messages."""

from __future__ import annotations

import mmap
import os
import pickle
import secrets
import sys
import tempfile
from enum import IntEnum
from math import prod
from typing import cast

import numpy as np

from nncore.model.layers.parameters import Shape
from nncore.system.copying import NotCopyable
from nncore.training.optimizers import BLOCK_SIZE, OPTIMIZERS
from nncore.training.parallel.batch_part import PartSpec

LINE_BYTES = 128
"""Bytes between the starts of two arrays: two lines of the processor's cache, which it fetches in pairs.

Two processes that write to the same line slow each other, even if they write to different words of it.
"""


_WORDS_IN_LINE = LINE_BYTES // 8


class Word(IntEnum):
    """The index of each integer in `SharedArrays.words`.

    Each has a cache line of its own.
    """

    TASKS_GIVEN = 0 * _WORDS_IN_LINE
    """How many tasks the helper process was given."""
    TASKS_DONE = 1 * _WORDS_IN_LINE
    """How many tasks it has done."""
    TASK = 2 * _WORDS_IN_LINE
    """What to do."""
    ROWS = 3 * _WORDS_IN_LINE
    """How many examples."""
    STEP = 4 * _WORDS_IN_LINE
    """The number of the optimizer's step."""
    IS_SUMMED = 5 * _WORDS_IN_LINE
    """1 if the gradients of the first half are already the sum of both."""
    SAVED_STEP = 6 * _WORDS_IN_LINE
    """The step before which `saved` was copied."""
    CORRECT = 7 * _WORDS_IN_LINE
    """How many answers were correct."""
    RANDOM_STATES_LENGTH = 8 * _WORDS_IN_LINE
    """How many bytes of `random_states` are in use."""


class SharedNumber(IntEnum):
    """The index of each floating-point number in `SharedArrays.numbers`."""

    FRACTION = 0
    """What fraction of the batch the part has."""
    LEARNING_RATE = 1
    """The learning rate of the optimizer's step."""
    LOSS = 2
    """The loss of the part."""


RANDOM_STATES_BYTES = 4096
"""Enough for the states of two generators, a few hundred bytes each."""


class SharedArrays(NotCopyable):
    """Arrays in memory that two processes share.

    Attributes:
        values: (size,) the network's parameters.
        gradients: (2, trained), the gradients of each half of a batch.
        memory: (vector_count, trained), the optimizer's memory.
        state: (kept,) the running statistics of layers, before and after the second half.
        inputs, targets: the second half's examples.
        saved: (1 + vector_count, trained - cut), a copy of the values and the memory from `cut` on, made before a step.
        words, numbers: integers and floating-point numbers.
        random_states: the pickled states of random generators.
        cut, blocks: the main process updates the first `cut` values, which are the first `blocks` of the optimizer's
            blocks; the helper process updates the rest.
    """

    copy_instead = "It is memory that two processes share."

    def __init__(self, buffer: mmap.mmap, spec: PartSpec) -> None:
        arrays, start = {}, 0
        for name, (shape, dtype) in _layout(spec).items():
            arrays[name] = np.ndarray(shape, dtype, buffer, start)
            start += _whole_lines(arrays[name].nbytes)
        self.values = arrays["values"]
        self.gradients = arrays["gradients"]
        self.memory = arrays["memory"]
        self.state, self.saved = arrays["state"], arrays["saved"]
        self.inputs, self.targets = arrays["inputs"], arrays["targets"]
        # A memoryview gives a number in a third of the time that an array takes.
        self.words, self.random_states = arrays["words"].data, arrays["random_states"].data
        self.numbers = cast("memoryview[float]", arrays["numbers"].data)
        self.cut, self.blocks = _part_of_main_process(self.gradients.shape[1])

    def write_random_states(self, generators: tuple[np.random.Generator, ...]) -> None:
        """Put the states of generators into the shared memory."""
        states = pickle.dumps([generator.bit_generator.state for generator in generators])
        self.random_states[: len(states)] = states
        self.words[Word.RANDOM_STATES_LENGTH] = len(states)

    def read_random_states(self, generators: tuple[np.random.Generator, ...]) -> None:
        """Set generators to the states in the shared memory."""
        states = pickle.loads(self.random_states[: self.words[Word.RANDOM_STATES_LENGTH]])
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state


def shared_size(spec: PartSpec) -> int:
    """The bytes of memory that SharedArrays need."""
    return sum(_whole_lines(prod(shape) * np.dtype(dtype).itemsize) for shape, dtype in _layout(spec).values())


def _layout(spec: PartSpec) -> dict[str, tuple[Shape, str]]:
    """Shape and type of each array."""
    trained = sum(prod(shape) for shape in spec.network.parameter_shapes.values())
    kept = sum(prod(shape) for shape in spec.network.state_shapes.values())
    vector_count = OPTIMIZERS[spec.config.optimizer].vector_count
    return {
        "words": ((9 * LINE_BYTES // 8,), "int64"),
        "numbers": ((3,), "float64"),
        "random_states": ((RANDOM_STATES_BYTES,), "uint8"),
        "values": ((trained + kept,), spec.dtype),
        "gradients": ((2, trained), spec.dtype),
        "memory": ((vector_count, trained), spec.dtype),
        "state": ((kept,), spec.dtype),
        "inputs": (spec.inputs_shape, spec.input_dtype),
        "targets": (spec.targets_shape, spec.target_dtype),
        "saved": ((1 + vector_count, trained - _part_of_main_process(trained)[0]), spec.dtype),
    }


def _part_of_main_process(trained: int) -> tuple[int, int]:
    """How many values and how many blocks of the optimizer the main process updates: half the blocks, rounded up."""
    blocks = (-(-trained // BLOCK_SIZE) + 1) // 2
    return min(trained, blocks * BLOCK_SIZE), blocks


def _whole_lines(size: int) -> int:
    return -(-size // LINE_BYTES) * LINE_BYTES


def create_memory(size: int) -> tuple[mmap.mmap, str, tuple[int, ...]]:
    """Create memory that another process can open.

    Returns the memory, its name for `open_memory`, and the file descriptors that the other process must inherit. The
    system frees the memory when both processes have ended, even if they are killed: on Windows it drops the name, and
    elsewhere the memory is a file without a name. Raises OSError if there is not enough memory.
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


def open_memory(name: str, size: int) -> mmap.mmap:
    """The memory that another process made with `create_memory`."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=name)
    return mmap.mmap(int(name), size)
