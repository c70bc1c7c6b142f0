"""What a file says of one drawing, checked: it may come from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError, shown
from nncore.evaluation.recognition import Verdict
from nncore.preprocessing.ink import Ink

MOST_DRAWINGS = 20_000
"""In one test: more than any file of pen strokes here has, and no more than fits into memory many times over."""

LARGEST_FILE = 256_000_000
"""Bytes; so large are MOST_DRAWINGS with a hundred times the points of ordinary ones."""

LONGEST_NAME = 200
"""Characters of a model's name."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def digit_of(value: object) -> int:
    """A digit asked for, from 0 to 9, given as a number or as text."""
    text = str(value).strip()
    if isinstance(value, bool) or text not in DIGITS:
        raise DataError(f'the digit asked for is "{shown(text)}"; expected 0 to 9.')
    return int(text)


def ink_of(ink: Ink) -> Ink:
    """Ink that holds something."""
    if ink.is_blank:
        raise DataError("there are no strokes; expected at least 1.")
    return ink


def verdict_of(value: object) -> Verdict:
    """A verdict."""
    for verdict in VERDICTS:
        if value == verdict:
            return verdict
    raise DataError(f'the verdict is "{shown(str(value))}"; expected {", ".join(VERDICTS[:-1])} or {VERDICTS[-1]}.')


def probabilities_of(values: Sequence[object]) -> NDArray[np.float32]:
    """Ten probabilities (10,), read-only."""
    try:
        numbers = np.array([float(value) for value in values], np.float32)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        numbers = np.full(len(DIGITS), np.nan, np.float32)
    sums_to_one = len(numbers) == len(DIGITS) and abs(float(numbers.sum(dtype=np.float64)) - 1) < 0.01
    if not (sums_to_one and (numbers >= 0).all()):
        raise DataError("the probabilities are wrong; expected ten numbers from 0 to 1 that sum to 1.")
    numbers.flags.writeable = False
    return numbers


def date_of(value: object) -> str:
    """A date and time as ISO 8601 has them, to the second."""
    try:
        return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        raise DataError(
            f'the date is "{shown(str(value))}"; expected one like {datetime(2026, 1, 31, 9, 30).isoformat()}.'
        ) from None


def name_of_model(value: object) -> str:
    """A model's name in one line, cut if it is long."""
    return shown(" ".join(str(value).split()), LONGEST_NAME)
