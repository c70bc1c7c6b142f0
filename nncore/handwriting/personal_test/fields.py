"""The fields of one drawing in a file of a handwriting test: checks for untrusted values, and strokes as text.

    "0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5"

Each stroke is alternately x and y, y down; a bar separates strokes. Every float32 is read back to the bit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError, printable
from nncore.evaluation.recognition import VERDICTS, Verdict
from nncore.preprocessing.ink import Ink
from nncore.reporting.number_text import counted_text

MAX_DRAWINGS = 20_000
"""Number of drawings in a test, at most: more than in any usual file of pen strokes, and few enough for memory."""

MAX_HISTORY_BYTES = 256_000_000
"""Bytes; the size of MAX_DRAWINGS drawings with a hundred times the usual number of points."""

MAX_NAME_LENGTH = 200
"""Number of characters in a model's name, at most."""

MAX_DRAWING_LENGTH = 16_000_000
"""Number of characters of a drawing, at most; about 700,000 points."""

SEPARATOR = "|"
WORD_PATTERN = re.compile(r"\S+")


def digit_of(value: object) -> int:
    """Return a requested digit, 0 to 9, given as a number or as text. Raises DataError."""
    text = str(value).strip()
    if isinstance(value, bool) or text not in DIGITS:
        raise DataError(f'the requested digit is "{printable(text)}"; expected 0 to 9.')
    return int(text)


def ink_of(ink: Ink) -> Ink:
    """Return the ink. Raises DataError if it is blank."""
    if ink.is_blank:
        raise DataError("there are no strokes; expected at least 1.")
    return ink


def verdict_of(value: object) -> Verdict:
    """Return a verdict. Raises DataError for any other value."""
    for verdict in VERDICTS:
        if value == verdict:
            return verdict
    raise DataError(f'the verdict is "{printable(str(value))}"; expected {", ".join(VERDICTS[:-1])} or {VERDICTS[-1]}.')


def probabilities_of(values: Sequence[object]) -> NDArray[np.float32]:
    """Return ten probabilities (10,), 0 to 1 with sum 1, read-only. Raises DataError."""
    try:
        numbers = np.array([float(value) for value in values], np.float64)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        numbers = np.full(len(DIGITS), np.nan)
    in_range = len(numbers) == len(DIGITS) and bool(((numbers >= 0) & (numbers <= 1)).all())
    if not (in_range and abs(numbers.sum() - 1) < 0.01):
        raise DataError("the probabilities are invalid; expected ten numbers from 0 to 1 with sum 1.")
    probabilities = numbers.astype(np.float32)  # after the check: a larger number would overflow
    probabilities.flags.writeable = False
    return probabilities


def date_of(value: object) -> str:
    """Return a date and time in ISO 8601, to the second. Raises DataError."""
    try:
        return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        raise DataError(
            f'the date is "{printable(str(value))}"; expected one like {datetime(2026, 1, 31, 9, 30).isoformat()}.'
        ) from None


def name_of_model(value: object) -> str:
    """Return a model's name as one line, shortened if it is too long."""
    return printable(" ".join(str(value).split()), MAX_NAME_LENGTH)


def strokes_as_text(ink: Ink) -> str:
    """Write strokes as text, each number in its shortest form."""
    return f" {SEPARATOR} ".join(" ".join(map(str, stroke.ravel())) for stroke in ink.strokes)


def strokes_from_text(text: str) -> Ink:
    """Read the text of `strokes_as_text`. Raises DataError with the number of the invalid stroke."""
    strokes = []
    for number, part in enumerate(text.split(SEPARATOR), start=1):
        # Word by word: a list of all words would take thirty times the memory of the numbers.
        words = (float(word[0]) for word in WORD_PATTERN.finditer(part))
        try:
            with np.errstate(over="ignore"):  # an overflow becomes infinite, which Ink rejects
                numbers = np.fromiter(words, np.float32)
        except ValueError:
            raise DataError(f"Stroke {number} does not consist of numbers; expected x and y for each point.") from None
        if len(numbers) % 2:
            raise DataError(
                f"Stroke {number} has {counted_text(len(numbers), 'number')}; expected x and y for each point."
            )
        strokes.append(numbers.reshape(-1, 2))
    return Ink(tuple(strokes))
