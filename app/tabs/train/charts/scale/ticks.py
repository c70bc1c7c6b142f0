"""Where the ticks of an axis stand, and how an axis maps values to positions. No Qt here."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np

from app.tabs.train.charts.curve import Values
from nncore.reporting.number_text import decimal_text

NICE_SPACINGS = (1.0, 2.0, 2.5, 5.0, 10.0)
RAISED_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST_LABEL = "0.00001"
"""The label with the smallest number that is written out; an axis has room for it."""

ROUND_ENDS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_up(value: float) -> float:
    """The smallest 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10 times a power of ten that is at least `value` > 0."""
    power = 10.0 ** floor(log10(value))
    return next((digit * power for digit in ROUND_ENDS if digit * power >= value), 10 * power)


def linear_ticks(low: float, high: float, most: int, end: float | None = None, *, whole: bool = False) -> list[float]:
    """Ticks from `low` to `high`, about `most` at most, at multiples of 1, 2, 2.5 or 5 times a power of ten.

    end: the end of the data, which gets a tick if it is within the axis; ticks that are too close to it are left out.
    whole: only whole numbers.
    """
    if not high > low:
        return []
    spacing = _spacing((high - low) / max(1, most), end, whole)
    slack = 1e-9 * (high - low)
    first, last = ceil((low - slack) / spacing), floor((high + slack) / spacing)
    ticks = [number * spacing for number in range(first, last + 1)]
    if end is not None and low - slack <= end <= high + slack:
        ticks = [tick for tick in ticks if end - tick > 0.6 * spacing] + [end]
    return ticks


def _spacing(least: float, end: float | None, whole: bool) -> float:
    """The smallest nice spacing from `least` on; a slightly larger one if it has a tick at `end` and that one not."""
    power = floor(log10(least))
    nice = [digit * 10.0**exponent for exponent in range(power, power + 2) for digit in NICE_SPACINGS[:-1]]
    fitting = [spacing for spacing in nice if spacing >= least * (1 - 1e-9)]
    if whole:
        fitting = [spacing for spacing in fitting if spacing >= 1 and spacing == round(spacing)] or [1.0]
    if end:
        divides = [spacing for spacing in fitting if abs(end / spacing - round(end / spacing)) < 1e-6]
        if divides and divides[0] <= 2 * fitting[0]:
            return divides[0]
    return fitting[0]


def log_ticks(low: float, high: float, most: int, end: float | None = None) -> list[float]:
    """Ticks between the positive values `low` and `high` on a logarithmic axis, about `most` at most.

    They are powers of ten, of several decades if there are too many, or with 2 and 5 times them if there is room. end:
    as in `linear_ticks`.
    """
    if not 0 < low < high:
        return []
    decades = log10(high / low)
    digits = (1, 2, 5) if 3 * decades <= most else (1,)
    every = max(1, ceil(decades / max(1, most)))
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [digit * 10.0**power for power in powers if power % every == 0 for digit in digits]
    ticks = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
    if end is not None and low <= end * (1 + 1e-9) and end <= high * (1 + 1e-9):
        gap = 0.6 * decades / max(1, most)
        ticks = [tick for tick in ticks if log10(end / tick) > gap] + [end]
    return ticks


def positions(values: Values, *, logarithmic: bool) -> Values:
    """The positions (n,) of values (n,) on an axis: log10 on a logarithmic one, NaN for values that are not above 0."""
    if not logarithmic:
        return values
    return np.log10(values, out=np.full(len(values), np.nan), where=values > 0)


def position(value: float, *, logarithmic: bool) -> float:
    """The position of one value, as `positions`."""
    return float(positions(np.array([value]), logarithmic=logarithmic)[0])


def label_of_tick(value: float) -> str:
    """A tick's value with up to three significant digits: "0.05", "12,000", "0.00001".

    Beyond LONGEST_LABEL and a million, where an axis has no room for the zeros, it is a power of ten: "3·10⁻⁶".
    """
    if value == 0 or float(LONGEST_LABEL) * (1 - 1e-9) <= abs(value) < 1e6:
        return f"{value:,.0f}" if abs(value) >= 1000 else decimal_text(value)
    digits, power = f"{value:.2e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    raised = f"10{str(int(power)).translate(RAISED_DIGITS)}"
    return raised if digits == "1" else f"{digits}·{raised}"
