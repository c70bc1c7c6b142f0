"""Networks of several kinds, with an input for each."""

from __future__ import annotations

from functools import cache

import numpy as np

from nncore.evaluation.inspection import Inspection
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    MaxPool2D,
)
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist

EVERY_LAYER: tuple[LayerSpec, ...] = (
    Conv2D(4, (3, 3)),
    BatchNorm(),
    Activation("relu"),
    MaxPool2D((2, 2)),
    Conv2D(6, (3, 3)),
    Activation("tanh"),
    AveragePool2D((2, 2)),
    Dropout(0.3),
    Flatten(),
    Dense(20),
    Activation("sigmoid"),
    Dense(1),
    Activation("leaky_relu"),
    Dense(10),
)


@cache
def network(kind: str) -> Network:
    """A network: "batch normalization" (bundled), "dense", "convolution" (of every layer), "sine" or "large"."""
    if kind == "batch normalization":
        return load_model(bundled_model_path()).network()
    specs = {
        "dense": NetworkSpec.dense((784, 64, 32, 10)),
        "convolution": NetworkSpec((28, 28), EVERY_LAYER),
        "sine": NetworkSpec((1,), (Dense(10), Activation("relu"), Dense(10), Activation("relu"), Dense(1)), "linear"),
        "large": NetworkSpec.dense((784, 12_600, 10)),
    }
    return Network(specs[kind], seed=1)


def inspection(kind: str, number: int = 0) -> Inspection:
    """What a network computes for a digit, or "sine" for a number."""
    if kind == "sine":
        return Inspection(network(kind), np.array([0.5 + number], np.float32))
    return Inspection.of_image(network(kind), small_mnist().training.images[number])
