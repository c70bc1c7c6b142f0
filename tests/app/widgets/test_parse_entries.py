import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.parse_entries import next_learning_rate, read_learning_rate, read_number, read_whole_number
from nncore.errors import SettingError


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        *(("0.001", 0.001), (" 1e-3 ", 0.001), (".5", 0.5), ("2", 2.0), ("1.000", 1.0), ("1000", 1000.0)),
        *(("0,05", 0.05), ("0,001", 0.001), ("0,125", 0.125), ("1,5", 1.5), ("1,0005", 1.0005), ("1,5e-3", 0.0015)),
    ],
)
def test_a_learning_rate_is_read_in_any_common_spelling(text: str, rate: float) -> None:
    assert read_learning_rate(text) == rate


@pytest.mark.parametrize("text", ["0", "-0.1", "inf", "1e999", "nan", "", "fast", "0.1.2", "1,000,5"])
def test_a_learning_rate_that_cannot_train_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(SettingError, match=r"^Learning rate .*0.*\.$") as refusal:
        read_learning_rate(text)
    assert refusal.value.field == "learning_rate"


@pytest.mark.parametrize("text", ["1,000", " 12,345", "+1,000", "123,456,789", "1,000.5", "1,000e-3"])
def test_a_comma_that_may_separate_thousands_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(SettingError, match="can be read in two ways: write a point"):
        read_learning_rate(text)


@given(st.text(max_size=40))
def test_any_text_is_a_usable_rate_or_a_setting_error(text: str) -> None:
    try:
        rate = read_learning_rate(text)
    except SettingError:
        return
    assert rate > 0
    assert math.isfinite(rate)


@given(st.text(min_size=20, max_size=500).filter(lambda text: not any(c.isdigit() for c in text)))
def test_a_long_text_is_not_repeated_whole(text: str) -> None:
    with pytest.raises(SettingError) as refusal:
        read_learning_rate(text)
    assert len(str(refusal.value)) < 120


@given(st.integers(1, 1_000_000))
def test_a_whole_number_in_range_is_read(number: int) -> None:
    assert read_whole_number("epochs", "Epochs", f" {number} ", 1, 1_000_000) == number


@pytest.mark.parametrize("text", ["0", "1000001", "-3", "2.5", "", "ten", "9" * 5000, "1_0", "٣"])
def test_what_is_no_whole_number_in_range_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(SettingError, match="from 1 to 1,000,000") as refusal:
        read_whole_number("epochs", "Number of epochs", text, 1, 1_000_000)
    assert refusal.value.field == "epochs"
    assert str(refusal.value).startswith("Number of epochs")


@pytest.mark.parametrize(("text", "number"), [("0", 0.0), ("0,5", 0.5), (" 1e-4 ", 1e-4), ("2", 2.0)])
def test_a_number_in_range_is_read(text: str, number: float) -> None:
    assert read_number("weight_decay", "Weight decay", text, 0, 2) == number


@pytest.mark.parametrize("text", ["-0.1", "2.1", "nan", "inf", "1e999", "", "much"])
def test_what_is_no_number_in_range_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(SettingError, match=r"^Weight decay .*: it is from 0 to 2\.$") as refusal:
        read_number("weight_decay", "Weight decay", text, 0, 2)
    assert refusal.value.field == "weight_decay"


def test_a_range_may_begin_above_its_lowest_number() -> None:
    with pytest.raises(SettingError, match="it is above 0 and at most 2"):
        read_number("clip_norm", "Gradient clipping", "0", 0, 2, above=True)


@pytest.mark.parametrize(
    ("rate", "up", "down"), [(0.001, 0.002, 0.0005), (0.003, 0.005, 0.002), (10.0, 10.0, 5.0), (1e-6, 2e-6, 1e-6)]
)
def test_arrow_keys_step_through_one_two_five(rate: float, up: float, down: float) -> None:
    assert next_learning_rate(rate, 1) == pytest.approx(up)
    assert next_learning_rate(rate, -1) == pytest.approx(down)
