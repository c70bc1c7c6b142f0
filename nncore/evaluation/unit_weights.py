"""The weights of one unit or map as pictures: those with which it is computed, and those with which it acts."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from nncore.errors import SettingError
from nncore.model.layers import Dense, Flatten
from nncore.model.layers.parameters import Array
from nncore.model.network import Network


@dataclass(frozen=True, eq=False)
class UnitWeights:
    """Weights of a unit in layer `layer`, from 1, as pictures (n, height, width).

    Into a unit: one picture for each map of the layer's input, or one for all of it; a row of units is one line. Out of
    a unit: one picture for each unit or map of the layer; a single weight is a picture of 1 x 1.
    """

    layer: int
    pictures: Array

    @property
    def single(self) -> Array | None:
        """The weights as a row (n,) if each picture is a single number; None otherwise."""
        return self.pictures[:, 0, 0] if self.pictures.shape[1:] == (1, 1) else None


def weights_into(network: Network, layer: int, unit: int) -> UnitWeights | None:
    """Return the weights with which the unit or map `unit`, from 0, of `layer`, from 1, is computed.

    Activations, normalizations, pooling and dropout have none of their own: they show those of the layer before. None
    if there are no weights before it. Raises SettingError if there is no such layer or unit.
    """
    _check(network, layer, unit)
    spec = network.spec
    while layer and f"{layer}.W" not in spec.parameter_shapes:
        if isinstance(spec.layers[layer - 1], Flatten):
            return None  # a number of the row is one pixel of a map, and has no weights of its own
        layer -= 1
    if not layer:
        return None
    W, before = network.parameters.value(f"{layer}.W"), spec.shapes[layer - 1]
    if W.ndim == 4:  # (filters, channels, height, width)
        return UnitWeights(layer, W[unit].copy())
    return UnitWeights(layer, W[:, unit].reshape(_picture_shape(network, layer, before)).copy())


def weights_out_of(network: Network, layer: int, unit: int) -> UnitWeights | None:
    """Return the weights with which later layers use the unit or map `unit`, from 0, of `layer`, from 1.

    They belong to the next layer that has weights; None if there is none. Raises SettingError if there is no such
    layer or unit.
    """
    _check(network, layer, unit)
    spec, shape = network.spec, network.spec.shapes[layer]
    inputs = np.arange(prod(shape)).reshape(shape)[unit]  # the numbers of the unit in a row, after Flatten
    is_flat = len(shape) == 1
    for following in range(layer + 1, len(spec.layers) + 1):
        following_spec = spec.layers[following - 1]
        if f"{following}.W" in spec.parameter_shapes:
            W = network.parameters.value(f"{following}.W")
            if W.ndim == 4:
                return UnitWeights(following, W[:, unit].copy())
            rows = np.atleast_1d(inputs).reshape(-1)
            height, width = (1, 1) if inputs.ndim == 0 else inputs.shape
            return UnitWeights(following, W[rows].T.reshape(-1, height, width).copy())
        if isinstance(following_spec, Flatten):
            is_flat = True
        elif not is_flat and spec.shapes[following] != shape:  # pooling keeps the maps and makes them smaller
            shape = spec.shapes[following]
            inputs = np.arange(prod(shape)).reshape(shape)[unit]
    return None


def _picture_shape(network: Network, layer: int, before: tuple[int, ...]) -> tuple[int, ...]:
    """The shape (n, height, width) of the weights of a unit of a dense layer whose input has the shape `before`."""
    spec = network.spec
    for earlier in range(layer - 1, 0, -1):
        earlier_spec = spec.layers[earlier - 1]
        if isinstance(earlier_spec, Flatten):
            return spec.shapes[earlier - 1]
        if isinstance(earlier_spec, Dense):
            return 1, 1, before[0]
    images = len(spec.input_shape) in (2, 3)
    return (prod(spec.input_shape[:-2]), *spec.input_shape[-2:]) if images else (1, 1, before[0])


def _check(network: Network, layer: int, unit: int) -> None:
    if not 1 <= layer <= len(network.layers):
        raise SettingError("layer", f"There is no layer {layer}; the network has layers 1 to {len(network.layers)}.")
    units = network.spec.shapes[layer][0]
    if not 0 <= unit < units:
        raise SettingError("unit", f"Layer {layer} has units 1 to {units:,}; there is no {unit + 1:,}.")
