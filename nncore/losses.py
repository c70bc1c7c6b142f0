"""What a network is trained to make small, each loss with its gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def softmax(logits: Array) -> Array:
    """Turn logits (n, classes) into probabilities (n, classes) whose rows sum to one."""
    probabilities = _below_largest(logits, out=None)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


def cross_entropy(logits: Array, labels: NDArray[np.integer], probabilities: Array | None = None) -> Array:
    """The loss -log softmax(logits)[label] in nats of each row (n,); labels (n,) in 0 .. classes - 1.

    `probabilities` (n, classes), if given, is filled with softmax(logits), which comes up on the way. The logarithm is
    taken of the sum, never of a probability that may have vanished:

        -log(exp(z[label]) / sum(exp(z))) = log(sum(exp(z))) - z[label]
    """
    work = _below_largest(logits, out=probabilities)
    of_label = work[np.arange(len(labels)), labels]
    np.exp(work, out=work)
    sums = work.sum(axis=1)
    if probabilities is not None:
        probabilities /= sums[:, None]
    losses: Array = np.log(sums) - of_label
    return losses


def _below_largest(logits: Array, out: Array | None) -> Array:
    """The logits without the largest of their row: exp() then sees nothing above zero and cannot overflow.

    Softmax stays the same (Goodfellow, Bengio, Courville, "Deep Learning", section 4.1).
    """
    below: Array = np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    return below


class SoftmaxCrossEntropy:
    """The mean over a batch of -log softmax(logits)[label].

    `forward` gives the loss; `backward` its gradient with respect to the logits of that forward. Softmax and
    cross-entropy are one step because together their derivative is simply (probabilities - one-hot) / n.
    """

    def allocate(self, rows: int, classes: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspace for batches of up to `rows` rows."""
        self._probabilities = np.empty((rows, classes), dtype)

    def forward(self, logits: Array, labels: NDArray[np.integer]) -> float:
        """The mean loss in nats of logits (n, classes) against labels (n,) in 0 .. classes - 1."""
        self._P, self._labels = self._probabilities[: len(logits)], labels
        return float(cross_entropy(logits, labels, self._P).mean())

    def backward(self) -> Array:
        """The gradient (n, classes) with respect to the logits of the last forward, in its workspace."""
        n = len(self._P)
        self._P[np.arange(n), self._labels] -= 1
        self._P /= n
        return self._P
