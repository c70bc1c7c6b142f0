"""How a layer computes one number of its output: the inputs that take part, their weights, and the constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Position = tuple[int, ...]
"""The index of a number in one row: (feature,), or (channel, line, column) of an image."""


@dataclass(frozen=True, eq=False)
class Terms:
    """The calculation of one output number of a layer, for one row.

    value: the number, as `predict` gives it. sources: (n, axes) the positions in the layer's input that it depends on;
    a position on the padding of an image is left out. inputs: (n,) the numbers there. weights: (n,) what each is
    multiplied by; None if the calculation is no weighted sum. constants: the other numbers of the formula, by their
    names in it. chosen: which of the inputs a maximum took; None for other calculations.
    """

    value: float
    sources: NDArray[np.intp]
    inputs: NDArray[np.floating]
    weights: NDArray[np.floating] | None = None
    constants: Mapping[str, float] = field(default_factory=dict)
    chosen: int | None = None

    @property
    def products(self) -> NDArray[np.floating]:
        """(n,) the terms of a weighted sum: weight times input; the inputs themselves if there are no weights."""
        return self.inputs if self.weights is None else self.inputs * self.weights

    @property
    def order(self) -> NDArray[np.intp]:
        """(n,) the indices of the terms, those with the largest absolute product first."""
        return np.argsort(-np.abs(self.products), kind="stable")

    def to_json(self) -> dict[str, Any]:
        """Return the calculation as lists and numbers for JSON."""
        return {
            "value": self.value,
            "sources": self.sources.tolist(),
            "inputs": self.inputs.tolist(),
            "weights": None if self.weights is None else self.weights.tolist(),
            "constants": dict(self.constants),
            "chosen": self.chosen,
        }


def terms_of_one(value: float, position: Position, row: NDArray[np.floating], **constants: float) -> Terms:
    """The calculation of a number from the one input (of `row`, an array of the input's shape) at `position`."""
    return Terms(value, np.array([position], np.intp), row[position].reshape(1), None, constants)


def positions_of_all(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """(n, axes) the positions of all numbers of an array of this shape."""
    return np.stack(np.unravel_index(np.arange(int(np.prod(shape))), shape), axis=1)
