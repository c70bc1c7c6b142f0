"""The learning rate range test, which finds a learning rate by trying a range of them.

A copy of the network trains while the rate grows from step to step. While the rate is too low, the loss changes very
little; then it falls; once the rate is too high, the loss diverges. A good rate is where the loss falls fastest (Smith,
"Cyclical learning rates for training neural networks", WACV 2017, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.model.network import Network
from nncore.reporting.number_text import decimal_text
from nncore.training import train
from nncore.training.config import MAX_EPOCHS, TrainingConfig
from nncore.training.control import TrainingControl, check_learning_rate
from nncore.training.events import StepDone

STOP_FACTOR = 4.0
"""The run ends once the mean of the recent losses is this many times its minimum, and above its first value."""

AVERAGED_LOSSES = 5
"""How many losses this mean covers."""

MIN_CURVE_FALL = 0.02
"""If the loss falls by a smaller fraction than this over all rates, no rate is suggested."""

MIN_STEPS = 20

EXAMPLES_PER_RATE = 256
"""The loss of fewer examples is noisy, so a rate gets steps until it has had this many."""

SMALL_BATCH = 32
"""Only a batch smaller than this gets more than one step for each rate."""


@dataclass(frozen=True, eq=False)
class RateFinderResult:
    """The loss as a function of the learning rate.

    Attributes:
        rates: (n,) the rates tried, in increasing order.
        losses: (n,) the loss after training with each, smoothed over its neighbours.
        suggested: the rate at which the loss fell fastest.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggested: float


def find_learning_rate(
    network: Network,
    data: Splits,
    config: TrainingConfig,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    cores: int | None = None,
) -> RateFinderResult | None:
    """Raise the rate from `lowest` to `highest` in `steps` steps of a run with `config`; None if `cancelled()`.

    `config` gives the optimizer, batch size, loss, augmentation and seed; its rate, schedule and limits are ignored.
    The run uses a copy of the network, and takes as long as `steps` steps of training. With small batches each rate
    gets several steps, whose losses are averaged. cores: as in `train`. Raises SettingError if a setting is out of
    range, if the data does not fit the network, or if the loss never fell.
    """
    check_learning_rate(lowest)
    check_learning_rate(highest)
    if not lowest < highest:
        raise SettingError(
            "learning_rate",
            f"The highest rate must be above the lowest, {decimal_text(lowest, 6)}; got {decimal_text(highest, 6)}.",
        )
    if steps < MIN_STEPS:
        raise SettingError("steps", f"The learning-rate finder needs at least {MIN_STEPS} steps; got {steps}.")
    rates = np.geomspace(lowest, highest, steps)
    losses = _losses_by_rate(network.copy(), data, config, rates, cancelled=cancelled, cores=cores)
    return None if losses is None else _find_steepest(rates, losses)


def _losses_by_rate(
    network: Network,
    data: Splits,
    config: TrainingConfig,
    rates: NDArray[np.float64],
    *,
    cancelled: Callable[[], bool],
    cores: int | None,
) -> NDArray[np.float64] | None:
    """The loss after the steps with each rate, until the loss has diverged; None if `cancelled()`.

    A step reports the loss from before it. So the effect of a rate is reported by the step after it, and the run takes
    one step more than the rates need.
    """
    control, recent, losses = TrainingControl(rates[0]), list[float](), list[float]()
    steps_per_rate = _steps_per_rate(data, config)
    run_config = replace(
        config,
        schedule="constant",
        epochs=MAX_EPOCHS,
        steps=len(rates) * steps_per_rate + 1,
        seconds=None,
        patience=None,
        keep_best=False,
    )
    was_cancelled, is_first = False, True
    for event in train(network, Splits(data.training), run_config, control, cores):
        if cancelled():
            was_cancelled = True
            control.stop()
        if not isinstance(event, StepDone):
            continue
        if is_first:
            is_first = False
        else:
            recent.append(event.loss)
        if len(recent) == steps_per_rate:
            losses.append(float(np.mean(recent)))
            recent.clear()
            if _has_diverged(losses):
                control.stop()
        if len(recent) == steps_per_rate - 1:  # the next step is the first of the next rate
            control.learning_rate = float(rates[min(len(losses) + 1, len(rates) - 1)])
    return None if was_cancelled else np.array(losses)


def _steps_per_rate(data: Splits, config: TrainingConfig) -> int:
    size = config.batch_size or len(data.training)
    return ceil(min(EXAMPLES_PER_RATE, len(data.training)) / size) if size < SMALL_BATCH else 1


def _has_diverged(losses: list[float]) -> bool:
    """Whether the mean of the recent losses is far above the lowest such mean, and above the first mean."""
    if len(losses) < AVERAGED_LOSSES:
        return False
    # The mean of each AVERAGED_LOSSES losses in a row: noise in a single batch must not end the run.
    means = np.convolve(losses, np.full(AVERAGED_LOSSES, 1 / AVERAGED_LOSSES), "valid")
    return bool(means[-1] > max(STOP_FACTOR * means.min(), means[0]))


def _find_steepest(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> RateFinderResult:
    """Smooth the losses and find where they fall fastest, on a logarithmic scale of rates."""
    if len(losses) < AVERAGED_LOSSES:
        raise SettingError(
            "learning_rate",
            f"Training diverges at the lowest learning rate, {decimal_text(rates[0], 6)}: use a lower one.",
        )
    rates = rates[: len(losses)]
    # The last losses are huge; limited, they do not dominate the means of their neighbours.
    smoothed = _smooth(np.minimum(losses, STOP_FACTOR * losses[0]))
    lowest = int(smoothed.argmin())
    if smoothed[lowest] > (1 - MIN_CURVE_FALL) * smoothed[0]:
        raise SettingError(
            "learning_rate",
            f"The loss did not fall at any learning rate from {decimal_text(rates[0], 6)} to "
            f"{decimal_text(rates[-1], 6)}: try another range, or "
            "another network.",
        )
    # The rates are evenly spaced on a logarithmic scale, so the difference of neighbouring losses is proportional to
    # d loss / d log(rate). Its minimum, up to the lowest loss, is where the loss falls fastest.
    steepest = int(np.gradient(smoothed)[: lowest + 1].argmin())
    return RateFinderResult(rates, smoothed, float(rates[steepest]))


def _smooth(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each loss and its neighbours on BOTH sides; a mean of past losses alone would lag behind the rate."""
    window = np.ones(2 * min(AVERAGED_LOSSES, (len(losses) - 1) // 2) + 1)
    # The window has fewer losses at both ends, so each sum is divided by how many losses it covers.
    smoothed: NDArray[np.float64] = np.convolve(losses, window, "same") / np.convolve(
        np.ones_like(losses), window, "same"
    )
    return smoothed
