"""Where a number of a network is used: the numbers of the next layer that are computed from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.model.layers.parameters import Array
from nncore.model.layers.terms import Position, position_in_shape
from nncore.model.layers.windows import Windows
from nncore.model.network import Network

MAX_USES = 12
"""The number of uses that are found, those with the largest weights."""


class NumberUses(NamedTuple):
    """The positions in the output of `layer`, from 1, that are computed from one number of the layer before it.

    weights: (n,) the weight of each use, the largest absolute one first; None for a layer without weights.
    """

    layer: int
    positions: tuple[Position, ...]
    weights: Array | None


def strongest_uses(network: Network, layer: int, position: Position, count: int = MAX_USES) -> NumberUses | None:
    """Return at most `count` uses of the number at `position` of the output of `layer`; 0 for the network's input.

    None for the last layer, whose numbers the network does not use again.
    """
    spec, following = network.spec, layer + 1
    if following > len(spec.layers):
        return None
    before, after = spec.shapes[layer], spec.shapes[following]
    windows = spec.layers[following - 1].windows
    has_weights = f"{following}.W" in spec.parameter_shapes
    if windows is not None:
        places = _windows_with(windows, position, after)
        if not has_weights:
            return NumberUses(following, tuple((position[0], *place) for place in places.tolist())[:count], None)
        kernels = network.parameters.value(f"{following}.W")[:, position[0]]
        inside = np.array(position[1:]) - [windows.corner(tuple(place)) for place in places.tolist()]
        weights = kernels[:, inside[:, 0], inside[:, 1]] if len(places) else np.empty((len(kernels), 0))
        order = _largest(weights.ravel(), count)
        maps, which = np.unravel_index(order, weights.shape)
        found = tuple((int(number), *places[place].tolist()) for number, place in zip(maps, which, strict=True))
        return NumberUses(following, found, weights.ravel()[order])
    if has_weights:
        weights = network.parameters.value(f"{following}.W")[position[0]]
        order = _largest(weights, count)
        return NumberUses(following, tuple((int(unit),) for unit in order), weights[order])
    return NumberUses(following, (position_in_shape(position, before, after),), None)


def _windows_with(windows: Windows, position: Position, after: tuple[int, ...]) -> NDArray[np.intp]:
    """The windows (n, 2) in which the pixel at `position` (map, line, column) is."""
    sides = []
    for pixel, outputs, size, stride, padding in zip(
        position[1:], after[1:], windows.size, windows.stride, windows.padding, strict=True
    ):
        offsets = pixel - (np.arange(outputs) * stride - padding)
        sides.append(np.flatnonzero((offsets >= 0) & (offsets < size)))
    return np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 2)


def _largest(weights: Array, count: int) -> NDArray[np.intp]:
    """The indices of the largest absolute weights, the largest first."""
    order: NDArray[np.intp] = np.argsort(-np.abs(weights), kind="stable")[:count]
    return order
