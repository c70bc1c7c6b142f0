from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.errors import DataError
from nncore.handwriting.personal_test.stroke_text import strokes_as_text, strokes_from_text
from nncore.preprocessing.ink import Ink
from tests.nncore.handwriting.personal_test.samples import assert_same_ink

numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
strokes = st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8), max_size=4)


@given(strokes)
def test_every_stroke_comes_back_to_the_last_bit(points: list[list[tuple[float, float]]]) -> None:
    ink = Ink(tuple(np.array(stroke, np.float32) for stroke in points))
    text = strokes_as_text(ink)
    assert "\n" not in text
    assert "," not in text
    assert_same_ink(strokes_from_text(text), ink)


def test_it_is_as_the_docstring_has_it() -> None:
    ink = strokes_from_text("0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5")
    assert [stroke.shape for stroke in ink.strokes] == [(3, 2), (2, 2)]
    assert strokes_as_text(ink) == "0.3 0.25 0.7 0.25 0.5 0.8 | 0.4 0.5 0.6 0.5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0 1 1 | 0 0 1", "Stroke 2 has 3 numbers"),
        ("0 0 | 1 one", "Stroke 2 is not made of numbers"),
        ("0 nan", "Stroke 1, point 1 is"),
        ("0 0 1e40 1", "Stroke 1, point 2 is"),
    ],
)
def test_what_is_wrong_is_named_with_its_stroke(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        strokes_from_text(text)
