"""Compares a gradient of the backward pass with a numeric one, which needs only forward passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.model.checks import check_fit
from nncore.model.layers.terms import Position
from nncore.model.network import Network
from nncore.system.numpy_modes import context_without_warnings
from nncore.training.checks import check_settings
from nncore.training.config import TrainingConfig
from nncore.training.slow_motion.broken_backward import Mistake, compute_gradients
from nncore.training.slow_motion.recorded_step import allocated_loss, inputs_of, mean_loss

GRADIENT_TOLERANCE = 1e-4
"""The largest relative difference of two gradients that agree, in float64."""

NEGLIGIBLE_GRADIENT = 1e-8
"""Two gradients that are both smaller than this agree: rounding hides their difference."""

MIN_CORNER = 0.01
"""The loss has a corner at a weight if the slopes on both sides differ by more than this fraction of the larger one."""

DIFFERENCE = 1e-5
"""How far a weight is moved up and down for the numeric gradient, for a weight of 1 or less; larger ones further."""


@dataclass(frozen=True)
class GradientCheck:
    """The gradient of the loss for one weight, computed in two ways.

    Attributes:
        parameter: the name of the array, such as "3.W" for the weights of layer 3. position: the weight's index in it.
        analytic: what the backward pass gives.
        numeric: (loss above - loss below) / (2 h), with the weight moved up and down by h.
        loss, loss_above, loss_below: the loss at the weight, and these losses. h: how far the weight was moved.
    """

    parameter: str
    position: Position
    analytic: float
    numeric: float
    loss: float
    loss_above: float
    loss_below: float
    h: float

    @property
    def relative_difference(self) -> float:
        """|analytic - numeric| divided by the larger of both; 0 if both are negligible, NaN if one is not finite."""
        largest = max(abs(self.analytic), abs(self.numeric))
        if largest < NEGLIGIBLE_GRADIENT:
            return 0.0
        return abs(self.analytic - self.numeric) / largest

    @property
    def slopes(self) -> tuple[float, float]:
        """The slopes of the loss below and above the weight."""
        return (self.loss - self.loss_below) / self.h, (self.loss_above - self.loss) / self.h

    @property
    def has_corner(self) -> bool:
        """Whether the loss has a corner at this weight, for example where a ReLU gets exactly 0.

        Then the numeric gradient is the mean of two slopes, and each number between them is a right gradient.
        """
        below, above = self.slopes
        return abs(above - below) > MIN_CORNER * max(abs(above), abs(below), NEGLIGIBLE_GRADIENT / self.h)

    @property
    def agrees(self) -> bool:
        """Whether the difference is at most GRADIENT_TOLERANCE; at a corner, whether it is between the two slopes."""
        lowest, highest = sorted(self.slopes)
        margin = MIN_CORNER * (highest - lowest)
        if self.has_corner and lowest - margin <= self.analytic <= highest + margin:
            return True
        return self.relative_difference <= GRADIENT_TOLERANCE


def weights_to_check(
    network: Network, examples: Dataset, config: TrainingConfig, mistake: Mistake | None = None
) -> list[tuple[str, Position]]:
    """Weights that show whether a backward pass is right, at most two of each array of parameters.

    They are the weight with the largest gradient, and the one whose gradient a mistake changes most. Raises
    SettingError if network, examples and config do not fit.
    """
    check_fit(network, examples)
    check_settings(network.spec, Splits(examples, examples, None), config)
    return context_without_warnings().run(_weights_to_check, network, examples, config, mistake)


def _weights_to_check(
    network: Network, examples: Dataset, config: TrainingConfig, mistake: Mistake | None
) -> list[tuple[str, Position]]:
    copy = network.copy()
    X, targets = inputs_of(examples, copy), examples.targets(slice(None))
    compute_gradients(copy, X, targets, config)
    names = list(network.spec.parameter_shapes)
    right = {name: copy.parameters.gradient(name).copy() for name in names}
    compute_gradients(copy, X, targets, config, mistake)
    found: dict[tuple[str, Position], None] = {}
    for name in names:
        change = np.abs(copy.parameters.gradient(name) - right[name])
        for sizes in (np.abs(right[name]), change)[: 1 if mistake is None else 2]:
            place = np.unravel_index(int(np.nan_to_num(sizes).argmax()), sizes.shape)
            found[name, tuple(int(index) for index in place)] = None
    return list(found)


def check_gradient(
    network: Network,
    examples: Dataset,
    config: TrainingConfig,
    parameter: str,
    position: Position,
    mistake: Mistake | None = None,
) -> GradientCheck:
    """Check the gradient of one weight on a copy of `network` in float64; all of `examples` are the batch.

    mistake: makes the analytic gradient wrong. Raises SettingError if network, examples and config do not fit, or if
    there is no such weight.
    """
    check_fit(network, examples)
    check_settings(network.spec, Splits(examples, examples, None), config)
    shape = network.spec.parameter_shapes.get(parameter)
    fits = shape is not None and len(position) == len(shape)
    if not fits or not all(0 <= index < side for index, side in zip(position, shape or (), strict=True)):
        raise SettingError("weight", f"The network has no weight {parameter} at {position}.")
    return context_without_warnings().run(_check, network, examples, config, parameter, position, mistake)


def _check(
    network: Network,
    examples: Dataset,
    config: TrainingConfig,
    parameter: str,
    position: Position,
    mistake: Mistake | None,
) -> GradientCheck:
    exact = Network(network.spec, "float64")
    exact.parameters.values[:] = network.parameters.values
    X, targets = inputs_of(examples, exact), examples.targets(slice(None))
    compute_gradients(exact, X, targets, config, mistake)
    analytic = float(exact.parameters.gradient(parameter)[position])
    loss = allocated_loss(exact, config, len(X))
    weights = exact.parameters.value(parameter)
    at_weight = mean_loss(exact, loss, X, targets, config.seed)
    value = float(weights[position])
    h = DIFFERENCE * max(1.0, abs(value))
    weights[position] = value + h
    above = mean_loss(exact, loss, X, targets, config.seed)
    weights[position] = value - h
    below = mean_loss(exact, loss, X, targets, config.seed)
    return GradientCheck(parameter, position, analytic, (above - below) / (2 * h), at_weight, above, below, h)
