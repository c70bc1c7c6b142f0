"""The optimizers: how a gradient becomes a step. Each works on the flat vector of all parameters.

In the formulas, as in the papers, W is a weight, g its gradient, lr the learning rate and t the number of the step.
Each vector operation is a pass over memory, so scalars are combined into as few factors as possible, and the gradients
serve as workspace. A new optimizer is a subclass of Optimizer and a row of OPTIMIZERS.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import Any, ClassVar, NamedTuple

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers.parameters import Array, Parameters
from nncore.reporting.number_text import decimal_text
from nncore.system.copying import DeepCopyable

BLOCK_SIZE = 2**16
"""The number of parameters that are updated together: few enough for the processor's second-level cache.

Adam's ten passes over 536,000 parameters took 711 us in blocks and 1,091 us without; over 109,000, 122 and 118 us.
"""

FLUSH_INTERVAL = 100
"""After each FLUSH_INTERVAL steps, running means smaller than NEGLIGIBLE are set to zero."""

NEGLIGIBLE = 1e-30
"""A running mean with a smaller absolute value has no effect on the weights, and is set to zero.

If the pixel of a weight is almost always 0, the running mean of its gradient shrinks with each step. Below 1e-38 it is
a denormal number, which processors multiply many times slower: with 15 % such weights, Adam's steps took 2.5 times as
long. A mean of 1e-30 cannot get below 1e-38 in 100 steps, because no optimizer here decays faster than 0.9 per step,
and 0.9^100 = 3e-5.
"""


class Optimizer(DeepCopyable):
    """Moves the parameters against the gradient.

    weight_decay, 0 or more and finite: how strongly weights, but not biases, are pulled towards zero. It adds the
    gradient of the L2 penalty weight_decay / 2 |W|^2 (Goodfellow, Bengio, Courville, "Deep Learning", section 7.1.1).

    A deep copy or a pickle includes a copy of the parameters. If an optimizer is copied with its network, as in
    `copy.deepcopy((network, optimizer))`, the copy moves the parameters of the copied network.

    Attributes:
        label: its name in the window; help: what it does, in a few words that follow its name.
        usual_learning_rate: a rate that works for most networks, which the advice suggests.
        vector_count: how many running vectors the method has.
        parameters: the parameters that it moves.
        memory: (vector_count, size) the running vectors. With `steps`, the steps taken, they are its whole state;
            set both to continue a saved run. A given `memory` is used without a copy; the default is zeros.
        blocks: the parts of the flat vector, which are updated one after the other.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    usual_learning_rate: ClassVar[float] = 0.1
    vector_count: ClassVar[int] = 0

    def __init__(self, parameters: Parameters, weight_decay: float = 0.0, memory: Array | None = None) -> None:
        if not (isfinite(weight_decay) and weight_decay >= 0):
            raise SettingError(
                "weight_decay", f"Weight decay must be 0 or more and finite; got {decimal_text(weight_decay, 6)}."
            )
        self.parameters, self.weight_decay = parameters, weight_decay
        self.steps = 0
        values, gradients = parameters.trainable, parameters.gradients
        self.memory = np.zeros((self.vector_count, values.size), values.dtype) if memory is None else memory
        self._work = np.empty(min(BLOCK_SIZE, values.size), values.dtype)
        self.blocks = [
            slice(start, min(start + BLOCK_SIZE, values.size)) for start in range(0, values.size, BLOCK_SIZE)
        ]
        weights = parameters.weights() if weight_decay else []
        self._block_views = [
            _Block(values[block], gradients[block], self.memory[:, block], _parts_within(block, weights))
            for block in self.blocks
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy by constructing a new one, whose blocks are views of the copied parameters."""
        return type(self), (self.parameters, self.weight_decay, self.memory), {"steps": self.steps}

    def step(self, learning_rate: float, part: slice = slice(None)) -> None:
        """Take one step, which overwrites the gradients; the learning rate may differ from step to step.

        part: which of `blocks` to update, if another optimizer with the same memory updates the others.
        """
        self.steps += 1
        for block in self._block_views[part]:
            for where in block.weights:
                self._decay(block.W[where], block.g[where], learning_rate)
            self._update(block.W, block.g, block.memory, learning_rate)
            if self.steps % FLUSH_INTERVAL == 0:
                _flush(block)

    def _decay(self, W: Array, g: Array, lr: float) -> None:
        """Add the gradient of the penalty: g <- g + weight_decay W."""
        g += np.multiply(W, self.weight_decay, out=self._work[: W.size])

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        """Change `W` in place; `memory` (vector_count, size of W) belongs to it, and `g` may be overwritten."""
        raise NotImplementedError


class _Block(NamedTuple):
    """One block of all vectors; weights: the slices of it to which weight decay applies."""

    W: Array
    g: Array
    memory: Array
    weights: list[slice]


def _parts_within(block: slice, weights: list[slice]) -> list[slice]:
    """The parts of `weights` that lie within `block`, counted from its start."""
    cut = [(max(each.start, block.start), min(each.stop, block.stop)) for each in weights]
    return [slice(start - block.start, stop - block.start) for start, stop in cut if start < stop]


def _flush(block: _Block) -> None:
    for vector in block.memory:
        size = np.abs(vector, out=block.g)  # the gradients are no longer needed after the step
        vector[size < NEGLIGIBLE] = 0


class SGD(Optimizer):
    """W <- W - lr g."""

    label = "SGD"
    help = "follows the gradient as it is"

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        g *= lr
        W -= g


class Momentum(Optimizer):
    """v <- 0.9 v + g;  W <- W - lr v  (Polyak, "Some methods of speeding up the convergence", 1964)."""

    label = "momentum"
    help = "adds up past gradients, so that steps in the same direction grow"
    vector_count = 1
    decay = 0.9

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        # For a constant gradient, v is the geometric series g (1 + 0.9 + 0.9^2 + ...), at most g / (1 - 0.9) = 10 g.
        (v,) = memory
        v *= self.decay
        v += g
        np.multiply(v, lr, out=g)
        W -= g


class Nesterov(Optimizer):
    """v <- 0.9 v + g;  W <- W - lr (g + 0.9 v): momentum that in effect uses the gradient one step ahead.

    (Nesterov, 1983, as formulated by Sutskever et al., "On the importance of initialization and momentum", ICML 2013.)
    """

    label = "Nesterov"
    help = "is momentum with the gradient one step ahead"
    vector_count = 1
    decay = 0.9

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        # u = 0.9 v saves a product: v <- 0.9 v + g becomes u <- 0.9 (u + g), and W <- W - lr (g + 0.9 v) becomes
        # W <- W - lr (g + u).
        (u,) = memory
        u += g
        u *= self.decay
        g += u
        g *= lr
        W -= g


class RMSProp(Optimizer):
    """v <- 0.9 v + 0.1 g^2;  W <- W - lr g / (sqrt(v) + eps)  (Hinton, "Neural networks for machine learning", 6e)."""

    label = "RMSProp"
    help = "is scaled for each weight by the size of its recent gradients"
    usual_learning_rate = 0.001
    vector_count = 1
    rho, epsilon = 0.9, 1e-8

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        # V = v / (1 - rho) saves a product: v <- rho v + (1 - rho) g^2 becomes V <- rho V + g^2. With sqrt(v) =
        # scale sqrt(V), the step lr g / (sqrt(v) + eps) is (lr / scale) g / (sqrt(V) + eps / scale).
        (V,) = memory
        scale = sqrt(1 - self.rho)
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
    """Steps along the running mean m of each gradient, scaled by its running mean square v.

    m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  W <- W - lr m' / (sqrt(v') + eps), where m' = m / (1 - b1^t) and
    v' = v / (1 - b2^t). Both begin at zero: for a constant g, m is (1 - b1^t) g after t steps; the division corrects
    this bias. The same holds for v (Kingma and Ba, "Adam", ICLR 2015, algorithm 1).
    """

    label = "Adam"
    help = "combines momentum and RMSProp"
    usual_learning_rate = 0.001
    vector_count = 2
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def _update(self, W: Array, g: Array, memory: Array, lr: float) -> None:
        # M = m / (1 - b1) and V = v / (1 - b2) need two passes less: M <- b1 M + g, V <- b2 V + g^2. Then
        # m' = mean_scale M and sqrt(v') = root_scale sqrt(V), and
        # lr m' / (sqrt(v') + eps) = (lr mean_scale / root_scale) M / (sqrt(V) + eps / root_scale).
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
    """Adam with decoupled weight decay: W <- W - lr weight_decay W, then Adam's step.

    All weights then decay at the same rate, whatever the size of their gradients
    (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2).
    """

    label = "AdamW"
    help = "is Adam with weight decay separate from the gradient"

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
"""The optimizers, by their names in settings and files, in the order of the window's list."""


def euclidean_norm(vector: Array) -> float:
    """The Euclidean norm of a vector, even if the squares of its numbers overflow a float32."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = float(np.dot(vector, vector))
    if isfinite(squares):
        return sqrt(squares)
    # |x| = c |x / c| for c = max |x|: the squares of x / c are at most 1, so that their sum cannot overflow.
    largest = float(np.abs(vector).max())
    return largest * sqrt(float(np.square(vector / largest).sum())) if isfinite(largest) else largest


def clip_gradients(gradients: Array, limit: float) -> float:
    """Scale the gradient vector to the norm `limit` (above 0) if its norm is larger; returns the norm before.

    (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1.)
    Gradients whose norm is not finite are left unchanged.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        norm = euclidean_norm(gradients)
    if isfinite(norm) and norm > limit:
        gradients *= limit / norm
    return norm
