"""Networks with every kind of layer, and what they compute for an image of a digit."""

from __future__ import annotations

from functools import cache

import numpy as np

from nncore.evaluation.inspection import Inspection
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.layers import Activation, AveragePool2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, Scale
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist

POOLING = (
    Scale(2), Conv2D(4, 3, 1, 1), Activation("tanh"), MaxPool2D(2), Dropout(0.25), AveragePool2D(2), Flatten(),
    Activation("softmax"), Dense(10),
)  # fmt: skip


@cache
def network(name: str) -> Network:
    """A network by its name: dense, with batch normalization and convolution (bundled), with pooling, or of a curve."""
    if name == "bundled":
        return load_model(bundled_model_path()).network()
    if name == "pooling":
        return Network(NetworkSpec((28, 28), POOLING), seed=3)
    if name == "curve":
        return Network(NetworkSpec((1,), (Dense(10), Activation("relu"), Dense(1)), "linear"), seed=4)
    return Network(NetworkSpec.dense((784, 32, 10)), seed=2)


def inspection(name: str, image: int = 0) -> Inspection:
    """What the network computes for an image, or for 0.5 if it takes a single number."""
    if name == "curve":
        return Inspection(network(name), np.array([0.5]))
    return Inspection.of_image(network(name), small_mnist().training.images[image])
