"""Networks and batches for the tests of a recorded step: dense, convolutional, normalized, and one sample of a sine."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nncore.data.dataset import Dataset
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from nncore.model.network import Network, NetworkSpec
from nncore.training.config import TrainingConfig
from tests.nncore.example_data import small_mnist


class Sample(NamedTuple):
    network: Network
    examples: Dataset
    config: TrainingConfig


def sample(name: str) -> Sample:
    """One of the rows of SAMPLES; a new network each time."""
    images = small_mnist().training
    if name == "sine":
        x = np.linspace(-1, 1, 50)[:, None]
        examples = Dataset.from_floats(x, np.sin(3 * x)).take(slice(7, 8))
        config = TrainingConfig(optimizer="sgd", learning_rate=0.1, batch_size=1)
        return Sample(
            Network(replace(NetworkSpec.dense((1, 10, 10, 1), "tanh"), output="linear"), seed=1), examples, config
        )
    layers = {
        "one": (Flatten(), Dense(12), Activation("relu"), Dense(10)),
        "dense": (Flatten(), Dense(12), Activation("sigmoid"), Dropout(0.3), Dense(10)),
        "convolution": (Conv2D(3), Activation("relu"), MaxPool2D((2, 2), (2, 2)), Flatten(), Dense(10)),
        "normalized": (Conv2D(3), BatchNorm(), Activation("tanh"), Flatten(), Dense(8), BatchNorm(), Dense(10)),
    }[name]
    rows = 1 if name == "one" else 6
    config = TrainingConfig(optimizer="adam", batch_size=rows, clip_norm=0.5 if name == "dense" else None)
    return Sample(Network(NetworkSpec((1, 28, 28), layers), seed=1), images.take(slice(0, rows)), config)


SAMPLES = "one", "dense", "convolution", "normalized", "sine"
