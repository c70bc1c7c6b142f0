"""Numbers, fractions and counts are written as readers expect them."""

from __future__ import annotations

import ast
from math import inf, nan
from pathlib import Path

import pytest

from nncore.reporting.number_text import (
    MAX_DECIMALS,
    OVER,
    UNDER,
    clock_text,
    counted_text,
    decimal_or_tiny_text,
    decimal_text,
    decimals_of,
    duration_text,
    exact_text,
    fixed_text,
    number_in_words,
    percent_range_text,
    percent_text,
    rough_duration_text,
    rounded_text,
    without_breaks_before_units,
)


def test_fractions_are_shown_in_per_cent() -> None:
    assert (percent_text(0.98765), percent_text(0.98765, 0), percent_text(1, 1)) == ("98.77 %", "99 %", "100.0 %")
    assert percent_range_text(0.7, 0.9712, 1) == "70.0 to 97.1 %"


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(1, "epoch", "1 epoch"), (0, "epoch", "0 epochs"), (1204, "run", "1,204 runs"), (10, "class", "10 classes")],
)
def test_what_is_counted_is_singular_or_plural(count: int, noun: str, text: str) -> None:
    assert counted_text(count, noun) == text


def test_a_figure_that_was_not_measured_is_a_dash() -> None:
    assert (percent_text(None), rounded_text(None)) == ("–", "–")


ROOT = Path(__file__).parents[3]

MAY_FORMAT = {
    "nncore/reporting/number_text.py": "defines the forms",
    "app/tabs/inside/calculation/softmax_view.py": "rounds a number, and makes no text",
    "app/tabs/inside/input_source.py": "shows the limits of a slider, which are small whole numbers",
    "app/tabs/train/charts/scale/ticks.py": "powers of ten beyond the room of an axis are raised: 10⁻⁶",
    "app/tabs/train/settings/learning_rate/rate_plot.py": "rounds a number, and makes no text",
    "app/tabs/train/settings/learning_rate/rate_slider.py": "rounds a number, and makes no text",
    "nncore/training/diagnosis/hint.py": "rounds a number, and makes no text",
}
"""The files that format numbers with "g" or "e", and why."""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123456, "0.01235"), (12.0, "12"), (118_432.7, "118,400"), (0.0, "0"), (1.5e-7, "0.00000015"), (2e9, OVER),
     (-1234.5, "-1,234"), (inf, "infinity"), (nan, "not a number")],
)  # fmt: skip
def test_numbers_are_rounded_to_four_digits(value: float, text: str) -> None:
    assert rounded_text(value) == text


@pytest.mark.parametrize(("value", "text"), [(118_432.7, "118,000"), (999.6, "1,000"), (12.34, "12.3"), (0, "0")])
def test_numbers_can_have_three_digits(value: float, text: str) -> None:
    assert rounded_text(value, 3) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0.0 s"), (0.04, "under 0.1 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.5, "1:00 min"),
     (59.6, "1:00 min"), (3599.4, "59:59 min"), (3599.6, "1:00:00 h"), (3723, "1:02:03 h")],
)  # fmt: skip
def test_the_precision_of_a_duration_depends_on_its_length(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (4.4, "0:04"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")]
)
def test_a_clock_shows_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize(
    ("exact", "text"),
    [
        (0.2, "under 1 s"), (1.4, "1 s"), (19.6, "20 s"), (23, "25 s"), (58, "1 min"), (61, "1 min"), (130, "2 min"),
        (700, "10 min"), (3000, "50 min"), (3599, "1 h"), (5300, "1.5 h"), (100_000, "28 h"),
    ],
)  # fmt: skip
def test_an_estimated_duration_is_rounded(exact: float, text: str) -> None:
    assert rough_duration_text(exact) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "0.00001"),
        (8.03e-7, "0.000000803"),
        (0.00125, "0.00125"),
        (0.1 + 0.2, "0.3"),
        (2.0, "2"),
        (1500.0, "1500"),
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1e-300, UNDER),
        (-1e-300, f"-{UNDER}"),
        (1e9, "1000000000"),
        (1e12, OVER),
        (nan, "not a number"),
        (-inf, "minus infinity"),
    ],
)
def test_a_decimal_number_has_no_exponent(value: float, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (1.66e-9, "almost 0"), (9e-6, "almost 0"), (1e-5, "0.00001")])
def test_a_number_too_small_to_matter_is_almost_0(value: float, text: str) -> None:
    assert decimal_or_tiny_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8312, "0.831"), (-2, "−2"), (nan, "not a number"), (inf, "infinity"), (-inf, "minus infinity")],
)
def test_every_number_can_be_said_in_a_sentence(value: float, text: str) -> None:
    assert number_in_words(value) == text


@pytest.mark.parametrize(
    ("largest", "decimals"), [(0.3, 4), (1, 3), (12.5, 2), (99999, 0), (0, 3), (nan, 3), (1e-12, MAX_DECIMALS)]
)
def test_a_column_has_as_many_decimals_as_its_largest_number_needs(largest: float, decimals: int) -> None:
    assert decimals_of(largest) == decimals


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.125, "0.125"), (-1204, "−1,204.000"), (-0.0001, "0.000"), (nan, "NaN"), (-inf, "−∞"), (1e15, "1e+15")],
)
def test_the_numbers_of_a_column_have_the_same_decimals(value: float, text: str) -> None:
    assert fixed_text(value, 3) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-5, "0.00001"), (5.0, "5"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"), (-1e-7, "-0.0000001"),
     (0.0, "0"), (1e-30, "1e-30"), (123456.5, "123456.5")],
)  # fmt: skip
def test_a_field_shows_exactly_the_number_that_is_read_back(value: float, text: str) -> None:
    assert exact_text(value) == text
    assert float(text) == value


def test_no_text_is_made_with_the_formats_that_give_exponents() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{part.lineno}"
        for top in ("app", "nncore")
        for path in (ROOT / top).rglob("*.py")
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(part, ast.FormattedValue) and _format_of(part)[-1:] in ("g", "e", "G", "E")
    }
    assert {each for each in found if each.split(":")[0] not in MAY_FORMAT} == set(), (
        "nncore/reporting/number_text.py has the forms for numbers"
    )


def _format_of(part: ast.FormattedValue) -> str:
    """The format of a part of an f-string, such as ".3g"; "" for none."""
    if not isinstance(part.format_spec, ast.JoinedStr):
        return ""
    return "".join(str(each.value) for each in part.format_spec.values if isinstance(each, ast.Constant))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("87.0 %, after 3 epochs in 7.9 s.", "87.0_%, after 3 epochs in 7.9_s."),
        ("70 to 97 % in 3:05 min at 14,100 samples/s", "70 to 97_% in 3:05_min at 14,100_samples/s"),
        ("1 sample, 2 helpers, 3 hours, 4 minutes", "1 sample, 2 helpers, 3 hours, 4 minutes"),
        ("", ""),
    ],
)
def test_a_unit_stays_with_its_number(text: str, shown: str) -> None:
    assert without_breaks_before_units(text).replace("\N{NO-BREAK SPACE}", "_") == shown
