"""Fine-tune a trained network to one person's handwriting, with a few drawings and in about a second.

Only the dense layers are trained; the layers before them, which detect lines and bends, stay the same. A part of each
batch are random variations of the drawings. The larger part is replayed to prevent forgetting: digits of other people
with their labels, and images of no digit. For the latter the targets are the network's own outputs before fine-tuning
(Li and Hoiem, "Learning without Forgetting", ECCV 2016). The final weights are an interpolation between the old and the
new ones, which keeps more of the old accuracy than it loses of the new (Wortsman et al., "Robust fine-tuning of
zero-shot models", CVPR 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.recognition import why_cannot_read
from nncore.model.layers import Dense, Layer
from nncore.model.layers.batch_norm import BatchNormLayer
from nncore.model.layers.layer import Workspace
from nncore.model.layers.parameters import Array
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.augmentation import Augmentation, Distorter
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread
from nncore.training.optimizers import Adam

FINE_TUNING_STEPS = 60
LEARNING_RATE = 3e-3
"""Learning rate of Adam at the first step; it falls linearly to zero."""

REPLAY_ROWS = 96
"""Rows of a batch with replayed images."""

MAX_DRAWING_ROWS = 40
"""Largest number of rows of a batch with own drawings."""

ROWS_PER_DRAWING = 4
"""Rows of a batch for each own drawing, up to MAX_DRAWING_ROWS."""

INTERPOLATION = 0.8
"""Weight of the new weights in the interpolation; the old ones have the rest."""

VARIATION = Augmentation(shift=1, rotation=8, scale=0.1, slant=0.1, elastic=1.0, thickness=0.3)
"""Variation between digits written by one person."""


def fine_tune(
    network: Network, own: Dataset, replay: Dataset, seed: int = 0, *, cancelled: Callable[[], bool] = lambda: False
) -> Network | None:
    """Return a copy of `network` that has learned the drawings `own`; None if `cancelled()` becomes true.

    own: images (n, 28, 28) uint8 of digits with the correct labels, n at least 1, of any digits, in any order.
    replay: images of the same size: some thousands of digits of other people, and images of no digit with the label
    NO_CLASS. The number of steps is fixed, so the same arguments give the same bits.

    Raises DataError if `network` does not read digits, its weights have diverged, or `own` or `replay` is empty.
    """
    _check(network, own, replay)
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        tuning = _Tuning(network, own, replay, np.random.default_rng(seed))
        for step in range(FINE_TUNING_STEPS):
            if cancelled():
                return None
            tuning.step(LEARNING_RATE * (1 - step / FINE_TUNING_STEPS))
        # In place: new = old + INTERPOLATION * (new - old). The trained weights are views of the copy's parameters.
        old, new = network.parameters.trainable, tuning.tuned.parameters.trainable
        new -= old
        new *= INTERPOLATION
        new += old
    if not np.isfinite(tuning.tuned.parameters.values).all():
        raise DataError("The weights of this model have diverged, so it cannot be fine-tuned; train a new model.")
    return tuning.tuned


def _check(network: Network, own: Dataset, replay: Dataset) -> None:
    reason = why_cannot_read(network)
    if reason is not None:
        raise DataError(reason)
    for images, what in ((own, "drawings to learn"), (replay, "images to replay")):
        if not len(images):
            raise DataError(f"There are no {what}; expected at least 1.")
        if images.input_shape != (SIDE, SIDE) or not images.is_bytes:
            raise DataError(f"The {what} have the shape {images.input_shape}; expected images of {SIDE} x {SIDE}.")


class _Tuning:
    """The state of fine-tuning: a network, its copy that learns, and the workspace of one batch."""

    def __init__(self, network: Network, own: Dataset, replay: Dataset, rng: np.random.Generator) -> None:
        self.network, self.tuned = network, network.copy()
        self._own = own
        self._replay = replay
        self._rng = rng
        self._own_rows = min(MAX_DRAWING_ROWS, ROWS_PER_DRAWING * len(own))
        rows = self._own_rows + REPLAY_ROWS
        first = _first_dense(network)
        self._body, self._head_before = network.layers[:first], network.layers[first:]
        self._head = [_frozen(layer) for layer in self.tuned.layers[first:]]
        for layer in self._head:
            layer.allocate(rows)
            layer.set_generator(rng)
        self._distorter = Distorter(VARIATION, (SIDE, SIDE), self._own_rows, network.dtype)
        self._optimizer = Adam(self.tuned.parameters)
        self._output = OUTPUTS[network.spec.output]
        # The batch: images, targets, and the targets of single digits; the own drawings are in the first rows.
        self._X = np.empty((rows, SIDE * SIDE), network.dtype)
        self._T = np.empty((rows, network.spec.outputs), network.dtype)
        self._one_hot = np.eye(network.spec.outputs, dtype=network.dtype)
        self._queue: NDArray[np.intp] = np.empty(0, np.intp)

    def step(self, learning_rate: float) -> None:
        """Train on one batch."""
        features = self._features_and_targets()
        logits = features
        for layer in self._head:
            logits = layer.forward(logits)
        # The gradient of cross-entropy with respect to the logits is P - T for softmax and for sigmoid, and for soft
        # targets between 0 and 1. The mean over the batch divides it by the number of rows.
        gradient: Array | None = (self._output(logits) - self._T) / len(logits)
        for number in reversed(range(len(self._head))):
            assert gradient is not None
            gradient = self._head[number].backward(gradient, need_dX=number > 0)
        self._optimizer.step(learning_rate)

    def _features_and_targets(self) -> Array:
        """Return the inputs of the dense layers, own drawings first, and write the targets to `_T`."""
        n = self._own_rows
        drawings = self._next_drawings()
        self._distorter.apply(self._own.images[drawings], self._X[:n], self._rng)
        replayed = self._rng.integers(len(self._replay), size=REPLAY_ROWS)
        self._replay.inputs(replayed, out=self._X[n:])
        features = _predicted(self._body, self._X.reshape(-1, *self.network.spec.shapes[0]))
        self._T[:n] = self._one_hot[self._own.labels[drawings]]
        labels = self._replay.labels[replayed]
        self._T[n:] = self._one_hot[labels]  # NO_CLASS is -1 and gets the last row, which is replaced below
        if (no_digits := n + np.flatnonzero(labels == NO_CLASS)).size:
            self._T[no_digits] = self._output(_predicted(self._head_before, features[no_digits]))
        return features

    def _next_drawings(self) -> NDArray[np.intp]:
        """Return the next drawings: each one appears once, in random order, before any appears again."""
        while len(self._queue) < self._own_rows:
            self._queue = np.concatenate([self._queue, self._rng.permutation(len(self._own))])
        drawings, self._queue = self._queue[: self._own_rows], self._queue[self._own_rows :]
        return drawings


def _first_dense(network: Network) -> int:
    """Return the index of the first dense layer; 0 if there is none, so that all layers are trained."""
    return next((index for index, layer in enumerate(network.spec.layers) if isinstance(layer, Dense)), 0)


def _predicted(layers: Sequence[Layer], X: Array) -> Array:
    for layer in layers:
        X = layer.predict(X)
    return X


def _frozen(layer: Layer) -> Layer:
    return FrozenNorm(layer) if isinstance(layer, BatchNormLayer) else layer


class FrozenNorm(Layer):
    """Batch normalization with fixed mean, variance and weights.

    A third of each batch here is written by one person, so the batch's own mean and variance would differ from those
    that the network uses to predict.
    """

    def __init__(self, layer: BatchNormLayer) -> None:
        # gamma (x - mean) / sqrt(variance + epsilon) + beta = factor x + offset
        factor = layer.gamma / np.sqrt(layer.variance + layer.spec.epsilon)
        # (channels, 1, 1) for images, so that the factors are broadcast over height and width.
        self._shape, broadcast = layer.input_shape, (-1,) + (1,) * (len(layer.input_shape) - 1)
        self._factor, self._offset = factor.reshape(broadcast), (layer.beta - layer.mean * factor).reshape(broadcast)

    def allocate(self, rows: int) -> None:
        """Allocate the workspace for batches of up to `rows` rows."""
        self._Y = Workspace(rows, self._shape, self._factor.dtype)

    def forward(self, X: Array) -> Array:
        """Return Y = factor X + offset."""
        Y: Array = np.multiply(X, self._factor, out=self._Y.array(len(X)))
        Y += self._offset
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Return dX = factor dY."""
        dY *= self._factor
        return dY
