"""What a student types, read as settings; every refusal is one sentence. No Qt in here."""

from __future__ import annotations

import re

from nncore.control import check_learning_rate
from nncore.errors import SettingError

MOST_HIDDEN_LAYERS = 20
MOST_UNITS = 1_000_000
LEARNING_RATE_DIGITS = (1, 2, 5)


def read_learning_rate(text: str) -> float:
    """The rate in `text`: "0.001", "1e-3" or "0,001". Raises SettingError("learning_rate").

    A comma is a decimal comma, but not where it may separate thousands: "1,000" is refused.
    """
    if re.match(r"\s*[+-]?[1-9]\d{0,2}(,\d{3})+(?!\d)", text, re.ASCII):
        raise SettingError(
            "learning_rate",
            f"Learning rate {_quoted(text)} can be read in two ways: write a point for the decimals, such as 1.5, "
            "and nothing between thousands.",
        )
    try:
        rate = float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise SettingError(
            "learning_rate", f"Learning rate {_quoted(text)} is no number: write one above 0, such as 0.001."
        ) from None
    check_learning_rate(rate)
    return rate


def read_whole_number(field: str, name: str, text: str, lowest: int, highest: int) -> int:
    """The whole number in `text`. Raises SettingError(field), calling the setting `name`, unless it is in range."""
    expected = f"it is a whole number from {lowest:,} to {highest:,}"
    if not re.fullmatch(r"\s*[+-]?\d{1,20}\s*", text, re.ASCII):
        raise SettingError(field, f"{name} {_quoted(text)} will not do: {expected}.")
    number = int(text)
    if not lowest <= number <= highest:
        raise SettingError(field, f"{name} {number:,} is out of range: {expected}.")
    return number


def read_widths(text: str) -> tuple[int, ...]:
    """The widths of the hidden layers in `text`: "128 64", "128, 64" or nothing. Raises SettingError("layers")."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    if len(words) > MOST_HIDDEN_LAYERS:
        raise SettingError("layers", f"{len(words)} hidden layers are too many: {MOST_HIDDEN_LAYERS} at most.")
    return tuple(_width(number, word) for number, word in enumerate(words, start=1))


def _width(number: int, word: str) -> int:
    if not re.fullmatch(r"\d{1,20}", word, re.ASCII):
        raise SettingError("layers", f"Width {_quoted(word)} of hidden layer {number} is no whole number, such as 64.")
    units = int(word)
    if not 1 <= units <= MOST_UNITS:
        raise SettingError("layers", f"Hidden layer {number} has width {units:,}: it is from 1 to {MOST_UNITS:,}.")
    return units


def next_learning_rate(rate: float, direction: int) -> float:
    """The next rate above (`direction` 1) or below (-1) in the series 1, 2, 5, 10 ..., from 1e-6 to 10."""
    series = [float(f"{digit}e{power}") for power in range(-6, 1) for digit in LEARNING_RATE_DIGITS] + [10.0]
    if direction > 0:
        return next((step for step in series if step > rate * (1 + 1e-9)), series[-1])
    return next((step for step in reversed(series) if step < rate * (1 - 1e-9)), series[0])


def _quoted(text: str) -> str:
    """`text` in quotation marks, cut short if it is long."""
    text = text.strip()
    return f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"
