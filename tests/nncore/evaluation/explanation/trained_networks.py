"""Networks that read digits, for the tests of explanations; each is made only once."""

from __future__ import annotations

from functools import cache

from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.fit import fit
from tests.nncore.example_data import small_mnist


@cache
def bundled_network() -> Network:
    """Return the network of the bundled model."""
    return load_model(bundled_model_path()).network()


@cache
def dense_network() -> Network:
    """Return a network 784-32-10 after three epochs on 2,000 images."""
    network = Network(NetworkSpec.dense((784, 32, 10)), seed=0)
    fit(network, small_mnist(), TrainingConfig(epochs=3, learning_rate=0.003), verbose=False, cores=1)
    return network


NETWORKS = {"bundled": bundled_network, "dense": dense_network}
