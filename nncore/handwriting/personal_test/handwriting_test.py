"""A handwriting test in progress: the requested digits, and the drawings so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nncore.data.dataset import DIGITS
from nncore.preprocessing.ink import Ink

REPETITIONS = 2
"""Number of times that each digit is requested."""

SKIPPED = Ink(())
"""The drawing of a digit that was skipped."""


@dataclass(frozen=True, eq=False)
class HandwritingTest:
    """The requested digits, and the drawings of the first of them.

    Attributes:
        prompts: the requested digits, 0 to 9.
        drawings: at most as many; a blank one means that the digit was skipped.
        present: what is drawn so far of the digit to write next.
    """

    prompts: tuple[int, ...]
    drawings: tuple[Ink, ...] = ()
    present: Ink = SKIPPED

    @property
    def is_complete(self) -> bool:
        """Whether all digits have been written or skipped."""
        return len(self.drawings) == len(self.prompts)

    @property
    def prompt(self) -> int | None:
        """The digit to write next; None after the last one."""
        return None if self.is_complete else self.prompts[len(self.drawings)]

    @property
    def written(self) -> tuple[tuple[int, Ink], ...]:
        """The requested digit and the ink of each drawing that was not skipped."""
        pairs = zip(self.prompts, self.drawings, strict=False)
        return tuple((prompt, ink) for prompt, ink in pairs if not ink.is_blank)

    def with_drawing(self, ink: Ink) -> HandwritingTest:
        """Return the test with one more drawing; blank ink skips the digit."""
        return replace(self, drawings=(*self.drawings, ink), present=SKIPPED)

    def without_last(self) -> HandwritingTest:
        """Return the test with its last drawing as the present one; a test without drawings stays the same."""
        return replace(self, drawings=self.drawings[:-1], present=self.drawings[-1]) if self.drawings else self


def new_test(seed: int) -> HandwritingTest:
    """Return a new test that requests each digit REPETITIONS times, in a random order from `seed`.

    No digit is requested twice in a row, because this would look as if the first drawing had not been accepted.
    """
    rng = np.random.default_rng(seed)
    digits = np.repeat(np.arange(len(DIGITS)), REPETITIONS)
    while (digits[1:] == digits[:-1]).any():  # about one order in three has no such pair
        rng.shuffle(digits)
    return HandwritingTest(tuple(digits.tolist()))
