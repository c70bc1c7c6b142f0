"""The row of a setting: its allowed values, how text is read, and that every setting has a row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import inf, nan
from types import NoneType
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.errors import SettingError
from nncore.preprocessing.augmentation import Augmentation
from nncore.training.config import SETTINGS, TrainingConfig
from nncore.training.settings import MAX_INTEGER, NumberRange, Setting, setting_row, settings_by_name

RATE = SETTINGS["learning_rate"]
COUNT = Setting("count", "whole number", range=NumberRange(1, 1_000_000), name="count")
FRACTION = Setting("fraction", "number", range=NumberRange(0, 2), name="fraction")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        *(("0.001", 0.001), (" 1e-3 ", 0.001), (".5", 0.5), ("2", 2.0), ("1.000", 1.0), ("1000", 1000.0)),
        *(("0,05", 0.05), ("0,001", 0.001), ("0,125", 0.125), ("1,5", 1.5), ("1,0005", 1.0005), ("1,5e-3", 0.0015)),
    ],
)
def test_a_learning_rate_is_read_in_all_common_formats(text: str, rate: float) -> None:
    assert RATE.read(text) == rate


@pytest.mark.parametrize("text", ["0", "-0.1", "inf", "1e999", "nan", "", "fast", "0.1.2", "1,000,5"])
def test_an_invalid_learning_rate_raises_an_error_with_a_sentence(text: str) -> None:
    with pytest.raises(SettingError, match=r"^Learning rate .*0.*\.$") as raised:
        RATE.read(text)
    assert raised.value.field == "learning_rate"


@pytest.mark.parametrize("text", ["1,000", " 12,345", "+1,000", "123,456,789", "1,000.5", "1,000e-3"])
def test_a_comma_that_could_separate_thousands_raises_an_error(text: str) -> None:
    with pytest.raises(SettingError, match=r"must be written with a decimal point, such as 1\.5"):
        RATE.read(text)


@given(st.text(max_size=40))
def test_any_text_is_a_usable_rate_or_a_setting_error(text: str) -> None:
    try:
        rate = RATE.read(text)
    except SettingError:
        return
    assert rate > 0
    assert math.isfinite(rate)


@given(st.text(min_size=20, max_size=500).filter(lambda text: not any(c.isdigit() for c in text)))
def test_the_error_shortens_a_long_text(text: str) -> None:
    with pytest.raises(SettingError) as raised:
        RATE.read(text)
    assert len(str(raised.value)) < 120


@given(st.integers(1, 1_000_000))
def test_a_whole_number_in_range_is_read(number: int) -> None:
    assert COUNT.read(f" {number} ") == number


@pytest.mark.parametrize("text", ["0", "1000001", "-3", "2.5", "", "ten", "9" * 5000, "1_0", "٣"])
def test_an_invalid_whole_number_raises_an_error_with_the_range(text: str) -> None:
    with pytest.raises(SettingError, match=r"^Count must be .*from 1 to 1,000,000; got .*\.$") as raised:
        COUNT.read(text)
    assert raised.value.field == "count"


@pytest.mark.parametrize(("text", "number"), [("0", 0.0), ("0,5", 0.5), (" 1e-4 ", 1e-4), ("2", 2.0)])
def test_a_number_in_range_is_read(text: str, number: float) -> None:
    assert FRACTION.read(text) == number


@pytest.mark.parametrize("text", ["-0.1", "2.1", "nan", "inf", "1e999", "", "much"])
def test_an_invalid_number_raises_an_error_with_the_range(text: str) -> None:
    with pytest.raises(SettingError, match=r"^Fraction must be .*from 0 to 2; got .*\.$"):
        FRACTION.read(text)


def test_the_error_for_an_empty_text_says_nothing() -> None:
    with pytest.raises(SettingError, match=r"^Count must be a whole number, from 1 to 1,000,000; got nothing\.$"):
        COUNT.read("")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (NumberRange(1, MAX_INTEGER), "at least 1"),
        (NumberRange(0, above=True), "above 0"),
        (NumberRange(0, 1, below=True), "at least 0 and below 1"),
        (NumberRange(0, 2, above=True), "above 0 and at most 2"),
        (NumberRange(1, 10**9), "from 1 to 1,000,000,000"),
    ],
)
def test_a_range_is_described_in_words(limits: NumberRange, words: str) -> None:
    assert limits.in_words == words


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        (NumberRange(1, 3), [1, 2.5, 3], [0, 3.5, nan]),
        (NumberRange(1, 3, above=True, below=True), [1.5], [1, 3, nan]),
        (NumberRange(), [0, 1e308], [-1e-9, inf, nan]),
    ],
)
def test_a_range_contains_only_its_numbers(limits: NumberRange, inside: list[float], outside: list[float]) -> None:
    assert [limits.contains(value) for value in inside] == [True] * len(inside)
    assert [limits.contains(value) for value in outside] == [False] * len(outside)


@pytest.mark.parametrize("text", ["", "none", "no limit", " none "])
def test_an_optional_setting_reads_none(text: str) -> None:
    assert SETTINGS["steps"].read(text) is None


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("no", False)])
def test_a_flag_is_read_from_yes_and_no(text: str, value: bool) -> None:
    assert SETTINGS["keep_best"].read(text) is value
    assert SETTINGS["keep_best"].in_words(value) == text
    with pytest.raises(SettingError, match="must be yes or no; got “maybe”"):
        SETTINGS["keep_best"].read("maybe")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_reads_its_own_text(name: str) -> None:
    setting, default = SETTINGS[name], getattr(TrainingConfig(), name)
    for value in (default, *(setting.read(text) for text in setting.examples.split()), *setting.choices):
        text = value if value in setting.choices else setting.in_words(value)
        assert setting.read(text) == value


def test_each_field_of_a_training_config_has_a_row_for_its_type() -> None:
    kinds = {
        str: "choice", int: "whole number", float: "number", bool: "flag", Augmentation: "distortions",
    }  # fmt: skip
    hints = get_type_hints(TrainingConfig)
    assert list(SETTINGS) == list(hints)
    for name, setting in SETTINGS.items():
        inside = get_args(hints[name])
        wanted = next(each for each in inside if each is not NoneType) if inside else hints[name]
        assert (setting.name, setting.kind, bool(setting.none_text)) == (name, kinds[wanted], NoneType in inside), name
        assert setting.group in ("learning", "loss", "augmentation", "stopping"), name


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_the_help_of_a_setting_is_made_of_sentences(setting: Setting) -> None:
    assert setting.label == setting.label.strip()
    assert setting.help.endswith(".")
    assert setting.help[0].isupper()
    assert 40 < len(setting.help) < 260 + 30 * len(setting.choices)
    sentences = setting.help.removesuffix(".").split(". ")
    assert len(sentences) > 1
    assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in sentences)


def test_a_field_without_a_row_raises_an_error() -> None:
    @dataclass
    class Forgotten:
        known: int = setting_row(1, "known", "whole number", "learning", "What is known", "little is little")
        forgotten: int = 2

    with pytest.raises(KeyError, match="setting"):
        settings_by_name(Forgotten)


def test_labels_are_unique() -> None:
    labels = [setting.label for setting in SETTINGS.values()]
    assert len(set(labels)) == len(labels)
