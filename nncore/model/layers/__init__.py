"""The layers of a network: one file per kind, with its forward and backward computation.

Read first: `layer.py`.
"""

from nncore.model.layers.activation import ACTIVATIONS, LEAKY_RELU_SLOPE, Activation
from nncore.model.layers.batch_norm import BatchNorm
from nncore.model.layers.convolution import Conv2D
from nncore.model.layers.dense import Dense
from nncore.model.layers.dropout import Dropout
from nncore.model.layers.flatten import Flatten
from nncore.model.layers.initialization import INITIALIZATIONS
from nncore.model.layers.layer import Layer, LayerSpec
from nncore.model.layers.pooling import AveragePool2D, MaxPool2D
from nncore.model.layers.scale import Scale

LAYER_SPECS: dict[str, type[LayerSpec]] = {
    spec.kind: spec
    for spec in (Dense, Activation, Conv2D, MaxPool2D, AveragePool2D, BatchNorm, Dropout, Flatten, Scale)
}
"""The spec class of each kind of layer, by its name in files."""

__all__ = [
    "ACTIVATIONS",
    "INITIALIZATIONS",
    "LAYER_SPECS",
    "LEAKY_RELU_SLOPE",
    "Activation",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "LayerSpec",
    "MaxPool2D",
    "Scale",
]
