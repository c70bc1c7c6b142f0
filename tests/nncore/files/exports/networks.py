"""Models for the tests of the exports: untrained, but without parameters that are 0 or 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.files.model_header import ModelCard, ModelHeader
from nncore.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Scale,
)
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import OUTPUTS

EVERYTHING = NetworkSpec(
    (28, 28),
    (
        Conv2D(6, kernel=(5, 3), stride=(2, 1), padding=(2, 1)),
        BatchNorm(epsilon=1e-3),
        Activation("relu"),
        MaxPool2D((3, 2), (2, 1), (1, 1)),
        Conv2D(8, 3, 2, 0),
        Activation("leaky_relu"),
        Activation("softmax"),
        AveragePool2D((2, 3), (2, 1), (1, 0)),
        Activation("linear"),
        Dropout(0.4),
        Flatten(),
        BatchNorm(),
        Dense(20),
        Activation("gelu"),
        Dense(16),
        Activation("tanh"),
        Dense(12),
        Activation("sigmoid"),
        Dense(11),
        Activation("softmax"),
        Scale(3.5),
        Dense(10),
    ),
)
"""Every kind of layer and every activation; heights and widths differ."""

IMAGES, FEATURES = (2, 7, 6), (6,)

ALONE = {
    "conv2d": NetworkSpec(IMAGES, (Conv2D(3, (3, 2), (2, 1), (0, 1)), Flatten()), "linear"),
    "max_pool2d": NetworkSpec(IMAGES, (MaxPool2D((2, 3), (1, 2), (1, 1)), Flatten()), "linear"),
    "average_pool2d": NetworkSpec(IMAGES, (AveragePool2D((2, 3), (1, 2), (1, 1)), Flatten()), "linear"),
    "batch_norm of images": NetworkSpec(IMAGES, (Conv2D(2), BatchNorm(epsilon=0.5), Flatten()), "linear"),
    "batch_norm of features": NetworkSpec(FEATURES, (BatchNorm(epsilon=0.5),), "linear"),
    "dense": NetworkSpec(FEATURES, (Dense(3),), "linear"),
    **{name: NetworkSpec(FEATURES, (Activation(name),), "linear") for name in ACTIVATIONS},
    **{f"output {name}": NetworkSpec(FEATURES, (Dense(3),), name) for name in OUTPUTS},
}
"""One kind of layer each, so that no later layer makes a difference smaller."""

NETWORKS = {
    "every kind of layer": EVERYTHING,
    "dense": NetworkSpec.dense((784, 32, 16, 10)),
    "colour images": NetworkSpec((3, 9, 8), (Conv2D(4, 3, 1, 1), Activation("gelu"), Flatten(), Dense(2)), "sigmoid"),
    "regression": NetworkSpec((1,), (Dense(10), Activation("relu"), Dense(2)), "linear"),
    "no weights": NetworkSpec((3,), (Dropout(0.1),), "sigmoid"),
    "forty layers": NetworkSpec((4, 5), tuple(Dense(6) for _ in range(40)), "softmax"),
    "three hundred activations": NetworkSpec((6,), tuple(Activation("tanh") for _ in range(300)), "linear"),
}

FOREIGN_TEXT = "é'''\"\"\"\\\n{0}\u2028\x1c'"
"""Text that would end a string, a line or a format field if it were not escaped."""


def network_of(spec: NetworkSpec) -> Network:
    """A network in which no array is all zeros or ones, not even biases and running statistics."""
    network, rng = Network(spec), np.random.default_rng(0)
    network.initialize(rng)
    for name, shape in (spec.parameter_shapes | spec.state_shapes).items():
        if len(shape) == 1:
            network.parameters.value(name)[...] = rng.uniform(0.5, 1.5, shape)
    return network


def header_of(spec: NetworkSpec) -> ModelHeader:
    """A header for such a network, with text that must be escaped."""
    names = tuple(f"{FOREIGN_TEXT}{number}" for number in range(spec.outputs))
    history = ({"epoch": 1, "training_loss": 0.5, "validation_loss": None},)
    return ModelHeader(spec, ModelCard(FOREIGN_TEXT, settings={"rate": 0.001}, epochs=1, seed=3), names, history)


def images_for(spec: NetworkSpec, count: int = 7) -> NDArray[np.float32]:
    """Inputs (count, *input_shape), some of them negative."""
    return np.random.default_rng(1).standard_normal((count, *spec.input_shape), np.float32)
