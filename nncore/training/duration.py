"""How long a training will take on this machine, estimated from its first steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

from nncore.data.dataset import Splits
from nncore.evaluation.metrics import evaluate
from nncore.model.checks import check_fit
from nncore.model.network import Network, NetworkSpec
from nncore.training.config import MAX_EPOCHS, TrainingConfig
from nncore.training.events import Diverged, StepDone
from nncore.training.loop import EXAMPLES_EVALUATED, train
from nncore.training.progress import Progress

MEASURED_SECONDS = 1.0
"""Seconds for which steps are measured; a helper process needs part of this time to start."""

MIN_MEASURED_STEPS = 4
"""The smallest number of steps that are measured, even if they take longer."""


def estimate_seconds(
    spec: NetworkSpec,
    config: TrainingConfig,
    data: Splits,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    cores: int | None = None,
) -> float | None:
    """Estimate the seconds that a training with these settings takes, by some of its steps; None if `cancelled()`.

    A new network is trained for about a second, then thrown away. A run whose loss diverges within that time takes as
    long as its steps did. Early stopping is not foreseen. cores: see `train`.
    Raises SettingError if the data does not fit the network.
    """
    network = Network(spec, seed=config.seed)
    check_fit(network, data.training)
    evaluation_seconds = _evaluation_seconds(network, data)
    steps, diverged = _step_seconds(network, data, config, cancelled=cancelled, cores=cores)
    if cancelled():
        return None
    if diverged:
        return sum(steps)
    progress = Progress(len(data.training), config=config)
    usual = median(steps[len(steps) // 2 :])  # the first ones are slower
    seconds = progress.max_steps * (usual + evaluation_seconds / progress.steps_per_epoch)
    return min(seconds, config.seconds or seconds)


def _step_seconds(
    network: Network, data: Splits, config: TrainingConfig, *, cancelled: Callable[[], bool], cores: int | None
) -> tuple[list[float], bool]:
    """The seconds of each step that was measured, and whether the loss diverged."""
    endless = replace(config, epochs=MAX_EPOCHS, steps=None, seconds=None, patience=None, keep_best=False)
    events, steps = train(network, Splits(data.training), endless, cores=cores), list[float]()
    try:
        start_time = perf_counter()
        for event in events:
            if isinstance(event, Diverged):
                return steps, True
            if isinstance(event, StepDone):
                steps.append(perf_counter() - start_time)
            if cancelled() or (len(steps) >= MIN_MEASURED_STEPS and sum(steps) >= MEASURED_SECONDS):
                break
            start_time = perf_counter()
        return steps, False
    finally:
        events.close()


def _evaluation_seconds(network: Network, data: Splits) -> float:
    """The seconds of the evaluation after each epoch, from a part of it."""
    examples = data.validation or data.training.take(slice(0, EXAMPLES_EVALUATED))
    part = examples.take(slice(0, EXAMPLES_EVALUATED))
    start_time = perf_counter()
    evaluate(network, part)
    return (perf_counter() - start_time) * len(examples) / len(part)
