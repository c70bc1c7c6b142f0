"""Networks, data and helper functions for tests that train for a short time on real digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Splits
from nncore.evaluation.metrics import Evaluation
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.training.events import EpochDone, Finished, StepDone, TrainingEvent
from nncore.training.random_streams import RandomStreams
from tests.nncore.example_data import small_mnist

SMALL = NetworkSpec.dense((784, 16, 10))

CONVOLUTIONAL = NetworkSpec(
    (28, 28),
    (
        Conv2D(3, stride=(3, 3)),
        BatchNorm(),
        Activation("relu"),
        Flatten(),
        Dropout(0.3),
        Dense(12),
        BatchNorm(),
        Activation("relu"),
        Dense(10),
    ),
)

CLOCK_FIELDS = ("seconds", "samples_per_second", "health")
"""Fields of events whose values depend on the clock, so they differ between two equal runs."""


@cache
def few_digits() -> Splits:
    """Return 190 real images for training, and 60 each for validation and test."""
    data = small_mnist()
    assert data.validation is not None
    assert data.test is not None
    return Splits(data.training.take(slice(0, 190)), data.validation.take(slice(0, 60)), data.test.take(slice(0, 60)))


def fresh_network(spec: NetworkSpec = SMALL, seed: int = 0) -> Network:
    network = Network(spec)
    network.initialize(RandomStreams.from_seed(seed).initialization)
    return network


def steps(events: Sequence[TrainingEvent]) -> list[StepDone]:
    return [event for event in events if isinstance(event, StepDone)]


def epochs(events: Sequence[TrainingEvent]) -> list[EpochDone]:
    return [event for event in events if isinstance(event, EpochDone)]


def finished_event(events: Sequence[TrainingEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def reproducible_fields(event: TrainingEvent) -> dict[str, Any]:
    """Return the fields of an event that are equal in two runs with the same seed: all except CLOCK_FIELDS."""
    found: dict[str, Any] = {"event": type(event).__name__}
    names = event._fields if isinstance(event, StepDone) else [field.name for field in fields(event)]
    for name in names:
        value = getattr(event, name)
        if isinstance(value, Evaluation):
            value = (value.loss, value.count, _listed(value.confusion))
        if name not in CLOCK_FIELDS:
            found[name] = _listed(value)
    return found


def _listed(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


def values_of(network: Network) -> NDArray[np.floating]:
    return network.parameters.values.copy()
