"""The networks that are measured, with their initial parameters and their images."""

from __future__ import annotations

from nncore.data.dataset import Dataset, Splits, load_mnist
from nncore.experiments.recipes import RECIPES
from nncore.model.layers import Activation, Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.training import RandomStreams

BATCH = 128

DENSE = NetworkSpec.dense((784, 128, 64, 10))

CONV = NetworkSpec(
    (28, 28),
    (
        Conv2D(8),
        Activation("relu"),
        Conv2D(32),
        Activation("relu"),
        Flatten(),
        Dense(100),
        Activation("relu"),
        Dense(10),
    ),
)
"""Two 5x5 convolutions of stride 2 and no pooling (Simard, Steinkraus and Platt, ICDAR 2003)."""

NETWORKS = {"dense": DENSE, "conv": CONV, "convnet": RECIPES["convnet"].spec}

TITLES = {
    "dense": "784-128-64-10, ReLU, Adam, batch 128",
    "conv": "conv 8 - conv 32 - dense 100 - 10 (5x5, stride 2), ReLU, Adam, batch 128",
    "convnet": "the recipe convnet, conv 24 - conv 64 - dense 128 - 10 with batch normalization, Adam, batch 128",
}


def fresh_network(spec: NetworkSpec, seed: int = 0) -> Network:
    """Return a network with the initial parameters of a run with this seed."""
    network = Network(spec)
    network.initialize(RandomStreams.from_seed(seed).initialization)
    return network


def training_images(rows: int | None = None) -> Splits:
    """The 60,000 training images of MNIST, or the first `rows` of them; no validation and no test set."""
    training: Dataset = load_mnist().training
    return Splits(training if rows is None else training.take(slice(0, rows)))
