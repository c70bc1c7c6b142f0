from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.handwriting.personal_test.field_checks import (
    date_of,
    digit_of,
    ink_of,
    name_of_model,
    probabilities_of,
    verdict_of,
)
from nncore.preprocessing.ink import Ink

EVEN = [0.1] * 10


def test_what_is_sound_is_taken() -> None:
    assert (digit_of("7"), digit_of(7)) == (7, 7)
    assert date_of(" 2026-01-31 09:30 ") == "2026-01-31T09:30:00"
    assert date_of("2026-01-31T09:30:00.5+02:00") == "2026-01-31T09:30:00"
    assert verdict_of("not a digit") == "not a digit"
    assert np.array_equal(probabilities_of(["0.1"] * 10), np.full(10, 0.1, np.float32))
    assert name_of_model(" two\nlines\x00 ") == "two lines\\x00"
    assert len(name_of_model("m" * 1000)) == 200


@pytest.mark.parametrize("value", [10, -1, "", "x", None, True, 7.5, "٣", [7]])
def test_no_digit_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="expected 0 to 9"):
        digit_of(value)


@pytest.mark.parametrize("value", ["", "yesterday", None, 5, "2026-13-01"])
def test_no_date_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="expected one like 2026-01-31T09:30:00"):
        date_of(value)


@pytest.mark.parametrize("value", ["", "Digit", None, ["digit"]])
def test_no_verdict_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="expected digit, unsure or not a digit"):
        verdict_of(value)


@pytest.mark.parametrize(
    "values",
    [EVEN[:9], [*EVEN, 0.0], [0.0] * 10, [-0.1, 0.3, *EVEN[2:]], [float("nan"), *EVEN[1:]], ["x", *EVEN[1:]],
     [None, *EVEN[1:]], [[0.1], *EVEN[1:]], [10**400, *EVEN[1:]], ["inf", *EVEN[1:]]],
)  # fmt: skip
def test_what_are_no_probabilities_is_refused(values: list[object]) -> None:
    with pytest.raises(DataError, match="ten numbers from 0 to 1 that sum to 1"):
        probabilities_of(values)


def test_no_ink_is_refused() -> None:
    with pytest.raises(DataError, match="no strokes"):
        ink_of(Ink(()))
