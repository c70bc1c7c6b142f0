"""How a gradient becomes a step: each optimiser works on the one flat vector of all parameters.

`step(values, gradients, learning_rate)` changes `values` (size,) in place; `gradients` may be overwritten.
"""

from __future__ import annotations

from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Optimizer(Protocol):
    """Moves the parameters against the gradient."""

    def step(self, values: Array, gradients: Array, learning_rate: float) -> None:
        """Take one step; the learning rate may differ from step to step."""


class SGD:
    """W <- W - lr g."""

    def __init__(self, like: Array) -> None:
        """`like` gives the size and type of the parameters; plain descent keeps no state."""

    def step(self, values: Array, gradients: Array, learning_rate: float) -> None:
        """Take one step."""
        gradients *= learning_rate
        values -= gradients


class Momentum:
    """v <- 0.9 v + g;  W <- W - lr v  (Polyak, 1964)."""

    decay = 0.9

    def __init__(self, like: Array) -> None:
        self.velocity = np.zeros_like(like)

    def step(self, values: Array, gradients: Array, learning_rate: float) -> None:
        """Take one step."""
        self.velocity *= self.decay
        self.velocity += gradients
        np.multiply(self.velocity, learning_rate, out=gradients)
        values -= gradients


class Adam:
    """Steps scaled by the running mean m and uncentred variance v of each gradient.

    m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  W <- W - lr m' / (sqrt(v') + eps), where m' and v' are m and v
    without their bias towards zero (Kingma and Ba, "Adam", ICLR 2015, algorithm 1, in the order of its section 2).
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, like: Array) -> None:
        self.m, self.v = np.zeros_like(like), np.zeros_like(like)
        self._work = np.empty_like(like)
        self.steps = 0

    def step(self, values: Array, gradients: Array, learning_rate: float) -> None:
        """Take one step."""
        self.steps += 1
        self.m *= self.beta1
        np.multiply(gradients, 1 - self.beta1, out=self._work)
        self.m += self._work
        gradients *= gradients
        gradients *= 1 - self.beta2
        self.v *= self.beta2
        self.v += gradients
        # lr m' / (sqrt(v') + eps) = rate m / (sqrt(v) + eps c), with c = sqrt(1 - b2^t): two scalars, no vectors.
        c = sqrt(1 - self.beta2**self.steps)
        rate = learning_rate * c / (1 - self.beta1**self.steps)
        np.sqrt(self.v, out=self._work)
        self._work += self.epsilon * c
        np.divide(self.m, self._work, out=self._work)
        self._work *= rate
        values -= self._work


OPTIMIZERS: dict[str, type[SGD] | type[Momentum] | type[Adam]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
