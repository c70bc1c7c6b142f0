"""The layers of a network: what each computes, and the derivative of it."""

from nncore.layers.activation import ACTIVATIONS, LEAK, Activation
from nncore.layers.batch_norm import BatchNorm
from nncore.layers.convolution import Conv2D
from nncore.layers.dense import Dense
from nncore.layers.dropout import Dropout
from nncore.layers.flatten import Flatten
from nncore.layers.layer import Layer, LayerSpec
from nncore.layers.pooling import AveragePool2D, MaxPool2D
from nncore.layers.scale import Scale

LAYER_SPECS: dict[str, type[LayerSpec]] = {
    spec.kind: spec
    for spec in (Dense, Activation, Conv2D, MaxPool2D, AveragePool2D, BatchNorm, Dropout, Flatten, Scale)
}

__all__ = [
    "ACTIVATIONS",
    "LAYER_SPECS",
    "LEAK",
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
