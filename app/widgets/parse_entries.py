"""The hidden layers of a network as words in a line: "conv8 max2 128 dropout0.3 64". No Qt in here."""

from __future__ import annotations

import re

from nncore.errors import SettingError
from nncore.training.control import check_learning_rate


def quoted(text: str) -> str:
    """`text` in quotation marks, cut short if it is long."""
    text = text.strip()
    return f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"


LEARNING_RATE_DIGITS = (1, 2, 5)


def read_learning_rate(text: str) -> float:
    """The rate in `text`: "0.001", "1e-3" or "0,001". Raises SettingError("learning_rate").

    A comma is a decimal comma, but not where it may separate thousands: "1,000" is refused.
    """
    if re.match(r"\s*[+-]?[1-9]\d{0,2}(,\d{3})+(?!\d)", text, re.ASCII):
        raise SettingError(
            "learning_rate",
            f"Learning rate {quoted(text)} can be read in two ways: write a point for the decimals, such as 1.5, "
            "and nothing between thousands.",
        )
    try:
        rate = float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise SettingError(
            "learning_rate", f"Learning rate {quoted(text)} is no number: write one above 0, such as 0.001."
        ) from None
    check_learning_rate(rate)
    return rate


def read_whole_number(field: str, name: str, text: str, lowest: int, highest: int) -> int:
    """The whole number in `text`. Raises SettingError(field), calling the setting `name`, unless it is in range."""
    expected = f"it is a whole number from {lowest:,} to {highest:,}"
    if not re.fullmatch(r"\s*[+-]?\d{1,20}\s*", text, re.ASCII):
        raise SettingError(field, f"{name} {quoted(text)} will not do: {expected}.")
    number = int(text)
    if not lowest <= number <= highest:
        raise SettingError(field, f"{name} {number:,} is out of range: {expected}.")
    return number


def read_number(field: str, name: str, text: str, lowest: float, highest: float, *, above: bool = False) -> float:
    """The number in `text`, with a decimal point or comma. Raises SettingError(field) unless it is in range.

    The range is from `lowest`, or above it, to `highest`.
    """
    expected = f"it is {'above' if above else 'from'} {lowest:g}{' and at most' if above else ' to'} {highest:,.12g}"
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise SettingError(field, f"{name} {quoted(text)} is no number: {expected}.") from None
    if not (lowest < number if above else lowest <= number) or not number <= highest:  # NaN fails
        raise SettingError(field, f"{name} {number:g} is out of range: {expected}.")
    return number


def next_learning_rate(rate: float, direction: int) -> float:
    """The next rate above (`direction` 1) or below (-1) in the series 1, 2, 5, 10 ..., from 1e-6 to 10."""
    series = [float(f"{digit}e{power}") for power in range(-6, 1) for digit in LEARNING_RATE_DIGITS] + [10.0]
    if direction > 0:
        return next((step for step in series if step > rate * (1 + 1e-9)), series[-1])
    return next((step for step in reversed(series) if step < rate * (1 - 1e-9)), series[0])
