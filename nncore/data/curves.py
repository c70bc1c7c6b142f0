"""Curves for regression: the points of a formula in x, or points from a file, as examples for a network.

points = sample_formula("0.5 * (sin(x) + 1)", -2 * pi, 2 * pi, 500)
points = read_points(Path("temperatures.csv"))
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan, pi

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.errors import DataError, SettingError, printable
from nncore.reporting.number_text import decimal_text, exact_text

Numbers = NDArray[np.float64]
Function = Callable[[Numbers], Numbers]

MAX_FORMULA_LENGTH = 200
"""Largest number of characters of a formula."""

MAX_POINTS = 100_000
"""Largest number of points of a curve."""
MAX_FLOAT32 = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class CurvePoints:
    """Points (x, y) of a curve, both (n,) float64 and finite, n at least 2, sorted by x.

    The network gets x standardized: minus its mean, divided by its standard deviation. If y is within 0 to 1, which a
    sigmoid can reach, it is used unchanged; otherwise it is scaled so that its minimum is 0 and its maximum 1.

    source: where the points come from, as text for people. Raises DataError if there are no two different x.
    """

    x: Numbers
    y: Numbers
    source: str

    def __post_init__(self) -> None:
        if len(self.x) < 2 or len(self.x) != len(self.y) or np.ptp(self.x) == 0:
            raise DataError(f"{self.source}: a curve needs at least two points with different x.")
        if not np.isfinite([np.ptp(self.x), np.ptp(self.y), *self.x, *self.y]).all():
            raise DataError(f"{self.source}: some points are not finite numbers.")
        order = np.argsort(self.x, kind="stable")
        object.__setattr__(self, "x", self.x[order])
        object.__setattr__(self, "y", self.y[order])

    def same_as(self, other: CurvePoints | None) -> bool:
        """Whether `other` has the same points and the same source."""
        return other is self or (
            other is not None
            and other.source == self.source
            and np.array_equal(other.x, self.x)
            and np.array_equal(other.y, self.y)
        )

    def inputs(self, x: Numbers) -> NDArray[np.float32]:
        """Standardize x (n,) for the network: (n, 1); the points themselves get mean 0 and standard deviation 1."""
        mean, deviation = self._scale_of_x
        return ((x - mean) / deviation).astype(np.float32)[:, None]

    def values(self, outputs: NDArray[np.floating]) -> Numbers:
        """Convert the network's outputs (n, 1) to values in the unit of y, (n,)."""
        lowest, span = self._scale_of_y
        return outputs[:, 0].astype(np.float64) * span + lowest

    def splits(self) -> Splits:
        """Return all points as training data; there is no test data."""
        lowest, span = self._scale_of_y
        targets = (self.y - lowest) / span
        return Splits(Dataset.from_floats(self.inputs(self.x), targets, source=self.source))

    # Standardized inputs keep the sums of the first layer near 0, where no activation is saturated. Targets are scaled
    # to [0, 1], because an output layer with a sigmoid reaches nothing else.
    @cached_property
    def _scale_of_x(self) -> tuple[float, float]:
        return float(self.x.mean()), float(self.x.std())

    @cached_property
    def _scale_of_y(self) -> tuple[float, float]:
        lowest, highest = float(self.y.min()), float(self.y.max())
        return (0.0, 1.0) if lowest >= 0 and highest <= 1 else (lowest, (highest - lowest) or 1.0)


CURVE_FUNCTIONS: dict[str, Function] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "floor": np.floor,
}  # fmt: skip
"""The functions that a formula may contain."""

CONSTANTS = {"pi": np.pi, "e": np.e}

OPERATORS: dict[type[ast.AST], Callable[..., Numbers]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


def parse_formula(formula: str) -> Function:
    """Convert a formula such as "sin(3*x)*x" to a function that maps x (n,) to values (n,).

    It may contain x, numbers, pi, e, + - * / ** %, brackets and CURVE_FUNCTIONS. It is parsed, never executed as
    Python. Raises SettingError("function") for anything else.
    """
    if len(formula) > MAX_FORMULA_LENGTH:
        raise SettingError(
            "function", f"A formula must have at most {MAX_FORMULA_LENGTH} characters; this one has {len(formula)}."
        )
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        advice = "write it like sin(3*x)*x, with * between factors"
        if "=" in formula:
            advice = "write only the part to the right of the ="
        raise SettingError("function", f"The formula {printable(formula)!r} cannot be read; {advice}.") from None
    function = _compiled(tree)
    return lambda x: np.broadcast_to(function(x), x.shape).astype(np.float64)  # a constant has the shape ()


def sample_formula(formula: str, low: float, high: float, count: int) -> CurvePoints:
    """Return `count` points (2 to MAX_POINTS) of a formula, evenly spaced from `low` to `high`, finite, low < high.

    Raises SettingError for "function", "low" or "points", and if the formula is undefined at one of the points.
    """
    if not 2 <= count <= MAX_POINTS:
        raise SettingError("points", f"The number of points must be from 2 to {MAX_POINTS:,}; got {count}.")
    if not (isfinite(low) and isfinite(high) and low < high):
        raise SettingError(
            "low",
            f"The range must begin with the smaller number; got {decimal_text(low, 6)} to {decimal_text(high, 6)}.",
        )
    x = np.linspace(low, high, count)
    with np.errstate(all="ignore"):
        y = parse_formula(formula)(x)
    undefined = np.flatnonzero(~(np.abs(y) < MAX_FLOAT32))  # also NaN, because each comparison with NaN is false
    if undefined.size:
        raise SettingError(
            "function",
            f"The formula {printable(formula)} has no value at x = {decimal_text(x[undefined[0]], 6)}; choose "
            f"another range.",
        )
    return CurvePoints(x, y, describe_formula(formula, low, high, count))


def describe_formula(formula: str, low: float, high: float, count: int) -> str:
    """Describe the points of `sample_formula`, for example: 500 points of sin(x), x from -2*pi to 2*pi."""
    return f"{count:,} points of {' '.join(formula.split())}, x from {format_number(low)} to {format_number(high)}"


def parse_number(field: str, text: str) -> float:
    """Return the value of a number or of a formula without x: "0.5", "0,5" or "-2*pi". Raises SettingError(field)."""
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        number = _value_without_x(text)
    if not abs(number) < MAX_FLOAT32:
        found = printable(text.strip())
        raise SettingError(field, f"{found!r} is not a number; write a finite number such as 6.28 or 2*pi.")
    return number


def _value_without_x(text: str) -> float:
    """Return the value of a formula without x; NaN if the text is not such a formula."""
    try:
        with np.errstate(all="ignore"):
            at_0, at_1 = parse_formula(text)(np.array([0.0, 1.0]))
    except SettingError:
        return nan
    return float(at_0) if at_0 == at_1 else nan


def format_number(number: float) -> str:
    """Write a number in the shortest form that `parse_number` reads back exactly; multiples of pi/2 as "-2*pi"."""
    halves = number / (pi / 2)  # a multiple of pi/2 has a whole number of halves and is written as a factor of pi
    if halves and halves == int(halves) and abs(halves) < 1000 and halves * (pi / 2) == number:
        factor = f"{decimal_text(halves / 2, 6)}*"
        return {"1*": "", "-1*": "-"}.get(factor, factor) + "pi"
    return exact_text(number)


def _compiled(node: ast.AST) -> Function:
    """Return a node of the syntax tree as a function of x (n,). Raises SettingError for everything not allowed."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):  # bool is an int
            return lambda x: np.asarray(number, np.float64)
        case ast.Name(id="x"):
            return lambda x: x
        case ast.Name(id=name) if name in CONSTANTS:
            return lambda x: np.asarray(CONSTANTS[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _composed(OPERATORS[type(op)], left, right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return _composed(OPERATORS[type(op)], operand)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in CURVE_FUNCTIONS:
            return _composed(CURVE_FUNCTIONS[name], argument)
    found = printable(ast.unparse(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
        raise SettingError("function", f"In {found}, ^ is not a power; write ** instead.")
    known = ", ".join(("x", *CONSTANTS, *CURVE_FUNCTIONS))
    raise SettingError(
        "function", f"{found} is not allowed in a formula; use numbers, brackets, + - * / ** % and {known}."
    )


def _composed(outer: Callable[..., Numbers], *arguments: ast.AST) -> Function:
    """Return the function that applies `outer` to the values of the arguments."""
    compiled = [_compiled(argument) for argument in arguments]
    return lambda x: outer(*(argument(x) for argument in compiled))
