"""The largest difference between the logits of a network and of its PyTorch counterpart."""

from __future__ import annotations

import json

import numpy as np
import torch

from nncore.model.layers import Activation, AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from nncore.model.network import NetworkSpec
from tests.bench.networks import NETWORKS, fresh_network
from tests.bench.torch_networks import torch_twin

EVERY_KIND = NetworkSpec(
    (12, 12),
    (
        Conv2D(3, (3, 3), (1, 1), (1, 1)), BatchNorm(), Activation("gelu"), MaxPool2D((2, 2)),
        Conv2D(4, (3, 2), (2, 1), (0, 1)), Activation("leaky_relu"), AveragePool2D((2, 2), (1, 1), (1, 1)),
        Flatten(), Dropout(0.5), Dense(7), BatchNorm(), Activation("tanh"), Dense(6), Activation("sigmoid"), Dense(5),
    ),
)  # fmt: skip
"""A network with every kind of layer; no shape is square."""


def difference(spec: NetworkSpec) -> float:
    """Return the largest difference of a logit over random images, as a fraction of the largest logit."""
    network = fresh_network(spec)
    rng = np.random.default_rng(1)
    network.parameters.values[:] += rng.uniform(0, 0.1, network.parameters.size)  # so that biases are not zero
    X = rng.random((7, *spec.shapes[0]), dtype=np.float32)
    with torch.inference_mode():
        theirs = torch_twin(network).eval()(torch.from_numpy(X)).numpy()
    ours = network.logits(X.reshape(len(X), -1))
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


if __name__ == "__main__":
    print(json.dumps({name: difference(spec) for name, spec in {**NETWORKS, "every kind": EVERY_KIND}.items()}))
