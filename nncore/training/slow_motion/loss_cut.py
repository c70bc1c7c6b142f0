"""The loss along the direction of a step: why a learning rate is too high or too low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.network import Network
from nncore.system.numpy_modes import context_without_warnings
from nncore.training.config import TrainingConfig
from nncore.training.slow_motion.recorded_step import RecordedStep, allocated_loss, inputs_of, mean_loss

USUAL_MULTIPLES = tuple(np.linspace(0, 4, 33).tolist())
"""From no step to four times the step, eighths of it apart."""


@dataclass(frozen=True, eq=False)
class LossCut:
    """The loss of a batch at several points on the line of a step.

    Attributes:
        multiples: (n,) how far the points are, in lengths of the step: 0 is before it, 1 after it.
        rates: (n,) the learning rates that plain gradient descent would need for these points.
        losses: (n,) the mean loss of the batch there.
    """

    multiples: NDArray[np.float64]
    rates: NDArray[np.float64]
    losses: NDArray[np.float64]

    @property
    def best_rate(self) -> float:
        """The rate of the point with the lowest finite loss; NaN if no loss is finite."""
        finite = np.isfinite(self.losses)
        return float(self.rates[np.where(finite, self.losses, np.inf).argmin()]) if finite.any() else float("nan")


def cut_loss(
    network: Network,
    examples: Dataset,
    config: TrainingConfig,
    step: RecordedStep,
    multiples: Sequence[float] = USUAL_MULTIPLES,
) -> LossCut:
    """Compute the loss of `examples` along the step that `record_step` took from `network`, which is not changed.

    examples: those of the step, or others, such as validation examples.
    """
    losses = context_without_warnings().run(_losses, network, examples, config, step, multiples)
    at = np.array(multiples, np.float64)
    return LossCut(at, at * step.learning_rate, np.array(losses))


def _losses(
    network: Network, examples: Dataset, config: TrainingConfig, step: RecordedStep, multiples: Sequence[float]
) -> list[float]:
    moved = network.copy()
    X, targets = inputs_of(examples, network), examples.targets(slice(None))
    loss = allocated_loss(network, config, len(X))
    start, losses = network.parameters.trainable, []
    direction = step.trained.parameters.trainable - start
    for multiple in multiples:
        moved.parameters.trainable[:] = start + np.asarray(multiple, network.dtype) * direction
        losses.append(mean_loss(moved, loss, X, targets, config.seed))
    return losses
