"""How a gradient becomes a step: each optimiser works on the one flat vector of all parameters.

Written with a weight W, its gradient g, the learning rate lr and the number t of the step, as in the papers. Every
vector operation is a pass over memory, so scalars are gathered into as few factors as there can be, and `gradients`
serves as the workspace.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.model.layers.parameters import Parameters
from nncore.system.copying import CopiedDeeply

Array = NDArray[np.floating]

BLOCK = 2**16
"""Numbers worked on before the next ones: what an optimiser reads then stays in the processor's second-level cache.

Adam's ten passes over 536,000 parameters took 711 us in blocks and 1,091 us without; over 109,000, 122 and 118 us.
"""

FLUSH_EVERY, NEGLIGIBLE = 100, 1e-30
"""Every so many steps a running mean smaller than this becomes zero.

That of a weight whose pixel is hardly ever on shrinks with each step, and below 1e-38 (a "denormal" number) the
processor takes many times as long to multiply it: with 15 % such weights Adam's steps took 2.5 times as long. From
1e-30 it cannot get there in 100 steps, since no memory here decays faster than 0.9 a step and 0.9^100 = 3e-5.
"""


class Optimizer(CopiedDeeply):
    """Moves the parameters against the gradient.

    weight_decay, 0 or more and finite: how strongly weights, not biases, are pulled towards zero. It is the L2 penalty
    weight_decay / 2 |W|^2 (Goodfellow, Bengio, Courville, "Deep Learning", section 7.1.1), whose gradient is added.

    A deep copy or a pickle has a copy of the parameters with it; copied together with the network they belong to, as in
    `copy.deepcopy((network, optimizer))`, it moves those of the copied network.

    Attributes:
        parameters: those that it moves.
        memory: (k, size) the k running vectors of the method; with `steps`, the steps taken, all its state. Both may be
            set, to go on from a saved run. What is given as `memory` is used as it is; fresh zeros unless given.
        blocks: the parts of the vector that are worked on one after the other.
    """

    vectors: ClassVar[int] = 0

    def __init__(self, parameters: Parameters, weight_decay: float = 0.0, memory: Array | None = None) -> None:
        if not (isfinite(weight_decay) and weight_decay >= 0):
            raise SettingError("weight_decay", f"Weight decay {weight_decay:g} cannot be: it is 0 or more, and finite.")
        self.parameters, self.weight_decay = parameters, weight_decay
        self.steps = 0
        values, gradients = parameters.trainable, parameters.gradients
        self.memory = np.zeros((self.vectors, values.size), values.dtype) if memory is None else memory
        self._work = np.empty(min(BLOCK, values.size), values.dtype)
        self.blocks = [slice(start, min(start + BLOCK, values.size)) for start in range(0, values.size, BLOCK)]
        weights = parameters.weights() if weight_decay else []
        self._parts = [
            _Part(values[block], gradients[block], self.memory[:, block], _within(block, weights))
            for block in self.blocks
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy by making another one, whose blocks are views of the copied parameters."""
        return type(self), (self.parameters, self.weight_decay, self.memory), {"steps": self.steps}

    def step(self, learning_rate: float, blocks: slice = slice(None)) -> None:
        """Take one step, which uses up the gradients; the learning rate may differ from step to step.

        blocks: which of `blocks` are to take it, where another optimiser on the same memory sees to the rest.
        """
        self.steps += 1
        for part in self._parts[blocks]:
            for where in part.weights:
                self._decay(part.W[where], part.g[where], learning_rate)
            self._move(part.W, part.g, part.memory, learning_rate)
            if self.steps % FLUSH_EVERY == 0:
                _flush(part)

    def _decay(self, W: Array, g: Array, lr: float) -> None:
        """Add the gradient of the penalty: g <- g + weight_decay W."""
        g += np.multiply(W, self.weight_decay, out=self._work[: W.size])

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        """Change `W` in place; `memory` (vectors, size of W) belongs to it, and `g` may be overwritten."""
        raise NotImplementedError


class _Part(NamedTuple):
    """One block of all vectors; weights: where in it those are which decay."""

    W: Array
    g: Array
    memory: Array
    weights: list[slice]


def _within(block: slice, places: list[slice]) -> list[slice]:
    """The parts of `places` that lie within `block`, counted from its start."""
    cut = [(max(each.start, block.start), min(each.stop, block.stop)) for each in places]
    return [slice(start - block.start, stop - block.start) for start, stop in cut if start < stop]


def _flush(part: _Part) -> None:
    for vector in part.memory:
        size = np.abs(vector, out=part.g)
        vector[size < NEGLIGIBLE] = 0


class SGD(Optimizer):
    """W <- W - lr g."""

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        g *= lr
        W -= g


class Momentum(Optimizer):
    """v <- 0.9 v + g;  W <- W - lr v  (Polyak, "Some methods of speeding up the convergence", 1964)."""

    vectors = 1
    decay = 0.9

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        (v,) = memory
        v *= self.decay
        v += g
        np.multiply(v, lr, out=g)
        W -= g


class Nesterov(Optimizer):
    """v <- 0.9 v + g;  W <- W - lr (g + 0.9 v): momentum whose gradient is, in effect, taken one step ahead.

    (Nesterov, 1983, as put by Sutskever et al., "On the importance of initialization and momentum", ICML 2013.)
    """

    vectors = 1
    decay = 0.9

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        (u,) = memory  # u = 0.9 v, so that u <- 0.9 (u + g) and W <- W - lr (g + u)
        u += g
        u *= self.decay
        g += u
        g *= lr
        W -= g


class RMSProp(Optimizer):
    """v <- 0.9 v + 0.1 g^2;  W <- W - lr g / (sqrt(v) + eps)  (Hinton, "Neural networks for machine learning", 6e)."""

    vectors = 1
    rho, epsilon = 0.9, 1e-8

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        (V,) = memory  # V = v / (1 - rho), so that V <- rho V + g^2
        scale = sqrt(1 - self.rho)  # sqrt(v) = scale sqrt(V)
        work = self._work[: g.size]
        np.multiply(g, g, out=work)
        V *= self.rho
        V += work
        np.sqrt(V, out=work)
        work += self.epsilon / scale
        g /= work
        g *= lr / scale
        W -= g


class Adam(Optimizer):
    """Steps scaled by the running mean m and uncentred variance v of each gradient.

    m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  W <- W - lr m' / (sqrt(v') + eps), where m' = m / (1 - b1^t) and
    v' = v / (1 - b2^t) are m and v without their bias towards zero (Kingma and Ba, "Adam", ICLR 2015, algorithm 1).
    """

    vectors = 2
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def _move(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        # M = m / (1 - b1) and V = v / (1 - b2) spare two passes: M <- b1 M + g, V <- b2 V + g^2. Then
        # m' = mean_scale M and sqrt(v') = root_scale sqrt(V), and both scales go into lr and eps, which are scalars.
        M, V = memory
        mean_scale = (1 - self.beta1) / (1 - self.beta1**self.steps)
        root_scale = sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        M *= self.beta1
        M += g
        V *= self.beta2
        g *= g
        V += g
        np.sqrt(V, out=g)
        g += self.epsilon / root_scale
        np.divide(M, g, out=g)
        g *= lr * mean_scale / root_scale
        W -= g


class AdamW(Adam):
    """Adam whose weight decay is no part of the gradient: W <- W - lr weight_decay W, then Adam's step.

    So a weight decays at the same rate whatever the size of its gradients
    (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2).
    """

    def _decay(self, W: Array, g: Array, lr: float) -> None:
        W *= 1 - lr * self.weight_decay


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSProp,
    "nesterov": Nesterov,
    "momentum": Momentum,
    "sgd": SGD,
}


def length(vector: Array) -> float:
    """The length of a vector, also where the squares of its numbers are beyond a float32."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = float(np.dot(vector, vector))
    if isfinite(squares):
        return sqrt(squares)
    largest = float(np.abs(vector).max())
    return largest * sqrt(float(np.square(vector / largest).sum())) if isfinite(largest) else largest


def clip(gradients: Array, limit: float) -> float:
    """Shorten the gradient vector to the length `limit` (above 0) if it is longer; gives its length before.

    (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1.)
    A length that is not finite cannot be shortened: the gradients are left as they are.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        norm = length(gradients)
    if isfinite(norm) and norm > limit:
        gradients *= limit / norm
    return norm
