"""What turns the logits a network ends in into its answer.

Logits z (n, outputs) are numbers without bounds. softmax makes them probabilities of classes that exclude each other,
sigmoid a probability for each output by itself, linear leaves them as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.system.copying import CopiedDeeply

Array = NDArray[np.floating]


def softmax(logits: Array) -> Array:
    """Turn logits (n, classes) into probabilities (n, classes) whose rows sum to one."""
    probabilities = below_largest(logits, out=None)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


def sigmoid(logits: Array, out: Array | None = None, work: Array | None = None) -> Array:
    """Turn each logit z into the probability 1 / (1 + exp(-z)), 0 to 1.

    It is computed as exp(min(z, 0)) / (1 + exp(-|z|)), the same number, because there no exp() can overflow.
    `out` and `work`, arrays like `logits`, are used if given; `work` is left with 1 + exp(-|z|).
    """
    probabilities = np.minimum(logits, 0, out=out)
    np.exp(probabilities, out=probabilities)
    denominator = np.abs(logits, out=work)
    np.negative(denominator, out=denominator)
    np.exp(denominator, out=denominator)
    denominator += 1
    probabilities /= denominator
    return probabilities


def linear(logits: Array) -> Array:
    """The logits themselves (n, outputs), for an answer that may be any number; a copy."""
    return logits.copy()


def below_largest(logits: Array, out: Array | None) -> Array:
    """The logits without the largest of their row: exp() then sees nothing above zero and cannot overflow.

    Softmax stays the same (Goodfellow, Bengio, Courville, "Deep Learning", section 4.1).
    """
    below: Array = np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    return below


class SoftmaxWorkspace(CopiedDeeply):
    """softmax into workspaces, in two halves, because the loss wants what is between them."""

    def __init__(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        self._below = np.empty((rows, outputs), dtype)
        self._transposed = np.empty(rows * outputs, dtype)
        self._ones = np.ones(outputs, dtype)
        self._of_row = np.empty((rows, 1), dtype)

    def below_largest(self, logits: Array) -> Array:
        """The logits (n, outputs) without the largest of their row.

        NumPy finds the largest of ten numbers five times as fast down the columns of a copy as along the rows.
        """
        n = len(logits)
        columns = self._transposed[: logits.size].reshape(logits.shape[1], n)
        np.copyto(columns, logits.T)
        largest = np.maximum.reduce(columns, axis=0, out=self._of_row[:n, 0])
        return np.subtract(logits, largest[:, None], out=self._below[:n])

    def probabilities(self, below: Array) -> tuple[Array, Array]:
        """Turn what `below_largest` gave into probabilities, in place; also the sums (n, 1) of their exp()."""
        np.exp(below, out=below)
        sums = self.row_sums(below)
        below /= sums
        return below, sums

    def row_sums(self, numbers: Array) -> Array:
        """The sums (n, 1) of the rows; as a product with ones, which BLAS does faster than NumPy adds up."""
        sums = self._of_row[: len(numbers)]
        np.matmul(numbers, self._ones, out=sums[:, 0])
        return sums


OUTPUTS = {"softmax": softmax, "sigmoid": sigmoid, "linear": linear}
"""The output functions: each turns logits (n, outputs) into answers (n, outputs) in a fresh array."""
