"""What a network is trained to make small, each loss with its gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def softmax(logits: Array, out: Array | None = None) -> Array:
    """Turn logits (n, classes) into probabilities (n, classes) whose rows sum to one.

    The largest logit of a row is taken off first: exp() then sees nothing above zero and cannot overflow, and the
    result is the same (Goodfellow, Bengio, Courville, "Deep Learning", section 4.1).
    """
    out = np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=1, keepdims=True)
    return out


class SoftmaxCrossEntropy:
    """The mean over a batch of -log softmax(logits)[label].

    `forward` gives the loss; `backward` its gradient with respect to the logits of that forward. Softmax and
    cross-entropy are one step because together their derivative is simply (probabilities - one-hot) / n, and the
    logarithm is taken of the sum, never of a probability that may have vanished.
    """

    def allocate(self, rows: int, classes: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspace for batches of up to `rows` rows."""
        self._probabilities = np.empty((rows, classes), dtype)
        self._rows = np.arange(rows)

    def forward(self, logits: Array, labels: NDArray[np.integer]) -> float:
        """The mean loss in nats of logits (n, classes) against labels (n,) in 0 .. classes - 1."""
        n = len(logits)
        self._P, self._labels = self._probabilities[:n], labels
        np.subtract(logits, logits.max(axis=1, keepdims=True), out=self._P)
        of_label = self._P[self._rows[:n], labels]
        np.exp(self._P, out=self._P)
        sums = self._P.sum(axis=1)
        self._P /= sums[:, None]
        return float(np.mean(np.log(sums) - of_label))

    def backward(self) -> Array:
        """The gradient (n, classes) with respect to the logits of the last forward, in its workspace."""
        n = len(self._P)
        self._P[self._rows[:n], self._labels] -= 1
        self._P /= n
        return self._P
