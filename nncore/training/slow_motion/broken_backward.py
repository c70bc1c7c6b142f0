"""Backward passes with a common mistake, to see that a gradient check finds it and what it does to a training.

A new mistake is a function and a row of MISTAKES. The code that trains knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np

from nncore.data.dataset import Dataset
from nncore.model.layers import Activation, Conv2D, Dense, Layer, LayerSpec
from nncore.model.layers.dense import DenseLayer
from nncore.model.layers.parameters import Array
from nncore.model.losses import Targets
from nncore.model.network import Network
from nncore.system.blas_threads import one_blas_thread
from nncore.system.numpy_modes import context_without_warnings
from nncore.training.config import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.slow_motion.recorded_step import allocated_loss, inputs_of, mean_loss

LayerBackward = Callable[[Layer, LayerSpec, Array], Array]
"""Sets the gradients of a layer's parameters from dY, and returns dX."""


def right_backward(layer: Layer, spec: LayerSpec, dY: Array) -> Array:
    """The backward pass of the layer as it trains."""
    return cast(Array, layer.backward(dY))


def _without_derivative(layer: Layer, spec: LayerSpec, dY: Array) -> Array:
    return dY if isinstance(spec, Activation) else right_backward(layer, spec, dY)


def _without_transpose(layer: Layer, spec: LayerSpec, dY: Array) -> Array:
    """Reshape where a transpose is needed: the shapes fit, the numbers are at wrong places."""
    dX = right_backward(layer, spec, dY.copy())
    if isinstance(spec, Dense) and isinstance(layer, DenseLayer):
        layer.dW[...] = layer.dW.T.reshape(layer.dW.shape)
        dX = dY @ layer.W.reshape(layer.W.shape[::-1])
    return dX


def _one_bias(layer: Layer, spec: LayerSpec, dY: Array) -> Array:
    dX = right_backward(layer, spec, dY)
    if isinstance(spec, Dense | Conv2D):
        db = layer.db  # type: ignore[attr-defined]
        db[...] = db.sum()
    return dX


@dataclass(frozen=True)
class Mistake:
    """A row of MISTAKES.

    Attributes:
        label: its name in the window.
        help: what is wrong, in a sentence.
        backward: what takes the place of `Layer.backward`.
        factor: by which the gradient of the loss is multiplied.
    """

    label: str
    help: str
    backward: LayerBackward = right_backward
    factor: float = 1.0


MISTAKES = {
    "derivative": Mistake(
        "derivative left out",
        "The derivative of the activation is left out: its gradient is passed on as it is.",
        _without_derivative,
    ),
    "transpose": Mistake(
        "transpose forgotten",
        "Arrays are reshaped where they must be transposed: the shapes fit, but the numbers are at wrong places.",
        _without_transpose,
    ),
    "bias": Mistake(
        "one sum for all biases",
        "The gradient of the biases is summed into one number, so all biases of a layer change alike.",
        _one_bias,
    ),
    "mean": Mistake(
        "wrong number of examples",
        "The sum over the examples is divided by twice their number: all gradients are half as long.",
        factor=0.5,
    ),
}
"""The mistakes, by their names on the command line."""


def compute_gradients(
    network: Network, X: Array, targets: Targets, config: TrainingConfig, mistake: Mistake | None = None
) -> float:
    """Set the network's gradients as training does, or with a mistake; returns the mean loss of the batch.

    X (examples, inputs). targets: labels (examples,) or numbers (examples, outputs).
    """
    loss = allocated_loss(network, config, len(X))
    value = mean_loss(network, loss, X, targets, config.seed)
    gradient = loss.backward()
    if mistake is None:
        network.backward(gradient)
        return value
    gradient *= mistake.factor
    for layer, spec in zip(network.layers[:0:-1], network.spec.layers[:0:-1], strict=True):
        gradient = mistake.backward(layer, spec, gradient)
    mistake.backward(network.layers[0], network.spec.layers[0], gradient)
    return value


def short_training(
    network: Network, examples: Dataset, config: TrainingConfig, steps: int, mistake: Mistake | None = None
) -> list[float]:
    """The loss before each of `steps` steps, on a copy of `network`, with batches of `config` from `examples`.

    A training with a mistake and one without it get the same batches.
    """
    return context_without_warnings().run(_short_training, network.copy(), examples, config, steps, mistake)


def _short_training(
    network: Network, examples: Dataset, config: TrainingConfig, steps: int, mistake: Mistake | None
) -> list[float]:
    optimizer = OPTIMIZERS[config.optimizer](network.parameters, config.weight_decay)
    rng, losses = np.random.default_rng(config.seed), list[float]()
    size = min(config.batch_size or len(examples), len(examples))
    with one_blas_thread():
        while len(losses) < steps:
            for rows in examples.batches(size, rng):
                batch = examples.take(rows)
                X, targets = inputs_of(batch, network), batch.targets(slice(None))
                losses.append(compute_gradients(network, X, targets, config, mistake))
                optimizer.step(config.learning_rate)
                if len(losses) == steps:
                    break
    return losses
