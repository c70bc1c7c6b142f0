"""Ticks stand at round numbers and at the end of the data, on linear and logarithmic axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tabs.train.charts.scale.ticks import label_of_tick, linear_ticks, log_ticks, positions, round_up


@given(st.floats(1e-6, 1e6))
def test_axes_end_at_the_next_round_number(value: float) -> None:
    assert value <= round_up(value) * (1 + 1e-12)
    assert round_up(value) <= 1.5 * value * (1 + 1e-9)


@given(st.floats(0.01, 1e6), st.integers(1, 15))
def test_the_end_of_the_data_has_the_last_tick(end: float, most: int) -> None:
    ticks = linear_ticks(-0.01 * end, 1.01 * end, most, end)
    assert ticks[-1] == end
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= most + 3
    assert min(np.diff(ticks), default=end) > 0.3 * end / (most + 1)


@given(st.integers(1, 500), st.integers(1, 12))
def test_steps_are_whole_numbers(end: int, most: int) -> None:
    assert all(tick == round(tick) for tick in linear_ticks(-0.1, end + 0.1, most, end, whole=True))


@given(st.floats(-6, 3), st.floats(0.1, 12), st.integers(1, 12))
def test_logarithmic_ticks_are_within_the_axis_and_few(low: float, decades: float, most: int) -> None:
    lowest, highest = 10**low, 10 ** (low + decades)
    ticks = log_ticks(lowest, highest, most)
    assert all(lowest * (1 - 1e-6) <= tick <= highest * (1 + 1e-6) for tick in ticks)
    assert len(ticks) <= most + 3
    assert log_ticks(lowest, highest, most, highest)[-1] == highest


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (12_000.0, "12,000"),
        (3e-5, "0.00003"),
        (10 ** np.log10(1e-5), "0.00001"),
        (0.000125, "0.000125"),
        (1e-6, "10⁻⁶"),
        (2.5e6, "2.5·10⁶"),
        (469, "469"),
    ],
)
def test_tick_labels_are_readable(value: float, text: str) -> None:
    assert label_of_tick(value) == text


def test_what_is_not_above_0_has_no_place_on_a_logarithmic_axis() -> None:
    np.testing.assert_array_equal(positions(np.array([0.0, -1.0, 10.0]), logarithmic=True), [np.nan, np.nan, 1])
    assert linear_ticks(1, 1, 5) == []
    assert log_ticks(0, 1, 5) == []
