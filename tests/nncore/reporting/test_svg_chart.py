"""Charts as SVG text: round numbers at the axes, different styles of lines, gaps at values that are not finite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.reporting.svg_chart import ChartLine, chart, legend, ticks

X = np.arange(4.0)


@given(st.floats(1e-6, 1e9))
def test_ticks_are_few_round_and_within_the_axis(maximum: float) -> None:
    found = ticks(maximum)
    assert 3 <= len(found) <= 8
    assert found[0] == 0
    assert found[-1] <= maximum * (1 + 1e-6)
    np.testing.assert_allclose(np.diff(found), found[1], rtol=1e-5)


@pytest.mark.parametrize(("maximum", "expected"), [(100.0, 20.0), (13.0, 5.0), (3.0, 0.5)])
def test_ticks_are_1_2_or_5_times_a_power_of_ten_apart(maximum: float, expected: float) -> None:
    assert ticks(maximum)[1] == expected


def test_values_that_are_not_finite_are_left_out() -> None:
    svg = chart([ChartLine("a", X, np.array([1.0, np.nan, np.inf, 2.0]))], "epochs", "loss")
    assert "nan" not in svg
    assert "inf" not in svg
    assert svg.count("L") == 1


def test_a_chart_without_lines_and_a_single_point_can_be_drawn() -> None:
    assert chart([], "x", "y").startswith("<svg")
    assert "<circle" in chart([ChartLine("a", X[:1], X[:1])], "x", "y")


def test_lines_have_different_styles_and_names_are_escaped() -> None:
    html = legend([ChartLine("a", X, X, 0), ChartLine("<b>", X, X, 1, has_markers=True)])
    assert "c0 d0" in html
    assert "c1 d1" in html
    assert "&lt;b&gt;" in html
