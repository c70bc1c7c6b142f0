"""The random numbers of a run."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import numpy as np

PARTS_PER_PASS = 2
"""A large batch is split into this many parts on every machine: two processes can compute one part each, and the bits
are the same with one core and with two."""


class RandomStreams(NamedTuple):
    """An independent generator for each purpose, so that switching one off does not change the others.

    augmentation and dropout have PARTS_PER_PASS generators, one for each part of a batch.
    """

    initialization: np.random.Generator
    split: np.random.Generator
    shuffling: np.random.Generator
    augmentation: tuple[np.random.Generator, ...]
    dropout: tuple[np.random.Generator, ...]

    @classmethod
    def from_seed(cls, seed: int) -> RandomStreams:
        """All generators of a run, from its seed."""
        streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3 + 2 * PARTS_PER_PASS)]
        initialization, split, shuffling, *of_parts = streams
        return cls(initialization, split, shuffling, tuple(of_parts[:PARTS_PER_PASS]), tuple(of_parts[PARTS_PER_PASS:]))

    def __copy__(self) -> RandomStreams:
        """The same as `copy.deepcopy`: a copy with shared generators would draw the numbers of the original."""
        return deepcopy(self)

    def states(self) -> list[dict[str, object]]:
        """The states of the generators for shuffling, augmentation and dropout, as plain numbers and strings."""
        return [dict(generator.bit_generator.state) for generator in self._saved_generators()]

    def restore(self, states: list[dict[str, object]]) -> None:
        """Set the generators to what `states` returned; raises ValueError for a wrong number of states."""
        for generator, state in zip(self._saved_generators(), states, strict=True):
            generator.bit_generator.state = state

    def _saved_generators(self) -> tuple[np.random.Generator, ...]:
        return (self.shuffling, *self.augmentation, *self.dropout)
