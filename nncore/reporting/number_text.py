"""Numbers as text, in the one form that window, command line and reports use."""

from __future__ import annotations

import re
from decimal import Decimal
from math import floor, isfinite, isinf, isnan, log10

NO_VALUE = "–"
"""The text of a figure that was not measured."""

MAX_WRITTEN_OUT = 1e9
"""A larger number is written as OVER; nobody could count its zeros."""
MIN_WRITTEN_OUT = 1 / MAX_WRITTEN_OUT
"""A smaller number, other than 0, is written as UNDER."""

OVER = "over 1,000,000,000"
"""The text for a number above MAX_WRITTEN_OUT."""

UNDER = "under 0.000000001"
"""The text for a number closer to 0 than MIN_WRITTEN_OUT."""

ROUNDING_STEPS = ((20, 1), (60, 5), (600, 60), (3600, 300))
"""An estimated duration below the first number of seconds is rounded to a multiple of the second."""


NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

_BEFORE_A_UNIT = re.compile(r"(?<=\d) (?=(?:%|s|min|h|samples/s)(?![\w/]))")


def without_breaks_before_units(text: str) -> str:
    """Return `text` with no-break spaces between numbers and their units, for a text that is wrapped."""
    return _BEFORE_A_UNIT.sub(NO_BREAK_SPACE, text)


def counted_text(count: int, noun: str) -> str:
    """Return how many there are of something that can be counted: "1 epoch", "1,204 epochs", "0 classes"."""
    plural = f"{noun}{'es' if noun.endswith('s') else 's'}"
    return f"{count:,} {noun if count == 1 else plural}"


def percent_text(fraction: float | None, decimals: int = 2) -> str:
    """Return a fraction, 0 to 1, in per cent: "98.77 %"; NO_VALUE for None."""
    return NO_VALUE if fraction is None else f"{100 * fraction:.{decimals}f} %"


def percent_range_text(lowest: float, highest: float, decimals: int = 2) -> str:
    """Return two fractions, 0 to 1, as a range: "70 to 97 %"."""
    return f"{100 * lowest:.{decimals}f} to {percent_text(highest, decimals)}"


def rounded_text(value: float | None, digits: int = 4) -> str:
    """Return a number as `decimal_text` does, with commas: "0.01235", "118,400"; NO_VALUE for None."""
    return NO_VALUE if value is None else _written_out(value, digits, ",f")


def decimal_text(value: float, digits: int = 3) -> str:
    """Return a number with at most `digits` significant digits and no exponent: "0.00001", "0.00125", "2".

    A number closer to 0 than MIN_WRITTEN_OUT is UNDER, one above MAX_WRITTEN_OUT is OVER, with a minus sign in
    front of a negative one. NaN is "not a number", infinity "infinity" or "minus infinity".
    """
    return _written_out(value, digits, "f")


def _written_out(value: float, digits: int, form: str) -> str:
    if isnan(value):
        return "not a number"
    if isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    text = f"{value:.{digits}g}"
    magnitude, sign = abs(float(text)), "-" if value < 0 else ""
    if magnitude > MAX_WRITTEN_OUT:
        return f"{sign}{OVER}"
    return f"{sign}{UNDER}" if 0 < magnitude < MIN_WRITTEN_OUT else format(Decimal(text), form)


def exact_text(number: float) -> str:
    """Return the shortest text that is read back as exactly this number, for a field of a form: "0.1", "5", "0.00001".

    Only a number that `decimal_text` does not write out has an exponent.
    """
    shortest = repr(float(number)).removesuffix(".0")
    return f"{Decimal(shortest):f}" if MIN_WRITTEN_OUT <= abs(number) <= MAX_WRITTEN_OUT else shortest


def number_in_words(value: float, digits: int = 3) -> str:
    """Return any number as a sentence says it: as `decimal_text` does, with the sign MINUS."""
    return decimal_text(value, digits).replace("-", MINUS)


MINUS = "−"
"""The sign of a negative number in columns and sentences; as wide as a digit, unlike the hyphen."""

MAX_DECIMALS = 9


def decimals_of(largest: float, digits: int = 4) -> int:
    """How many decimals give the largest absolute number of a column `digits` significant digits, 0 to MAX_DECIMALS."""
    if not (isfinite(largest) and largest > 0):
        return digits - 1
    return min(MAX_DECIMALS, max(0, digits - 1 - floor(log10(largest))))


def fixed_text(value: float, decimals: int) -> str:
    """Return a number of a column, all with the same decimals, so that they line up: "−0.125", "1,204.000".

    NaN is "NaN", infinity "∞"; a number beyond 10^12 has an exponent.
    """
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if abs(value) >= 1e12:
        return f"{value:.3g}".replace("-", MINUS)
    text = f"{value:,.{decimals}f}".replace("-", MINUS)
    return text if any(digit in text for digit in "123456789") else text.removeprefix(MINUS)


TINY = 1e-5
"""A smaller figure is shown as "almost 0" where its size no longer matters."""


def decimal_or_tiny_text(value: float, digits: int = 3) -> str:
    """Return a number of at least 0 as `decimal_text` does, but "almost 0" between 0 and TINY."""
    return "almost 0" if 0 < value < TINY else decimal_text(value, digits)


def duration_text(seconds: float) -> str:
    """Return a duration with its unit: "under 0.1 s", "0.4 s", "12 s", "3:05 min" or "1:02:03 h"; 0 is "0.0 s"."""
    if 0 < seconds < 0.05:
        return "under 0.1 s"
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    return f"{clock_text(seconds)} {'h' if round(seconds) >= 3600 else 'min'}"


def clock_text(seconds: float) -> str:
    """Return a duration as a clock shows it: "0:04", "12:30" or "1:02:03"; its width hardly changes from 1 s to 1 h."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rough_duration_text(seconds: float) -> str:
    """Return an estimated duration in seconds as "under 1 s", "12 s", "45 s", "3 min" or "1.5 h"."""
    if seconds < 1:
        return "under 1 s"
    unit = next((unit for limit, unit in ROUNDING_STEPS if seconds < limit), 1800)
    rounded = max(1, round(seconds / unit)) * unit
    if rounded < 60:
        return f"{rounded} s"
    return f"{rounded // 60} min" if rounded < 3600 else f"{rounded / 3600:g} h"


def about_duration_text(seconds: float) -> str:
    """Return an estimated duration as in a sentence: "about 12 s", "under 1 s"."""
    text = rough_duration_text(seconds)
    return text if text.startswith("under") else f"about {text}"
