"""The output functions, which turn the logits of a network into its answer.

Logits z (n, outputs) are any numbers. softmax turns them into the probabilities of classes of which exactly one is
correct, sigmoid into one independent probability per output; linear leaves them unchanged.
"""

from __future__ import annotations

import numpy as np

from nncore.model.layers.parameters import Array
from nncore.system.copying import DeepCopyable


def softmax(logits: Array) -> Array:
    """Probabilities (n, classes), whose rows sum to 1, from logits (n, classes)."""
    probabilities = subtract_maximum(logits, out=None)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


def sigmoid(logits: Array, out: Array | None = None, work: Array | None = None) -> Array:
    """The probability 1 / (1 + exp(-z)), 0 to 1, of each logit z.

    It is computed as exp(min(z, 0)) / (1 + exp(-|z|)), the same number, in which no exp can overflow.
    `out` and `work`, arrays like `logits`, are used if given; afterwards `work` holds 1 + exp(-|z|).
    """
    # For z >= 0 the numerator is 1 and the denominator 1 + exp(-z). For z < 0 it is exp(z) / (1 + exp(z)), the same
    # fraction multiplied by exp(z) above and below. The argument of exp is never positive.
    probabilities = np.minimum(logits, 0, out=out)
    np.exp(probabilities, out=probabilities)
    denominator = np.abs(logits, out=work)
    np.negative(denominator, out=denominator)
    np.exp(denominator, out=denominator)
    denominator += 1
    probabilities /= denominator
    return probabilities


def sigmoid_by_tanh(logits: Array, out: Array) -> Array:
    """Compute the sigmoid as (1 + tanh(z / 2)) / 2 in `out`: half as many operations, with an error of up to 1e-7.

    tanh(z / 2) = (1 - exp(-z)) / (1 + exp(-z)); adding 1 and halving gives 1 / (1 + exp(-z)). tanh cannot overflow.
    """
    np.multiply(logits, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def linear(logits: Array) -> Array:
    """A copy of the logits (n, outputs), for answers that are any numbers."""
    return logits.copy()


def subtract_maximum(logits: Array, out: Array | None) -> Array:
    """The logits minus the largest of their row, so that exp of them cannot overflow.

    softmax(z - c) = softmax(z), because exp(-c) cancels (Goodfellow, Bengio, Courville, "Deep Learning", section 4.1).
    """
    shifted: Array = np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    return shifted


class SoftmaxWorkspace(DeepCopyable):
    """Softmax in workspaces, in two steps, because the loss also needs the result of the first step."""

    def __init__(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        self._shifted = np.empty((rows, outputs), dtype)
        self._transposed = np.empty(rows * outputs, dtype)
        self._ones = np.ones(outputs, dtype)
        self._row_values = np.empty((rows, 1), dtype)

    def subtract_maximum(self, logits: Array) -> Array:
        """The logits (n, outputs) minus the largest of their row.

        For ten outputs, NumPy finds the maximum five times faster along the columns of a transposed copy.
        """
        n = len(logits)
        columns = self._transposed[: logits.size].reshape(logits.shape[1], n)
        np.copyto(columns, logits.T)
        largest = np.maximum.reduce(columns, axis=0, out=self._row_values[:n, 0])
        return np.subtract(logits, largest[:, None], out=self._shifted[:n])

    def probabilities(self, shifted: Array) -> tuple[Array, Array]:
        """Turn the result of `subtract_maximum` into probabilities, in place; returns also the sums (n, 1) of exp."""
        np.exp(shifted, out=shifted)
        sums = self.row_sums(shifted)
        shifted /= sums
        return shifted, sums

    def row_sums(self, numbers: Array) -> Array:
        """The sums (n, 1) of the rows, as a matrix product with ones, which is faster than NumPy's sum."""
        sums = self._row_values[: len(numbers)]
        np.matmul(numbers, self._ones, out=sums[:, 0])
        return sums


OUTPUTS = {"softmax": softmax, "sigmoid": sigmoid, "linear": linear}
"""The output functions, by their names in settings and files.

Each turns logits (n, outputs) into answers (n, outputs) in a new array.
"""
