"""Find the training examples that are most similar to an image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers.parameters import Array
from nncore.model.network import PREDICTION_BATCH_SIZE, Network
from nncore.system.blas_threads import one_blas_thread

ROWS_COMPARED_AT_ONCE = 2048
"""Rows compared at once: 6 MB of MNIST as floats."""

MAX_INDEX_ROWS = 20_000
"""The most examples in an index of hidden outputs; a convolutional network computes them in about 5 s."""
MAX_INDEX_NUMBERS = 8_000_000
"""The most numbers in an index of hidden outputs: 32 MB."""


@dataclass(frozen=True)
class Neighbour:
    """A training example. row: in its data set, from 0. distance: Euclidean, in the space that was searched."""

    row: int
    distance: float


@one_blas_thread()
def nearest_in_pixels(training: Dataset, x: Array, count: int = 8) -> list[Neighbour]:
    """Return the `count` examples of `training` whose inputs are nearest to x (inputs,), the nearest first.

    A search of the 60,000 images of MNIST takes about 0.1 s. The memory does not depend on their number.
    """
    best_rows, best = np.empty(0, np.intp), np.empty(0, np.float32)
    for start in range(0, len(training), ROWS_COMPARED_AT_ONCE):
        block = training.inputs(slice(start, start + ROWS_COMPARED_AT_ONCE))
        rows = np.concatenate([best_rows, np.arange(start, start + len(block))])
        squares = np.concatenate([best, _squared_distances(block, x)])
        nearest = np.argsort(squares, kind="stable")[:count]
        best_rows, best = rows[nearest], squares[nearest]
    return _neighbours(best_rows, best)


class HiddenLayerIndex:
    """An index of the outputs of the last hidden layer for training examples, for a fast search for the nearest.

    rows: (n,) the examples in the index: all, or a random subset if there are too many.
    """

    def __init__(self, network: Network, rows: NDArray[np.intp], features: Array) -> None:
        self._network = network
        self.rows = rows
        self._features = features

    @classmethod
    @one_blas_thread()
    def build(
        cls,
        network: Network,
        training: Dataset,
        *,
        progress: Callable[[float], None] = lambda fraction: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> HiddenLayerIndex | None:
        """Return the index of `training`; None if `cancelled()` became true.

        progress: called with the fraction done, 0 to 1.
        """
        width = hidden_features(network, training.inputs(slice(0, 1))).shape[1]
        rows = np.arange(len(training))
        max_rows = max(1, min(MAX_INDEX_ROWS, MAX_INDEX_NUMBERS // width))
        if len(rows) > max_rows:
            rows = np.sort(np.random.default_rng(0).permutation(rows)[:max_rows])
        features = np.empty((len(rows), width), np.float32)
        for start in range(0, len(rows), PREDICTION_BATCH_SIZE):
            if cancelled():
                return None
            part = slice(start, start + PREDICTION_BATCH_SIZE)
            features[part] = hidden_features(network, training.inputs(rows[part]))
            progress(min(1.0, part.stop / len(rows)))
        return cls(network, rows, features)

    @one_blas_thread()
    def nearest(self, x: Array, count: int = 8) -> list[Neighbour]:
        """Return the `count` examples whose hidden outputs are nearest to those of x (inputs,), the nearest first."""
        features = hidden_features(self._network, x[None])[0].astype(np.float32)
        squares = _squared_distances(self._features, features)
        nearest = np.argsort(squares, kind="stable")[:count]
        return _neighbours(self.rows[nearest], squares[nearest])


def hidden_features(network: Network, X: Array) -> Array:
    """Return the input (n, features) of the last layer of `network` for inputs (n, inputs).

    In this space, near examples get nearly the same prediction. Without a hidden layer these are the inputs.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = network.activations(X)
    before_last = outputs[-2] if len(outputs) > 1 else X
    return np.nan_to_num(before_last.reshape(len(X), -1))


def _squared_distances(block: Array, x: Array) -> Array:
    """Return |row - x|^2 of each row of block (n, d) as |row|^2 - 2 row x + |x|^2: one product, not n differences."""
    squares: Array = np.einsum("nd,nd->n", block, block)
    squares += -2 * (block @ x) + float(x @ x)
    # Rounding can make the distance of an equal row slightly negative, and the caller takes the square root.
    return np.maximum(squares, 0, out=squares)


def _neighbours(rows: NDArray[np.intp], squares: Array) -> list[Neighbour]:
    return [Neighbour(int(row), float(square) ** 0.5) for row, square in zip(rows, squares, strict=True)]
