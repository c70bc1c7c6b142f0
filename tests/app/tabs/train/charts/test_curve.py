"""A long curve is thinned to highest and lowest values, in order, however it grows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tabs.train.charts.curve import MAX_MAGNITUDE, Curve, Smoothed

Values = list[float]
heights = st.lists(st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE), max_size=400)
capacities = st.integers(1, 20)


def curve_of(ys: Values, capacity: int) -> Curve:
    curve = Curve(capacity)
    curve.extend(np.arange(len(ys), dtype=float), np.array(ys))
    return curve


@given(heights, capacities)
def test_a_curve_holds_at_most_two_points_per_bucket(ys: Values, capacity: int) -> None:
    assert len(curve_of(ys, capacity).points()[0]) <= 2 * capacity


@given(heights.filter(bool), capacities)
def test_highest_and_lowest_value_are_kept(ys: Values, capacity: int) -> None:
    _, kept = curve_of(ys, capacity).points()
    assert kept.max() == max(ys)
    assert kept.min() == min(ys)


@given(heights, capacities)
def test_kept_points_are_in_order(ys: Values, capacity: int) -> None:
    x, y = curve_of(ys, capacity).points()
    assert (np.diff(x) > 0).all()
    assert [ys[int(place)] for place in x] == y.tolist()


@given(heights, capacities, st.data())
def test_kept_points_do_not_depend_on_how_they_are_added(ys: Values, capacity: int, data: st.DataObject) -> None:
    piecewise, start = Curve(capacity), 0
    while start < len(ys):
        end = start + data.draw(st.integers(1, len(ys) - start))
        piecewise.extend(np.arange(start, end, dtype=float), np.array(ys[start:end]))
        if data.draw(st.booleans()):
            piecewise.points()
        start = end
    for one, other in zip(piecewise.points(), curve_of(ys, capacity).points(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_short_curve_is_kept_completely() -> None:
    x, y = curve_of([3.0, 1.0, 2.0], 3).points()
    assert x.tolist() == [0, 1, 2]
    assert y.tolist() == [3, 1, 2]


def test_a_curve_of_twice_its_capacity_is_kept_completely_and_a_longer_one_is_thinned_out() -> None:
    assert curve_of([1.0, 2.0, 3.0, 4.0], 2).points()[1].tolist() == [1, 2, 3, 4]
    assert curve_of([1.0, 2.0, 3.0, 4.0, 5.0], 2).points()[1].tolist() == [1, 4, 5]


def test_every_peak_of_a_long_curve_is_kept() -> None:
    y = np.zeros(100_000)
    y[[777, 50_000, 99_998]] = 5.0
    curve = Curve()
    for start in range(0, len(y), 250):
        curve.extend(np.arange(start, start + 250, dtype=float), y[start : start + 250])
    x, kept = curve.points()
    assert len(x) <= 1000
    assert x[kept == 5.0].tolist() == [777, 50_000, 99_998]


def test_memory_is_bounded_without_reading_the_points() -> None:
    curve = Curve(10)
    for step in range(5_000):
        curve.append(step, float("nan"))
    for step in range(5_000):
        curve.append(step, step % 7)
    assert curve._newest_count + len(curve._x) + len(curve._newest) <= 50


@pytest.mark.parametrize("absurd", [float("nan"), float("inf"), -float("inf"), 1e308, -2e6])
def test_huge_values_are_dropped(absurd: float) -> None:
    curve = curve_of([1.0, absurd, 2.0], 5)
    curve.append(absurd, 3.0)
    assert curve.points()[1].tolist() == [1.0, 2.0]


def test_a_curve_without_buckets_is_rejected() -> None:
    with pytest.raises(ValueError, match="got 0"):
        Curve(0)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.floats(1, 50))
def test_the_average_is_the_weighted_mean_of_all_before_it(ys: Values, window: float) -> None:
    weights = (1 - 1 / window) ** np.arange(len(ys) - 1, -1, -1)
    expected = (weights * ys).sum() / weights.sum()
    assert Smoothed(window).extend(np.array(ys))[-1] == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(-100, 100), max_size=60), st.integers(0, 60))
def test_the_average_does_not_depend_on_how_values_are_added(ys: Values, cut: int) -> None:
    pieces = Smoothed(5)
    averages = [*pieces.extend(np.array(ys[:cut])), *pieces.extend(np.array(ys[cut:]))]
    assert averages == Smoothed(5).extend(np.array(ys)).tolist()


def test_the_first_average_is_the_first_value() -> None:
    assert Smoothed(100).extend(np.array([2.3]))[0] == pytest.approx(2.3)


def test_a_window_of_one_does_not_smooth() -> None:
    assert Smoothed(1).extend(np.array([3.0, 1.0, 2.0])).tolist() == [3.0, 1.0, 2.0]


def test_the_average_skips_huge_values() -> None:
    averages = Smoothed(2).extend(np.array([np.nan, 4.0, np.inf, 1e300, 4.0]))
    assert np.isnan(averages[0])
    assert averages[1:].tolist() == [4.0, 4.0, 4.0, 4.0]


def test_a_window_below_one_is_rejected() -> None:
    with pytest.raises(ValueError, match="Window"):
        Smoothed(0.5)
