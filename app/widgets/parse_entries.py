"""Text that is typed into an entry. This module does not use Qt."""

from __future__ import annotations


def quoted(text: str) -> str:
    """`text` in quotation marks, cut short if it is long."""
    text = text.strip()
    return f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"


LEARNING_RATE_DIGITS = (1, 2, 5)


def next_learning_rate(rate: float, direction: int) -> float:
    """The next rate above (`direction` 1) or below (-1) in the series 1, 2, 5, 10 ..., from 1e-6 to 10."""
    series = [float(f"{digit}e{power}") for power in range(-6, 1) for digit in LEARNING_RATE_DIGITS] + [10.0]
    if direction > 0:
        return next((step for step in series if step > rate * (1 + 1e-9)), series[-1])
    return next((step for step in reversed(series) if step < rate * (1 - 1e-9)), series[0])
