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
    Scale,
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


POOLING = (
    Scale(2), Conv2D(4, 3, 1, 1), Activation("tanh"), MaxPool2D(2), Dropout(0.25), AveragePool2D(2), Flatten(),
    Activation("softmax"), Dense(10),
)  # fmt: skip

NETWORKS = {
    "dense": (NetworkSpec.dense((784, 32, 10)), 2),
    "deep": (NetworkSpec.dense((784, 64, 32, 10)), 1),
    "large": (NetworkSpec.dense((784, 12_600, 10)), 1),
    "convolution": (NetworkSpec((28, 28), EVERY_LAYER), 1),
    "pooling": (NetworkSpec((28, 28), POOLING), 3),
    "sine": (NetworkSpec((1,), (Dense(10), Activation("relu"), Dense(10), Activation("relu"), Dense(1)), "linear"), 1),
    "curve": (NetworkSpec((1,), (Dense(10), Activation("relu"), Dense(1)), "linear"), 4),
}
"""The spec and the seed of each network that is not trained."""


@cache
def network(kind: str) -> Network:
    """A network of NETWORKS, or "bundled": the bundled model, with convolutions and batch normalization."""
    if kind == "bundled":
        return load_model(bundled_model_path()).network()
    spec, seed = NETWORKS[kind]
    return Network(spec, seed=seed)


def inspection(kind: str, image: int = 0) -> Inspection:
    """What a network computes for a digit, or for a number if it takes one."""
    if network(kind).spec.input_shape == (1,):
        return Inspection(network(kind), np.array([0.5 + image], np.float32))
    return Inspection.of_image(network(kind), small_mnist().training.images[image])
