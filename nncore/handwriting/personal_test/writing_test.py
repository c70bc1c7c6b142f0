"""A handwriting test while it is being written: what is asked for, and what has been written so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nncore.data.dataset import DIGITS
from nncore.preprocessing.ink import Ink

TIMES = 2
"""How often each digit is asked for."""

SKIPPED = Ink(())
"""What stands for a digit that was not written."""


@dataclass(frozen=True, eq=False)
class WritingTest:
    """Digits to write, and what was written for the first of them.

    prompts: the digits asked for, 0 to 9. drawings: at most as many; blank where one was skipped.
    """

    prompts: tuple[int, ...]
    drawings: tuple[Ink, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to write."""
        return len(self.drawings) == len(self.prompts)

    @property
    def prompt(self) -> int | None:
        """The digit to write now; None after the last."""
        return None if self.is_complete else self.prompts[len(self.drawings)]

    @property
    def written(self) -> tuple[tuple[int, Ink], ...]:
        """The digit asked for and the ink of each drawing that was not skipped."""
        pairs = zip(self.prompts, self.drawings, strict=False)
        return tuple((prompt, ink) for prompt, ink in pairs if not ink.is_blank)

    def with_drawing(self, ink: Ink) -> WritingTest:
        """The test after the next digit was written, or skipped if `ink` is blank."""
        return replace(self, drawings=(*self.drawings, ink))

    def without_last(self) -> WritingTest:
        """The test before the last drawing; itself if there is none."""
        return replace(self, drawings=self.drawings[:-1])


def new_test(seed: int) -> WritingTest:
    """A test that asks for each digit TIMES times in an order drawn from `seed`.

    No digit is asked for twice running: that would look as if the first had not been taken.
    """
    rng = np.random.default_rng(seed)
    digits = np.repeat(np.arange(len(DIGITS)), TIMES)
    while (digits[1:] == digits[:-1]).any():  # about one order in three has no such pair
        rng.shuffle(digits)
    return WritingTest(tuple(digits.tolist()))
