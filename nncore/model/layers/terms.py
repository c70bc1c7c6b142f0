"""How a layer computes one number of its output: the inputs that take part, their weights, and the constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Position = tuple[int, ...]
"""The index of a number in one row: (feature,), or (channel, line, column) of an image."""


class CalculationStep(NamedTuple):
    """A number on the way to the result, and how it is computed: CalculationStep("x − mean", 0.25)."""

    operation: str
    value: float


@dataclass(frozen=True, eq=False)
class Terms:
    """The calculation of one output number of a layer, for one row.

    Attributes:
        value: the number, as `predict` gives it.
        sources: (n, axes) the positions in the layer's input that it depends on, without those on the padding.
        inputs: (n,) the numbers at these positions.
        weights: (n,) the factor of each input; None if the calculation is not a weighted sum.
        constants: the other numbers of the formula, by their names in it.
        chosen: the index of the input that a maximum took; None for other calculations.
        steps: the intermediate numbers, in order; empty for a sum of products, a maximum, or a single operation.
    """

    value: float
    sources: NDArray[np.intp]
    inputs: NDArray[np.floating]
    weights: NDArray[np.floating] | None = None
    constants: Mapping[str, float] = field(default_factory=dict)
    chosen: int | None = None
    steps: tuple[CalculationStep, ...] = ()

    @cached_property
    def products(self) -> NDArray[np.floating]:
        """(n,) the terms of a weighted sum: weight times input; the inputs themselves if there are no weights."""
        return self.inputs if self.weights is None else self.inputs * self.weights

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """(n,) the indices of the terms: those that are not finite first, then the largest absolute product first."""
        sizes = np.abs(self.products)
        return np.argsort(-np.where(np.isnan(sizes), np.inf, sizes), kind="stable")

    def to_json(self) -> dict[str, Any]:
        """Return the calculation as lists and numbers for JSON."""
        return {
            "value": self.value,
            "sources": self.sources.tolist(),
            "inputs": self.inputs.tolist(),
            "weights": None if self.weights is None else self.weights.tolist(),
            "constants": dict(self.constants),
            "chosen": self.chosen,
            "steps": [step._asdict() for step in self.steps],
        }


def terms_of_one(
    value: float,
    position: Position,
    row: NDArray[np.floating],
    steps: tuple[CalculationStep, ...] = (),
    **constants: float,
) -> Terms:
    """The calculation of a number from the one input (of `row`, an array of the input's shape) at `position`."""
    return Terms(value, np.array([position], np.intp), row[position].reshape(1), None, constants, steps=steps)


def position_in_shape(position: Position, shape: tuple[int, ...], other: tuple[int, ...]) -> Position:
    """Where the number at `position` of an array of `shape` is in the same numbers, arranged in the shape `other`."""
    if shape == other:
        return position
    flat = int(np.ravel_multi_index(position, shape))
    return tuple(int(index) for index in np.unravel_index(flat, other))


def positions_of_all(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """(n, axes) the positions of all numbers of an array of this shape."""
    return np.stack(np.unravel_index(np.arange(int(np.prod(shape))), shape), axis=1)
