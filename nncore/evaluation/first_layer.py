"""The weights of the first layer of a network as one picture: what each of its units looks for."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.calculation.tiles import Tiles
from nncore.model.layers.parameters import parameter_slices
from nncore.model.network import NetworkSpec

STRONGEST_PERCENTILE = 99.5
"""The weight at this percentile of the sizes and larger ones get the full colour, so that one does not hide all."""

MAX_MATRIX_SIDE = 64
"""Largest number of units and of inputs that a picture shows of a network whose inputs are not images."""


def first_layer_picture(spec: NetworkSpec, parameters: NDArray[np.float32], count: int = 9) -> NDArray[np.float32]:
    """Return the first layer's weights as one picture (height, width) from -1 to 1, NaN between its tiles.

    Each tile is one of the `count` units or filters with the largest weights, in their order: the weights of a unit of
    a dense layer in the places of the pixels, or the kernel of a filter, averaged over its channels. If the inputs are
    not images, the picture has one row for each unit. parameters: (spec.parameter_count,).
    """
    tiles = _tiles(spec, parameters)
    strength = np.sqrt(np.square(tiles, dtype=np.float64).sum(axis=(1, 2)))
    strongest = np.sort(np.argsort(-strength, kind="stable")[:count])
    chosen = tiles[strongest]
    return Tiles(*chosen.shape).arranged(scaled_weights(chosen))


def _tiles(spec: NetworkSpec, parameters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights of the first layer that has some, (tiles, height, width); one blank tile without weights."""
    shapes = spec.parameter_shapes
    name = next((name for name in shapes if name.endswith(".W")), None)
    if name is None:
        return np.zeros((1, 1, 1), np.float32)
    W = parameters[parameter_slices(shapes)[name]].reshape(shapes[name])
    if W.ndim == 4:
        kernels: NDArray[np.float32] = W.mean(axis=1)
        return kernels
    if len(spec.input_shape) == 2 and prod(spec.input_shape) == len(W):
        return W.T.reshape(-1, *spec.input_shape)
    return W.T[np.newaxis, :MAX_MATRIX_SIDE, :MAX_MATRIX_SIDE]


def scaled_weights(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return weights of any shape from -1 to 1: those at STRONGEST_PERCENTILE of the sizes, and larger ones, are 1."""
    largest = float(np.percentile(np.abs(tiles), STRONGEST_PERCENTILE)) or float(np.abs(tiles).max())
    if largest == 0:
        return np.zeros_like(tiles)
    scaled: NDArray[np.float32] = np.clip(tiles / np.float32(largest), -1, 1)
    return scaled
