"""What the Train tab says about how a run went. No Qt in here."""

from __future__ import annotations

from math import log

from app.train.run_clock import in_minutes
from nncore.events import EpochDone, Finished
from nncore.network import NetworkSpec
from nncore.training import TrainingConfig

BARELY_BETTER = 0.98
"""A loss above this share of guessing's has learnt nothing to speak of."""


def hint_if_guessing(done: EpochDone, spec: NetworkSpec, config: TrainingConfig, learning_rate: float) -> str:
    """What to try if the network does no better than guessing after an epoch; empty if it does better."""
    guessing = log(spec.outputs)
    if done.training_loss < BARELY_BETTER * guessing:
        return ""
    return (
        f"No better than guessing: the training loss of epoch {done.epoch} is {done.training_loss:.2f}, "
        f"and guessing gives {guessing:.2f}. Try {_advice(spec, config, learning_rate)}."
    )


def _advice(spec: NetworkSpec, config: TrainingConfig, learning_rate: float) -> str:
    layers = spec.to_json()["layers"]
    squashed = [layer for layer in layers if layer.get("function") in ("sigmoid", "tanh")]
    if any(layer.get("initialization") == "uniform" for layer in layers):
        return "He initialisation"
    if len(squashed) > 1:
        return "ReLU as the activation"
    usual = 0.001 if config.optimizer == "adam" else 0.1
    return f"learning rate {learning_rate * 10 if learning_rate < usual else learning_rate / 10:g}"


def verdict(finished: Finished) -> str:
    """How a run ended, in one sentence."""
    epochs = f"{finished.epochs} epoch{'' if finished.epochs == 1 else 's'}"
    if finished.stopped and not finished.step:
        return "Stopped before the first step; nothing was learnt."
    if finished.stopped:
        return f"Stopped at step {finished.step:,}, after {epochs}; what it has learnt stays."
    if finished.test is None or finished.test.accuracy is None:
        return f"Finished {epochs} in {in_minutes(finished.seconds)}."
    return (
        f"Finished: {finished.test.accuracy:.2%} of the {finished.test.count:,} test images read correctly, "
        f"after {epochs} in {in_minutes(finished.seconds)}."
    ).replace("%", " %")
