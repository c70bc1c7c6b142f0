"""A network that needs no training: it predicts the class whose mean training image is nearest."""

from __future__ import annotations

import numpy as np

from nncore.data.dataset import Dataset
from nncore.model.network import Network, NetworkSpec


def nearest_mean_network(training: Dataset, sharpness: float = 0.3) -> Network:
    """Return a network of one dense layer that predicts about 80 % of MNIST correctly.

    The squared distance |x - m|^2 to a mean m is smallest for the class where m x - |m|^2 / 2 is largest.
    sharpness: factor of the logits; a larger factor gives more confident probabilities.
    """
    X, labels = training.inputs(slice(None)), training.labels
    classes = len(training.class_names)
    means = np.stack([X[labels == label].mean(axis=0) for label in range(classes)])
    network = Network(NetworkSpec.dense((X.shape[1], classes), input_shape=training.input_shape))
    network.parameters.value("1.W")[:] = sharpness * means.T
    network.parameters.value("1.b")[:] = -sharpness * (means**2).sum(axis=1) / 2
    return network
