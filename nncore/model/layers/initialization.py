"""Initializations: functions that set the initial weights and biases of a layer."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.parameters import Array


def he(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Draw the weights of units with `inputs` inputs each from N(0, 2 / inputs), and set the biases to zero.

    This keeps the variance of ReLU activations constant from layer to layer
    (He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2).
    """
    # A unit sums `inputs` products, so Var(y) = inputs Var(w) E[x^2]. ReLU sets half of a symmetric distribution to 0,
    # so E[x^2] is half the variance of the layer before it. Var(w) = 2 / inputs then gives Var(y) that variance again.
    weights[...] = rng.standard_normal(weights.shape, dtype=np.float32)
    weights *= sqrt(2.0 / max(1, inputs))
    biases[...] = 0.0


def uniform(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Draw weights AND biases from U(-0.5, 0.5), a common choice in first programs."""
    for values in (weights, biases):
        values[...] = rng.random(values.shape, dtype=np.float32)
        values -= 0.5


def alternating_normal(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Draw the sizes of the weights from 0.1 |N(0, 1)| for every width; their signs follow a fixed pattern.

    With such small weights, a narrow network needs every unit, so the pattern gives it units of each kind:
    - A unit with one standardized input x switches at its kink, x = -b / W. The kinks are spread evenly from -sqrt(3)
      to sqrt(3), the range of evenly distributed inputs. Two units in a row are active to the right of their kinks, the
      next two to the left, and so on.
    - Units with several inputs have the signs +1 and -1 alternately. A weight is positive between units of equal sign
      and negative otherwise. So the effects of a unit on the output do not cancel, and in each pair of neighbours one
      raises the output and the other lowers it.
    - The biases of those units are 0.1, so that hardly any unit is dead at the start.
    With random signs, half of all runs on a sine never learn one of its maxima: no unit there is active in the
    direction that it needs.
    """
    weights[...] = np.abs(rng.standard_normal(weights.shape, dtype=np.float32))
    weights *= 0.1
    if inputs == 1:
        units = np.arange(biases.size)
        weights *= np.where(units // 2 % 2, -1, 1).reshape(weights.shape)
        kinks = (2 * units + 1) / biases.size - 1  # the middles of equal parts of -1 to 1
        biases[...] = -sqrt(3) * kinks * weights.reshape(biases.shape)
    else:
        weights *= np.outer(_alternating_signs(weights.shape[0]), _alternating_signs(weights.shape[1]))
        biases[...] = 0.1


def _alternating_signs(units: int) -> Array:
    return np.where(np.arange(units) % 2, -1.0, 1.0)


def zeros(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Set all weights and biases to zero, to show the effect: the units of a layer stay equal during the training."""
    weights[...] = 0.0
    biases[...] = 0.0


class Initialization(NamedTuple):
    """A row of INITIALIZATIONS: its name in the window, and the function that fills weights and biases.

    fill(weights, biases, inputs, rng): fills in place; `inputs` is the number of inputs of each unit.
    """

    label: str
    fill: Callable[[Array, Array, int, np.random.Generator], None]


INITIALIZATIONS = {
    "he": Initialization("He", he),
    "uniform": Initialization("uniform(−0.5, 0.5)", uniform),
    "small_normal": Initialization("small normal", alternating_normal),
    "zeros": Initialization("zeros", zeros),
}
"""The initializations, by their names in settings and files."""


def check_initialization(name: str) -> None:
    """Raise SettingError unless `name` is in INITIALIZATIONS."""
    if name not in INITIALIZATIONS:
        raise SettingError(
            "initialization", f"Initialization {name!r} is unknown: choose one of {', '.join(INITIALIZATIONS)}."
        )
