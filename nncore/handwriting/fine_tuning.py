"""Teaching a trained network one person's hand, from a few drawings and in about a second.

What reads lines and bends is left as it is: only the dense layers, which make digits of them, are trained on. Part of
each batch are the drawings, varied at random; the larger part is replayed: other people's digits with their labels, so
that none is forgotten, and what is no digit, where the network is asked to go on answering as it did before (Li and
Hoiem, "Learning without Forgetting", ECCV 2016), whatever that is. In the end it goes most of the way from the old
weights to the new, which keeps more of what it knew than it loses of what it learnt (Wortsman et al., "Robust
fine-tuning of zero-shot models", CVPR 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.recognition import why_unreadable
from nncore.model.layers import Dense, Layer
from nncore.model.layers.batch_norm import BatchNormLayer
from nncore.model.layers.layer import Array, Workspace
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.augmentation import Augmentation, Distorter
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread
from nncore.training.optimizers import Adam

STEPS = 60
LEARNING_RATE = 3e-3
"""Adam's, at the first step; it falls evenly to zero."""

REPLAYED, MOST_OWN, OWN_EACH = 96, 40, 4
"""Rows of a batch that are replayed; that are own drawings, at most; and how many of these each drawing gives."""

WAY = 0.8
"""How far it goes from the old weights to the new ones."""

VARIATION = Augmentation(shift=1, rotation=8, scale=0.1, slant=0.1, elastic=1.0, thickness=0.3)
"""How much the digits of one hand differ from each other."""


def adapt(
    network: Network, own: Dataset, replay: Dataset, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> Network | None:
    """A copy of `network` that has learnt the drawings `own`; None if `cancelled()` became true on the way.

    own: images (n, 28, 28) uint8 of digits with the right labels, 1 or more, of any digits, in any order. replay:
    images of that size, some thousands of digits of other people, and of what is no digit, labelled NO_CLASS.
    There is a fixed number of steps, so the same arguments give the same bits.

    Raises DataError if `network` reads no digits, its weights have diverged, or there is nothing to learn or to replay.
    """
    _check(network, own, replay)
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        lesson = _Lesson(network, own, replay, np.random.default_rng(seed))
        for step in range(STEPS):
            if cancelled():
                return None
            lesson.step(LEARNING_RATE * (1 - step / STEPS))
        old, new = network.parameters.trainable, lesson.tuned.parameters.trainable
        new -= old
        new *= WAY
        new += old
    if not np.isfinite(lesson.tuned.parameters.values).all():
        raise DataError("This model's weights have diverged, so it can learn no hand: train it anew.")
    return lesson.tuned


def _check(network: Network, own: Dataset, replay: Dataset) -> None:
    reason = why_unreadable(network)
    if reason is not None:
        raise DataError(reason)
    for images, what in ((own, "drawings to learn"), (replay, "images to replay")):
        if not len(images):
            raise DataError(f"There are no {what}, expected at least 1.")
        if images.input_shape != (SIDE, SIDE) or not images.is_bytes:
            raise DataError(f"The {what} have the shape {images.input_shape}; expected pictures of {SIDE} x {SIDE}.")


class _Lesson:
    """A network, its copy that learns, and one batch."""

    def __init__(self, network: Network, own: Dataset, replay: Dataset, rng: np.random.Generator) -> None:
        self.network, self.tuned = network, network.copy()
        self._own, self._replay, self._rng = own, replay, rng
        self._own_rows = min(MOST_OWN, OWN_EACH * len(own))
        rows = self._own_rows + REPLAYED
        first = _first_dense(network)
        self._body, self._head_before = network.layers[:first], network.layers[first:]
        self._head = [_frozen(layer) for layer in self.tuned.layers[first:]]
        for layer in self._head:
            layer.allocate(rows)
            layer.use_randomness(rng)
        self._distorter = Distorter(VARIATION, (SIDE, SIDE), self._own_rows, network.dtype)
        self._optimizer = Adam(self.tuned.parameters)
        self._answers = OUTPUTS[network.spec.output]
        self._X = np.empty((rows, SIDE * SIDE), network.dtype)
        self._T = np.empty((rows, network.spec.outputs), network.dtype)
        self._one_hot = np.eye(network.spec.outputs, dtype=network.dtype)
        self._waiting: NDArray[np.intp] = np.empty(0, np.intp)

    def step(self, learning_rate: float) -> None:
        """Learn from one batch."""
        features = self._features_and_targets()
        logits = features
        for layer in self._head:
            logits = layer.forward(logits)
        # Of softmax with cross-entropy, and of sigmoid with its own, the derivative is P - T, also for targets between.
        gradient: Array | None = (self._answers(logits) - self._T) / len(logits)
        for number in reversed(range(len(self._head))):
            assert gradient is not None
            gradient = self._head[number].backward(gradient, need_dX=number > 0)
        self._optimizer.step(learning_rate)

    def _features_and_targets(self) -> Array:
        """What goes into the dense layers: own drawings first; their targets go to `_T`."""
        n = self._own_rows
        drawings = self._next_drawings()
        self._distorter.apply(self._own.images[drawings], self._X[:n], self._rng)
        replayed = self._rng.integers(len(self._replay), size=REPLAYED)
        self._replay.inputs(replayed, out=self._X[n:])
        features = _predicted(self._body, self._X.reshape(-1, *self.network.spec.shapes[0]))
        self._T[:n] = self._one_hot[self._own.labels[drawings]]
        labels = self._replay.labels[replayed]
        self._T[n:] = self._one_hot[labels]
        if (no_digits := n + np.flatnonzero(labels == NO_CLASS)).size:
            self._T[no_digits] = self._answers(_predicted(self._head_before, features[no_digits]))
        return features

    def _next_drawings(self) -> NDArray[np.intp]:
        """Which drawings come next: all of them, in random order, before one comes again."""
        while len(self._waiting) < self._own_rows:
            self._waiting = np.concatenate([self._waiting, self._rng.permutation(len(self._own))])
        drawings, self._waiting = self._waiting[: self._own_rows], self._waiting[self._own_rows :]
        return drawings


def _first_dense(network: Network) -> int:
    """Where the dense layers begin; 0, so that all layers are trained on, where there is none."""
    return next((number for number, layer in enumerate(network.spec.layers) if isinstance(layer, Dense)), 0)


def _predicted(layers: Sequence[Layer], X: Array) -> Array:
    for layer in layers:
        X = layer.predict(X)
    return X


def _frozen(layer: Layer) -> Layer:
    return FrozenNorm(layer) if isinstance(layer, BatchNormLayer) else layer


class FrozenNorm(Layer):
    """Batch normalisation with the mean and variance it saw in its training, which stay as they are, as do its weights.

    Those of a batch of which a third is by one hand would not be those that the network predicts with.
    """

    def __init__(self, layer: BatchNormLayer) -> None:
        factor = layer.gamma / np.sqrt(layer.variance + layer.spec.epsilon)
        self._shape, beside = layer.input_shape, (-1,) + (1,) * (len(layer.input_shape) - 1)
        self._factor, self._offset = factor.reshape(beside), (layer.beta - layer.mean * factor).reshape(beside)

    def allocate(self, rows: int) -> None:
        """Size the workspace."""
        self._Y = Workspace(rows, self._shape, self._factor.dtype)

    def forward(self, X: Array) -> Array:
        """Y = factor X + offset."""
        Y: Array = np.multiply(X, self._factor, out=self._Y.array(len(X)))
        Y += self._offset
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """DX = factor dY."""
        dY *= self._factor
        return dY
