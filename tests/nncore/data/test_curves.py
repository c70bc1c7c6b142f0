"""A formula of x has its mathematical value and can execute nothing; a curve becomes a data set."""

from __future__ import annotations

from contextlib import suppress
from math import pi
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.data.curves import CurvePoints, format_number, parse_formula, parse_number, sample_formula
from nncore.data.formats.points import read_points
from nncore.errors import DataError, SettingError
from nncore.experiments.recipes import CurveExamples

X = np.linspace(0.1, 3, 7)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sin(3*x)*x", np.sin(3 * X) * X),
        ("-x**2 + 1.5e0", 1.5 - X**2),
        ("exp(-x / pi) % 2", np.exp(-X / np.pi) % 2),
        ("sqrt(abs(x))", np.sqrt(X)),
        (" 7 ", np.full(7, 7.0)),
        ("e", np.full(7, np.e)),
    ],
)
def test_a_formula_has_its_mathematical_value(formula: str, expected: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(parse_formula(formula)(X), expected)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')", "x.real", "(lambda: x)()", "x if x else 1", "[x]", "'x'", "open(x)", "y",
        "x, x",
        "sin(x, x)", "sin(x=x)", "sin", "True", "x @ x", "x and 1", "x == 1", "1j", "f'{x}'", "sin(*x)", "x[0]",
    ],
)  # fmt: skip
def test_python_code_is_rejected_and_never_executed(formula: str) -> None:
    with pytest.raises(SettingError, match="is not allowed in a formula") as error:
        parse_formula(formula)
    assert error.value.field == "function"


@pytest.mark.parametrize("formula", ["", "2x", "sin(x", "y = x", "x; x", "import os", "\0"])
def test_text_that_is_not_a_formula_is_rejected(formula: str) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        parse_formula(formula)


def test_a_caret_is_rejected_with_a_hint_to_use_two_asterisks() -> None:
    with pytest.raises(SettingError, match=r"In x \^ 2, \^ is not a power; write \*\* instead"):
        parse_formula("x^2")


def test_a_formula_that_is_too_long_is_rejected() -> None:
    with pytest.raises(SettingError, match="must have at most 200 characters"):
        parse_formula("-" * 5000 + "x")


@given(st.text(alphabet="x0123456789.+-*/%() sincopetabql^=,", max_size=60))
def test_any_text_gives_finite_points_or_is_rejected(formula: str) -> None:
    with suppress(SettingError):
        assert np.isfinite(sample_formula(formula, -1, 1, 5).y).all()


@pytest.mark.parametrize("formula", ["1 / x", "log(x)", "9**9**9**9", "10**30 * 10**30 * x"])
def test_a_formula_that_is_undefined_at_some_point_is_rejected(formula: str) -> None:
    with pytest.raises(SettingError, match="has no value at x = "):
        sample_formula(formula, -1, 1, 5)


@pytest.mark.parametrize(
    ("low", "high", "count", "field"),
    [(1, 1, 5, "low"), (2, 1, 5, "low"), (0, np.inf, 5, "low"), (0, 1, 1, "points"), (0, 1, 10**6, "points")],
)
def test_an_invalid_range_or_number_of_points_is_rejected(low: float, high: float, count: int, field: str) -> None:
    with pytest.raises(SettingError) as error:
        sample_formula("x", low, high, count)
    assert error.value.field == field


def test_inputs_are_standardized_and_targets_within_0_to_1_are_not_scaled() -> None:
    points = sample_formula("0.5 * (sin(x) + 1)", -2 * pi, 2 * pi, 500)
    data = points.splits().training
    inputs = data.inputs(slice(None))
    assert len(data) == 500
    assert abs(float(inputs.mean())) < 1e-6
    assert float(inputs.std()) == pytest.approx(1)
    np.testing.assert_allclose(
        data.targets(slice(None))[:, 0], 0.5 * (np.sin(np.linspace(-2 * pi, 2 * pi, 500)) + 1), atol=1e-6
    )


def test_other_targets_are_scaled_to_0_to_1_and_outputs_are_scaled_back() -> None:
    points = sample_formula("5 * x - 30", -1, 1, 11)
    targets = points.splits().training.targets(slice(None))
    assert (float(targets.min()), float(targets.max())) == (0, 1)
    np.testing.assert_allclose(points.values(targets), points.y, atol=1e-5)


def test_a_constant_can_be_fitted() -> None:
    points = sample_formula("7", -1, 1, 11)
    targets = points.splits().training.targets(slice(None))
    np.testing.assert_allclose(points.values(targets), 7)


def test_points_are_sorted_by_x() -> None:
    points = CurvePoints(np.array([2.0, 0.0, 1.0]), np.array([20.0, 0.0, 10.0]), "")
    assert (points.x.tolist(), points.y.tolist()) == ([0, 1, 2], [0, 10, 20])


@pytest.mark.parametrize(
    "text",
    [
        "0,1\n1,3\n2,5\n",
        "x,y\n0,1\n1,3\n2,5",
        "\ufefftime;value\n0;1\n\n1;3\n2;5\n",
        "0\t1\n1\t3\n2\t5",
        '"0", "1"\n1 3\n2, 5',
    ],
)
def test_a_file_of_two_columns_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(text, encoding="utf-8")
    points = read_points(path)
    assert (points.x.tolist(), points.y.tolist(), points.source) == ([0, 1, 2], [1, 3, 5], "curve.csv")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "found 0 points"),
        (b"x,y\n1,2\n", "found 1 point;"),
        (b"1,2\n3,four\n", 'row 2: found "3,four"; expected two numbers'),
        (b"1,2,3\n", 'row 1: found "1,2,3"'),
        (b"1,2\nx,y\n", 'row 2: found "x,y"'),
        (b"1,2\n1,3\n", "at least two points with different x"),
        (b"1,2\n2,inf\n", "row 2"),
        (b"1,2\n2,1e300\n", "row 2"),
        (b"\xff\xfe\x00", "this is not a text file"),
        (b"1" * 5000, "row 1: the row is longer than 200 bytes"),
    ],
)
def test_a_file_without_a_curve_is_rejected(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"curve\.csv") as error:
        read_points(path)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("text", "number"), [("-2*pi", -2 * pi), ("0,5", 0.5), (" 1e3 ", 1000.0), ("sqrt(2)/2", 2**0.5 / 2), ("-7", -7.0)]
)
def test_the_end_of_a_range_can_be_a_number_or_a_formula_without_x(text: str, number: float) -> None:
    assert parse_number("low", text) == number


@pytest.mark.parametrize("text", ["", "two", "x", "2*x", "inf", "nan", "1/0", "log(-1)", "1e400", "pi pi"])
def test_text_that_is_not_a_number_is_rejected_as_the_end_of_a_range(text: str) -> None:
    with pytest.raises(SettingError, match="number") as error:
        parse_number("high", text)
    assert error.value.field == "high"


@pytest.mark.parametrize("text", ["-2*pi", "pi", "-pi", "0.5*pi", "0", "0.1", "6.28", "-0.0000001"])
def test_a_number_is_written_in_the_shortest_form_that_reads_back(text: str) -> None:
    assert format_number(parse_number("low", text)) == text


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 1000))
def test_a_curve_can_be_restored_from_its_description(low: float, width: float, points: int) -> None:
    examples = CurveExamples("sin(3*x) * x", low, low + width, points)
    again = CurveExamples.from_description(examples.description)
    assert again == examples
    np.testing.assert_array_equal(again.curve().y, examples.curve().y)


@pytest.mark.parametrize(
    "words", ["", "MNIST", "temperatures.csv", "5 points of y, x from 0 to 1", "1 points of x, x from 0 to 1"]
)
def test_other_text_is_not_the_description_of_a_curve(words: str) -> None:
    assert CurveExamples.from_description(words) is None


@pytest.mark.parametrize("text", ["0,5;1,5\n1;2,25", "Zeit;Wert\n0,5;1,5\n1,0;2,25\n", "0,5\t1,5\n1\t2,25"])
def test_a_comma_is_a_decimal_comma_if_there_is_another_separator(tmp_path: Path, text: str) -> None:
    (tmp_path / "points.csv").write_text(text)
    points = read_points(tmp_path / "points.csv")
    assert (points.x.tolist(), points.y.tolist()) == ([0.5, 1.0], [1.5, 2.25])
