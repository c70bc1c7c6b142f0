"""How well a network does on a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.dataset import Dataset
from nncore.losses import Loss, make_loss
from nncore.network import ROWS_PREDICTED, Network

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of one network on one data set.

    loss: mean of the loss that goes with the network's output (of cross-entropy: nats), or of the one it was trained
    with; not finite if the weights are so large that the logits are not. count: how many examples were judged.
    confusion: (classes, classes) counts, row = true class, column = answer; None where there are no classes.
    """

    loss: float
    count: int
    confusion: NDArray[np.int64] | None

    @property
    def accuracy(self) -> float | None:
        """Share answered correctly, 0 to 1; None where there are no classes."""
        return None if self.confusion is None else float(np.trace(self.confusion) / self.count)

    @property
    def per_class(self) -> list[float | None]:
        """Share of each class answered correctly (its recall); None for a class with no image."""
        if self.confusion is None:
            return []
        totals = self.confusion.sum(axis=1)
        return [
            float(right / total) if total else None
            for right, total in zip(np.diagonal(self.confusion), totals, strict=True)
        ]


def evaluate(
    network: Network, dataset: Dataset, cancelled: Callable[[], bool] = lambda: False, loss: Loss | None = None
) -> Evaluation | None:
    """Judge `network` on every example of `dataset`; None if `cancelled()` became true on the way.

    loss: what to measure; None for the one that goes with the network's output. A network whose weights are huge is
    judged like any other, without a warning: that is what there is to see.
    """
    loss = loss or make_loss(None, network.spec.output, 0.0)
    classes = len(dataset.class_names)
    confusion = np.zeros((classes, classes), np.int64) if classes else None
    total_loss = 0.0
    for start in range(0, len(dataset), ROWS_PREDICTED):
        if cancelled():
            return None
        rows = slice(start, start + ROWS_PREDICTED)
        targets = dataset.targets(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            logits = network.logits(dataset.inputs(rows))
            total_loss += float(loss.of(logits, targets).sum())
        if confusion is not None:
            np.add.at(confusion, (targets, answers(logits)), 1)
    return Evaluation(total_loss / len(dataset), len(dataset), confusion)


def answers(logits: Array) -> NDArray[np.intp]:
    """The class (n,) that each row of logits (n, outputs) names: the largest, or the side of 0 of a single one."""
    return (logits[:, 0] > 0).astype(np.intp) if logits.shape[1] == 1 else logits.argmax(axis=1)
