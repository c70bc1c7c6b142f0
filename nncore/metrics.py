"""How well a network does on a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.dataset import Dataset
from nncore.losses import cross_entropy
from nncore.network import Network

EVALUATION_ROWS = 512
"""Images judged at once: small enough that a cancelled evaluation ends at once, and memory stays flat."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of one network on one data set.

    loss: mean cross-entropy in nats; not finite if the weights are so large that the logits are not.
    confusion: (classes, classes) counts, row = true class, column = answer.
    """

    loss: float
    confusion: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many images were judged."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share answered correctly, 0 to 1."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def per_class(self) -> list[float | None]:
        """Share of each class answered correctly (its recall); None for a class with no image."""
        totals = self.confusion.sum(axis=1)
        return [
            float(right / total) if total else None
            for right, total in zip(np.diagonal(self.confusion), totals, strict=True)
        ]


def evaluate(network: Network, dataset: Dataset, cancelled: Callable[[], bool] = lambda: False) -> Evaluation | None:
    """Judge `network` on every image of `dataset`; None if `cancelled()` became true on the way.

    A network whose weights are huge is judged like any other, without a warning: that is what there is to see.
    """
    classes = network.spec.classes
    confusion = np.zeros((classes, classes), np.int64)
    total_loss = 0.0
    for start in range(0, len(dataset), EVALUATION_ROWS):
        if cancelled():
            return None
        rows = slice(start, start + EVALUATION_ROWS)
        labels = dataset.labels[rows]
        with np.errstate(over="ignore", invalid="ignore"):
            logits = network.logits(dataset.inputs(rows))
            total_loss += float(cross_entropy(logits, labels).sum())
        np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
    return Evaluation(total_loss / len(dataset), confusion)
