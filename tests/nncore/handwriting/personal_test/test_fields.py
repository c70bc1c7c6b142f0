"""Digits, dates, verdicts and probabilities from files are checked before they are used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.errors import DataError
from nncore.handwriting.personal_test.fields import (
    date_of,
    digit_of,
    ink_of,
    name_of_model,
    probabilities_of,
    strokes_as_text,
    strokes_from_text,
    verdict_of,
)
from nncore.preprocessing.ink import Ink
from tests.nncore.handwriting.personal_test.samples import assert_same_ink

EVEN = [0.1] * 10


def test_valid_fields_are_accepted() -> None:
    assert (digit_of("7"), digit_of(7)) == (7, 7)
    assert date_of(" 2026-01-31 09:30 ") == "2026-01-31T09:30:00"
    assert date_of("2026-01-31T09:30:00.5+02:00") == "2026-01-31T09:30:00"
    assert verdict_of("not a digit") == "not a digit"
    assert np.array_equal(probabilities_of(["0.1"] * 10), np.full(10, 0.1, np.float32))
    assert name_of_model(" two\nlines\x00 ") == "two lines\\x00"
    assert len(name_of_model("m" * 1000)) == 200


@pytest.mark.parametrize("value", [10, -1, "", "x", None, True, 7.5, "٣", [7]])
def test_a_value_that_is_not_a_digit_is_rejected(value: object) -> None:
    with pytest.raises(DataError, match="expected 0 to 9"):
        digit_of(value)


@pytest.mark.parametrize("value", ["", "yesterday", None, 5, "2026-13-01"])
def test_a_value_that_is_not_a_date_is_rejected(value: object) -> None:
    with pytest.raises(DataError, match="expected one like 2026-01-31T09:30:00"):
        date_of(value)


@pytest.mark.parametrize("value", ["", "Digit", None, ["digit"]])
def test_a_value_that_is_not_a_verdict_is_rejected(value: object) -> None:
    with pytest.raises(DataError, match="expected digit, unsure or not a digit"):
        verdict_of(value)


@pytest.mark.parametrize(
    "values",
    [EVEN[:9], [*EVEN, 0.0], [0.0] * 10, [-0.1, 0.3, *EVEN[2:]], [float("nan"), *EVEN[1:]], ["x", *EVEN[1:]],
     [None, *EVEN[1:]], [[0.1], *EVEN[1:]], [10**400, *EVEN[1:]], ["inf", *EVEN[1:]], [1e300, *EVEN[1:]],
     [1e300, -1e300, *EVEN[2:]]],
)  # fmt: skip
def test_values_that_are_not_probabilities_are_rejected(values: list[object]) -> None:
    with pytest.raises(DataError, match="ten numbers from 0 to 1 with sum 1"):
        probabilities_of(values)


def test_blank_ink_is_rejected() -> None:
    with pytest.raises(DataError, match="no strokes"):
        ink_of(Ink(()))


numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
strokes = st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8), max_size=4)


@given(strokes)
def test_strokes_as_text_are_read_back_to_the_last_bit(points: list[list[tuple[float, float]]]) -> None:
    ink = Ink(tuple(np.array(stroke, np.float32) for stroke in points))
    text = strokes_as_text(ink)
    assert "\n" not in text
    assert "," not in text
    assert_same_ink(strokes_from_text(text), ink)


def test_the_example_of_the_docstring_is_correct() -> None:
    ink = strokes_from_text("0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5")
    assert [stroke.shape for stroke in ink.strokes] == [(3, 2), (2, 2)]
    assert strokes_as_text(ink) == "0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 1 1 | 0 0 1", "Stroke 2 has 3 numbers"),
        ("0 0 | 1 one", "Stroke 2 does not consist of numbers"),
        ("0 nan", "Stroke 1, point 1 is"),
        ("0 0 1e40 1", "Stroke 1, point 2 is"),
    ],
)
def test_an_error_in_strokes_is_reported_with_the_stroke(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        strokes_from_text(text)
