"""Curves to learn: a function of x given as a formula, or points, as examples for a network.

points = sampled("0.5 * (sin(x) + 1)", -2 * pi, 2 * pi, 500)
points = read_points(Path("temperatures.csv"))
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, pi

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.errors import DataError, SettingError, shown

Numbers = NDArray[np.float64]


LONGEST_FORMULA, MOST_POINTS = 200, 100_000


LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class CurvePoints:
    """Points (x, y) of a curve, both (n,) float64 and finite, n 2 or more, in the order of x.

    A network is given x standardised, without its mean and divided by its standard deviation, and y as it is if it lies
    within 0 to 1, so that a sigmoid can reach it; otherwise its lowest value becomes 0 and its highest 1.

    source: where they come from, in words. Raises DataError if there is nothing to fit.
    """

    x: Numbers
    y: Numbers
    source: str

    def __post_init__(self) -> None:
        if len(self.x) < 2 or len(self.x) != len(self.y) or np.ptp(self.x) == 0:
            raise DataError(f"{self.source}: there are not two points side by side; a curve needs at least those.")
        if not np.isfinite([np.ptp(self.x), np.ptp(self.y), *self.x, *self.y]).all():
            raise DataError(f"{self.source}: not all of its points are finite numbers.")
        order = np.argsort(self.x, kind="stable")
        object.__setattr__(self, "x", self.x[order])
        object.__setattr__(self, "y", self.y[order])

    def same_as(self, other: CurvePoints | None) -> bool:
        """Whether the other has the same points, from the same place."""
        return other is self or (
            other is not None
            and other.source == self.source
            and np.array_equal(other.x, self.x)
            and np.array_equal(other.y, self.y)
        )

    def inputs(self, x: Numbers) -> NDArray[np.float32]:
        """The places x (n,) as the network takes them: (n, 1), of mean 0 and standard deviation 1 over the points."""
        mean, deviation = self._scale_of_x
        return ((x - mean) / deviation).astype(np.float32)[:, None]

    def values(self, outputs: NDArray[np.floating]) -> Numbers:
        """What the network's outputs (n, 1) stand for, in the unit of y: (n,)."""
        lowest, span = self._scale_of_y
        return outputs[:, 0].astype(np.float64) * span + lowest

    def splits(self) -> Splits:
        """All points to learn from; there is nothing to test on."""
        lowest, span = self._scale_of_y
        targets = (self.y - lowest) / span
        return Splits(Dataset.from_floats(self.inputs(self.x), targets, source=self.source))

    @cached_property
    def _scale_of_x(self) -> tuple[float, float]:
        return float(self.x.mean()), float(self.x.std())

    @cached_property
    def _scale_of_y(self) -> tuple[float, float]:
        lowest, highest = float(self.y.min()), float(self.y.max())
        return (0.0, 1.0) if lowest >= 0 and highest <= 1 else (lowest, (highest - lowest) or 1.0)


FUNCTIONS: dict[str, Callable[[Numbers], Numbers]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "floor": np.floor,
}  # fmt: skip


"""What may be applied in a formula."""


CONSTANTS = {"pi": np.pi, "e": np.e}


OPERATORS: dict[type[ast.AST], Callable[..., Numbers]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


def parsed(formula: str) -> Callable[[Numbers], Numbers]:
    """The function of x that a formula such as "sin(3*x)*x" describes: it takes places (n,) and gives values (n,).

    It may hold x, numbers, pi, e, + - * / ** %, brackets and FUNCTIONS, and is read, never run as Python. Raises
    SettingError("function") for anything else.
    """
    if len(formula) > LONGEST_FORMULA:
        raise SettingError("function", f"A formula has at most {LONGEST_FORMULA} characters; this has {len(formula)}.")
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        example = (
            "; write sin(3*x)*x, with * between factors" if "=" not in formula else "; write what is right of the ="
        )
        raise SettingError("function", f"The formula {shown(formula)!r} cannot be read{example}.") from None
    _check(tree)
    return lambda x: np.broadcast_to(_value(tree, x), x.shape).astype(np.float64)


def sampled(formula: str, low: float, high: float, count: int) -> CurvePoints:
    """`count` (2 to MOST_POINTS) points of a formula, the same distance apart from `low` to `high`, finite, low < high.

    Raises SettingError naming "function", "low" or "points", also if the formula has no value somewhere in between.
    """
    if not 2 <= count <= MOST_POINTS:
        raise SettingError("points", f"{count} points make no curve to learn: it is 2 to {MOST_POINTS:,}.")
    if not (isfinite(low) and isfinite(high) and low < high):
        raise SettingError("low", f"From {low:g} to {high:g} is no range: the first number is the smaller one.")
    x = np.linspace(low, high, count)
    with np.errstate(all="ignore"):
        y = parsed(formula)(x)
    undefined = np.flatnonzero(~(np.abs(y) < LARGEST))
    if undefined.size:
        raise SettingError(
            "function", f"{shown(formula)} has no value at x = {x[undefined[0]]:g}; choose another range."
        )
    return CurvePoints(x, y, in_words(formula, low, high, count))


def in_words(formula: str, low: float, high: float, count: int) -> str:
    """What `sampled` gives, such as: 500 points of sin(x), x from -2*pi to 2*pi."""
    return f"{count:,} points of {' '.join(formula.split())}, x from {number_text(low)} to {number_text(high)}"


def number_of(field: str, text: str) -> float:
    """The number that a formula without x stands for: "0.5", "0,5" or "-2*pi". Raises SettingError(field)."""
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        number = _constant(field, text)
    if not abs(number) < LARGEST:
        raise SettingError(field, f"{shown(text.strip())!r} is no finite number: write one such as 6.28 or 2*pi.")
    return number


def _constant(field: str, text: str) -> float:
    try:
        with np.errstate(all="ignore"):
            first, second = parsed(text)(np.array([0.0, 1.0]))
    except SettingError:
        first, second = 0.0, 1.0
    if first != second and not (np.isnan(first) and np.isnan(second)):
        raise SettingError(field, f"{shown(text.strip())!r} is no number: write one such as 6.28 or 2*pi.")
    return float(first)


def number_text(number: float) -> str:
    """A number as short as it can be to be read back: multiples of pi/2 as such, "-2*pi"."""
    halves = number / (pi / 2)
    if halves and halves == int(halves) and abs(halves) < 1000 and halves * (pi / 2) == number:
        factor = f"{halves / 2:g}*"
        return {"1*": "", "-1*": "-"}.get(factor, factor) + "pi"
    return f"{number:.15g}" if float(f"{number:.15g}") == number else repr(number)


def _check(node: ast.AST) -> None:
    """Raise SettingError unless all of the formula is known."""
    match node:
        case ast.Constant(value=bool()):
            _refuse(node)
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name) if name == "x" or name in CONSTANTS:
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            _check(left)
            _check(right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            _check(operand)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            _check(argument)
        case _:
            _refuse(node)


def _refuse(node: ast.AST) -> None:
    found = shown(ast.unparse(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
        raise SettingError("function", f"In {found} the ^ is no power: write **.")
    known = ", ".join(("x", *CONSTANTS, *FUNCTIONS))
    raise SettingError("function", f"{found} is not known in a formula: it may hold numbers, + - * / ** and {known}.")


def _value(node: ast.AST, x: Numbers) -> Numbers:
    """The value of a formula that was checked, at x (n,)."""
    match node:
        case ast.Constant(value=number):
            return np.asarray(number, np.float64)
        case ast.Name(id=name):
            return x if name == "x" else np.asarray(CONSTANTS[name])
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](_value(operand, x))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, x))
    raise AssertionError(f"{node} was not checked")
