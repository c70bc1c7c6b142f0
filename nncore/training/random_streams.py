"""Where the chance in a run comes from."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import numpy as np

HALVES = 2
"""A large batch is worked through in this many parts, whatever the machine: so many processes can take part, and the
bits are the same with one core and with two."""


class RandomStreams(NamedTuple):
    """Independent random numbers for each purpose, so that switching one off leaves the others as they were.

    augmentation and dropout have one generator for each of the HALVES of a batch.
    """

    initialization: np.random.Generator
    split: np.random.Generator
    shuffling: np.random.Generator
    augmentation: tuple[np.random.Generator, ...]
    dropout: tuple[np.random.Generator, ...]

    @classmethod
    def of(cls, seed: int) -> RandomStreams:
        """All streams of a run, from its one seed."""
        streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3 + 2 * HALVES)]
        initialization, split, shuffling, *moving = streams
        return cls(initialization, split, shuffling, tuple(moving[:HALVES]), tuple(moving[HALVES:]))

    def __copy__(self) -> RandomStreams:
        """As `copy.deepcopy`: a copy that shared its generators would draw the numbers of the original."""
        return deepcopy(self)

    def states(self) -> list[dict[str, object]]:
        """Where shuffling, augmentation and dropout are in their sequences, as plain numbers and strings."""
        return [dict(generator.bit_generator.state) for generator in self._moving()]

    def restore(self, states: list[dict[str, object]]) -> None:
        """Go to where `states` was taken; raises ValueError for what it cannot have given."""
        for generator, state in zip(self._moving(), states, strict=True):
            generator.bit_generator.state = state

    def _moving(self) -> tuple[np.random.Generator, ...]:
        return (self.shuffling, *self.augmentation, *self.dropout)
